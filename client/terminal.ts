import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { createColors } from 'picocolors';

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a command writes and asks. Results go to `out`; progress and remarks to `err`, so that `--json` stays clean. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  /** A person sits there: progress may be redrawn and questions asked. */
  readonly interactive: boolean;
  readonly colors: ReturnType<typeof createColors>;
  print(line?: string): void;
  printJson(value: unknown): void;
  remark(line?: string): void;
  /** The typed answer, trimmed. Call only when `interactive`. */
  ask(question: string): Promise<string>;
}

export function createTerminal(streams: { readonly input: Readable & { readonly isTTY?: boolean }; readonly out: Output; readonly err: Output }): Terminal {
  const { input, out, err } = streams;
  const interactive = input.isTTY === true && err.isTTY === true;
  return {
    out,
    err,
    interactive,
    colors: createColors(err.isTTY === true),
    print: (line = '') => void out.write(`${line}\n`),
    printJson: (value) => void out.write(`${JSON.stringify(value, null, 2)}\n`),
    remark: (line = '') => void err.write(`${line}\n`),
    async ask(question) {
      const prompt = createInterface({ input, output: err });
      try {
        return (await prompt.question(question)).trim();
      } finally {
        prompt.close();
      }
    },
  };
}
