/**
 * The suites of fault schedules. Each schedule is drawn from a seed alone. `PORTAGE_TEST_SEED=123` runs that one and tells its calls, faults and deaths;
 * `PORTAGE_TEST_SEED=301-900` runs those.
 */
import { basename } from 'node:path';
import { askedSeeds } from './asked-seeds';
import { openCases } from './cases';
import type { ScheduleEnd } from './schedule-runner';

/** After so many broken schedules the rest says nothing new. */
const ENOUGH_BROKEN = 5;
/** Of one schedule; its trace has all. */
const MOST_TOLD = 6;

export function describeSchedules(file: string, seeds: readonly number[], timeoutMs: number): void {
  const chosen = askedSeeds() ?? seeds;
  const suite = basename(file, '.test.ts');

  describe('a migration through a drawn schedule of faults, deaths and refused records', () => {
    it(`ends as the undisturbed one, ${chosen.length} times (${suite})`, async () => {
      const totals = createTotals();
      const broken: string[] = [];
      const cases = openCases('schedules');
      try {
        for (const seed of chosen) {
          const end = await cases.run(seed);
          totals.add(end);
          if (end.broken.length > 0) {
            broken.push(toldOf(end, suite));
          }
          if (chosen.length === 1) {
            process.stdout.write(`${traceOf(end).join('\n')}\n`);
          }
          if (broken.length === ENOUGH_BROKEN) {
            break;
          }
        }
      } finally {
        await cases.close();
        process.stderr.write(`${suite}: ${totals.told()}\n`);
      }

      expect(broken.join('\n\n')).toBe('');
    }, timeoutMs);
  });
}

function toldOf({ schedule, broken }: ScheduleEnd, suite: string): string {
  const long = suite.includes('.long') ? 'PORTAGE_TEST_LONG=1 ' : '';
  return [`seed ${schedule.seed}: ${broken.slice(0, MOST_TOLD).join('\n  ')}`, `  ${long}PORTAGE_TEST_SEED=${schedule.seed} npx jest test/activities/${suite} --selectProjects activities`].join('\n');
}

function traceOf({ schedule, broken, driven, deaths, struck, calls }: ScheduleEnd): readonly string[] {
  return [JSON.stringify(schedule, null, 1), ...calls, JSON.stringify({ driven, deaths, struck, broken }, null, 1)];
}

function createTotals() {
  const struck: Record<string, number> = {};
  const pauses: Record<string, number> = {};
  const counts = { schedules: 0, back: 0, poisoned: 0, played: 0, killed: 0, retries: 0, refused: 0, doubled: 0, lost: 0, wrongPairs: 0, inDoubt: 0 };
  const addTo = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
    for (const [name, count] of Object.entries(more)) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  };
  const listed = (sums: Readonly<Record<string, number>>): string => Object.entries(sums).sort().map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
  return {
    add({ schedule, deaths, driven, findings, struck: more }: ScheduleEnd): void {
      addTo(struck, more);
      addTo(pauses, driven?.pauses ?? {});
      addTo(counts, { schedules: 1, back: schedule.direction === 'back' ? 1 : 0, poisoned: schedule.poison === null ? 0 : 1, ...deaths, retries: driven?.retries ?? 0 });
      if (findings !== null && schedule.direction === 'forward') {
        addTo(counts, { refused: findings.refused.length, doubled: findings.doubled.length, lost: findings.lost.length, wrongPairs: findings.wrongPairs.length });
      }
      addTo(counts, { inDoubt: findings?.inDoubt.length ?? 0 });
    },
    told: (): string =>
      `${counts.schedules} schedules (${counts.back} with a rollback, ${counts.poisoned} with refused records); deaths ${counts.played + counts.killed}, ${counts.killed} of them by SIGKILL; faults struck: ${listed(struck)}; pauses: ${listed(pauses)}; retries ${counts.retries}; refused and named ${counts.refused}; ` +
      `doubled ${counts.doubled}, lost ${counts.lost}, wrong pairs ${counts.wrongPairs}, in doubt ${counts.inDoubt}`,
  };
}
