/**
 * The suites that hold plans against what happens. Each case is drawn from a seed alone. `PORTAGE_TEST_SEED=123` runs that one, `PORTAGE_TEST_SEED=301-900` runs those.
 */
import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeArguments } from '../../../local/node-program';
import type { PredictionEnd } from './prediction-runner';

/** After so many wrong plans the rest says nothing new. */
const ENOUGH_WRONG = 5;
/** Of one case. */
const MOST_TOLD = 8;

type End = Pick<PredictionEnd, 'wrong' | 'records' | 'cells' | 'refusals'> & { readonly seed: number };

export function describePredictions(file: string, seeds: readonly number[], timeoutMs: number): void {
  const chosen = askedSeeds() ?? seeds;
  const suite = basename(file, '.test.ts');

  describe('a plan of a drawn source for a drawn portal', () => {
    it(`foresees the fate of every record and cell, and each refusal by code and property, ${chosen.length} times (${suite})`, async () => {
      const totals = createTotals();
      const wrong: string[] = [];
      try {
        for await (const end of endsOf(chosen)) {
          totals.add(end);
          if (end.wrong.length > 0) {
            wrong.push(toldOf(end, suite));
          }
          if (wrong.length === ENOUGH_WRONG) {
            break;
          }
        }
      } finally {
        process.stdout.write(`${suite}: ${totals.told()}\n`);
      }

      expect(wrong.join('\n\n')).toBe('');
      expect(totals.hasSeen(['create', 'update', 'unchanged', 'fold', 'left-out missing-required', 'left-out would-be-refused']) || chosen.length < seeds.length).toBe(true);
    }, timeoutMs);
  });
}

/** In order. Ends the process when nobody asks for more. */
async function* endsOf(seeds: readonly number[]): AsyncGenerator<End> {
  const child = spawn(process.execPath, [...nodeArguments(join(__dirname, 'prediction-main.ts')), ...seeds.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let count = 0;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      count += 1;
      yield JSON.parse(line) as End;
    }
    if (count < seeds.length) {
      throw new Error(`Of ${seeds.length} cases ${count} came to an end; the one of seed ${seeds[count]} died with their process.`);
    }
  } finally {
    child.kill('SIGKILL');
  }
}

/** Null where nothing was asked for. */
function askedSeeds(): readonly number[] | null {
  const match = /^(\d+)(?:-(\d+))?$/.exec(process.env['PORTAGE_TEST_SEED'] ?? '');
  if (match === null) {
    return null;
  }
  const first = Number(match[1]);
  return Array.from({ length: Number(match[2] ?? first) - first + 1 }, (_, place) => first + place);
}

function toldOf({ seed, wrong }: End, suite: string): string {
  const long = suite.includes('.long') ? 'PORTAGE_TEST_LONG=1 ' : '';
  return [`seed ${seed}: ${wrong.slice(0, MOST_TOLD).join('\n  ')}`, `  ${long}PORTAGE_TEST_SEED=${seed} npx jest test/activities/${suite} --selectProjects activities`].join('\n');
}

function createTotals() {
  const [records, cells, refusals]: Record<string, number>[] = [{}, {}, {}];
  let portals = 0;
  let wrong = 0;
  const addTo = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
    for (const [name, count] of Object.entries(more)) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  };
  const sumOf = (sums: Readonly<Record<string, number>>): number => Object.values(sums).reduce((sum, count) => sum + count, 0);
  const listed = (sums: Readonly<Record<string, number>>): string => Object.entries(sums).sort().map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
  return {
    add(end: End): void {
      portals += 1;
      wrong += end.wrong.length;
      addTo(records!, end.records);
      addTo(cells!, end.cells);
      addTo(refusals!, end.refusals);
    },
    hasSeen: (names: readonly string[]): boolean => names.every((name) => (records![name] ?? 0) > 0),
    told: (): string =>
      `${portals} portals, ${sumOf(records!)} records (${listed(records!)}), ${sumOf(cells!)} cells (${listed(cells!)}), ${sumOf(refusals!)} sent though they would be refused, and refused as foreseen (${listed(refusals!)}); not as foreseen ${wrong}`,
  };
}
