/**
 * Cases of the suites that drive hundreds of migrations, run by a process outside jest: its sandbox makes the same code half as fast again, and for longer. The suite
 * asks for one case after the other, and judges.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { PeopleCase, PeopleEnd } from '../people-runner';
import { bundleProgram } from './bundle-program';
import type { CrashCase, Killed } from './crash-suite';
import type { ScheduleEnd } from './schedule-runner';

/** What is asked of each kind, and what comes back. Plain JSON. */
export interface CaseKinds {
  readonly schedules: { readonly asked: number; readonly end: ScheduleEnd };
  readonly crashes: { readonly asked: CrashCase; readonly end: Killed };
  readonly people: { readonly asked: PeopleCase; readonly end: PeopleEnd };
}

export type CaseAnswer<Kind extends keyof CaseKinds> = { readonly end: CaseKinds[Kind]['end'] } | { readonly failed: string };

export interface Cases<Kind extends keyof CaseKinds> {
  /** One at a time. @throws Error with what the case itself failed of, or when the process died */
  run(asked: CaseKinds[Kind]['asked']): Promise<CaseKinds[Kind]['end']>;
  /** When the process has ended. */
  close(): Promise<void>;
}

const LAST_CASE_MS = 20_000;

type Piped = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };

/** Starts the process when the first case is asked for. */
export function openCases<Kind extends keyof CaseKinds>(kind: Kind): Cases<Kind> {
  let started: ReturnType<typeof start> | null = null;

  const start = () => {
    const folder = mkdtempSync(join(tmpdir(), 'portage-cases-'));
    const child: Piped = spawn(process.execPath, [bundleProgram('case-main', folder), kind], { stdio: ['pipe', 'pipe', 'inherit'] });
    // It says so itself, by answering no more.
    child.stdin.on('error', () => undefined);
    return { folder, child, closed: once(child, 'close'), lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  return {
    async run(asked) {
      started ??= start();
      started.child.stdin.write(`${JSON.stringify(asked)}\n`);
      const line = await started.lines.next();
      if (line.done === true) {
        throw new Error(`The process that runs the cases died of this one: ${JSON.stringify(asked)}`);
      }
      const answer = JSON.parse(line.value) as CaseAnswer<Kind>;
      if ('failed' in answer) {
        throw new Error(answer.failed);
      }
      return answer.end;
    },
    async close() {
      if (started !== null) {
        const { child, closed } = started;
        child.stdin.end();
        // A case that hangs has failed its test already.
        const late = setTimeout(() => child.kill('SIGKILL'), LAST_CASE_MS);
        await closed;
        clearTimeout(late);
        rmSync(started.folder, { recursive: true, force: true });
      }
    },
  };
}
