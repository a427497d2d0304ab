/**
 * Runs cases of the kind that its argument names: each a line of JSON on standard input, answered by a line of JSON with its end, or with what it failed of. Ends with
 * its input.
 */
import { createInterface } from 'node:readline';
import { openPeopleRunner } from '../people-runner';
import type { CaseAnswer, CaseKinds } from './cases';
import { openCrashSuite } from './crash-suite';
import { scheduleOf } from './schedule';
import { createScheduleRunner } from './schedule-runner';

interface Runner<Kind extends keyof CaseKinds> {
  run(asked: CaseKinds[Kind]['asked']): Promise<CaseKinds[Kind]['end']>;
  close(): Promise<void>;
}

const OPEN: { readonly [Kind in keyof CaseKinds]: () => Promise<Runner<Kind>> } = {
  async schedules() {
    const runner = createScheduleRunner();
    return { run: (seed) => runner.run(scheduleOf(seed)), close: () => runner.close() };
  },
  crashes: openCrashSuite,
  people: openPeopleRunner,
};

const isKind = (name: string | undefined): name is keyof CaseKinds => name !== undefined && Object.hasOwn(OPEN, name);

async function runCases<Kind extends keyof CaseKinds>(kind: Kind): Promise<void> {
  const runner = await OPEN[kind]();
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      const answer: CaseAnswer<Kind> = await runner.run(JSON.parse(line) as CaseKinds[Kind]['asked']).then(
        (end) => ({ end }),
        (error: unknown) => ({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    }
  } finally {
    await runner.close();
  }
}

const kind = process.argv[2];
if (!isKind(kind)) {
  throw new Error(`Unknown kind of cases: ${kind}`);
}
runCases(kind).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
