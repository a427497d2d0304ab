/** The suites of fault schedules through Temporal. `PORTAGE_TEST_SEED=123` runs one and tells its calls. */
import type { FaultPlan } from '../../simulator/control-plane';
import { randomFaultPlan } from './fault-schedule';
import { differences } from './driver/schedule-runner';
import { startSideBySide } from './side-by-side';
import type { EndOfMigration, SideBySide } from './side-by-side';
import { connectSuite } from './temporal';
import type { SuiteTemporal } from './temporal';

const MOST_TOLD = 6;

/**
 * Two faults of a drawn schedule, once each: a second failure of the same batch waits twice as long as the first, and what the schedule is about is told by one.
 */
export function shortFaultPlan(seed: number): FaultPlan {
  const { rules } = randomFaultPlan(seed);
  return { seed, rules: rules.slice(0, 2).map(({ callNumbers, probability, ...rule }) => ({ ...rule, fault: shortened(rule.fault), times: 1, ...(callNumbers === undefined ? { probability: probability ?? 1 } : { callNumbers }) })) };
}

const shortened = (fault: FaultPlan['rules'][number]['fault']): typeof fault => (fault.kind === 'rate-limited' ? { ...fault, retryAfterSeconds: 1 } : fault);

export function describeSideBySide(suite: string, seeds: readonly number[], { atOnce, timeoutMs }: { readonly atOnce: number; readonly timeoutMs: number }): void {
  const asked = Number(process.env['PORTAGE_TEST_SEED'] ?? '');
  const chosen = asked > 0 ? [asked] : seeds;
  const file = `test/scenarios/${suite}`;

  describe('a migration on Temporal through a drawn schedule of faults', () => {
    let temporal: SuiteTemporal;
    let sideBySide: SideBySide;
    beforeAll(async () => {
      temporal = await connectSuite('fault-schedules');
      sideBySide = await startSideBySide(temporal);
    }, 60_000);
    afterAll(async () => {
      await sideBySide.close();
      await temporal.close();
    }, 60_000);

    it(`ends as the undisturbed one, ${chosen.length} times`, async () => {
      const undisturbed = sideBySide.migrate('undisturbed', { rules: [] });
      const ends = new Map<number, EndOfMigration>();
      const pending = [...chosen];
      await Promise.all(Array.from({ length: atOnce }, async () => {
        for (let seed = pending.shift(); seed !== undefined; seed = pending.shift()) {
          ends.set(seed, await sideBySide.migrate(`schedule-${seed}`, shortFaultPlan(seed)));
        }
      }));
      const wanted = await undisturbed;
      const broken = [...ends].flatMap(([seed, end]) => toldOf(file, seed, brokenPromises(wanted, end)));
      process.stderr.write(`${suite}: ${totalsOf([...ends.values()])}\n`);
      if (asked > 0) {
        process.stdout.write(`${JSON.stringify(shortFaultPlan(asked), null, 1)}\n${ends.get(asked)?.calls.join('\n') ?? ''}\n`);
      }

      expect(wanted.state).toBe('verified');
      expect(broken.join('\n\n')).toBe('');
    }, timeoutMs);
  });
}

function brokenPromises(wanted: EndOfMigration, { state, dump, findings }: EndOfMigration): readonly string[] {
  const { doubled, lost, wrongPairs, inDoubt, refused } = findings;
  return [...differences('the state', wanted.state, state), ...doubled, ...lost, ...wrongPairs, ...inDoubt, ...differences('refused records', [], refused), ...differences('the canonical dump', wanted.dump, dump)];
}

function toldOf(file: string, seed: number, broken: readonly string[]): readonly string[] {
  return broken.length === 0 ? [] : [`seed ${seed}: ${broken.slice(0, MOST_TOLD).join('\n  ')}\n  PORTAGE_TEST_SEED=${seed} npx jest ${file} --selectProjects workflows`];
}

function totalsOf(ends: readonly EndOfMigration[]): string {
  const struck: Record<string, number> = {};
  for (const end of ends) {
    for (const [kind, count] of Object.entries(end.struck)) {
      struck[kind] = (struck[kind] ?? 0) + count;
    }
  }
  const sum = (count: (end: EndOfMigration) => number): number => ends.reduce((total, end) => total + count(end), 0);
  const kinds = Object.entries(struck).sort().map(([kind, count]) => `${kind} ${count}`).join(', ');
  return `${ends.length} schedules; faults struck: ${kinds}; doubled ${sum(({ findings }) => findings.doubled.length)}, lost ${sum(({ findings }) => findings.lost.length)}, wrong pairs ${sum(({ findings }) => findings.wrongPairs.length)}, in doubt ${sum(({ findings }) => findings.inDoubt.length)}`;
}
