/** Runs one command line as a script would: no terminal, outputs caught. */
import { PassThrough } from 'node:stream';
import { main } from '../../client/main';
import { createTerminal } from '../../client/terminal';

export async function runCommand(words: readonly string[], environment: Readonly<Record<string, string>>, folder: string): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const caught = { out: '', err: '' };
  out.on('data', (chunk: Buffer) => void (caught.out += chunk.toString('utf8')));
  err.on('data', (chunk: Buffer) => void (caught.err += chunk.toString('utf8')));
  const terminal = createTerminal({ input: new PassThrough(), out, err });
  const exitCode = await main(words, terminal, environment, folder);
  await new Promise((settled) => setImmediate(settled));
  return { exitCode, ...caught };
}
