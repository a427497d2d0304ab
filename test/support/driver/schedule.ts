/** What happens to one driven migration, drawn from a seed alone: the same seed, the same schedule. */
import type { FaultPlan } from '../../../simulator/control-plane';
import { createSeededRandom } from '../../../simulator/seeded-random';
import { randomFaultPlan } from '../fault-schedule';

/** Contacts that the portal refuses, by their number in the export. */
export interface Poison {
  /** `named`: a rule of the portal's own, with code and property in its answer. `unnamed`: the whole batch falls and no culprit is named. */
  readonly how: 'named' | 'unnamed';
  readonly contacts: readonly number[];
}

/** A death of the process: before or after the boundary that is this share of an undisturbed run's boundaries away from the start of that process. */
export interface Death {
  readonly at: number;
  /** `played`: in this process, from then on no boundary is passed. `killed`: a process of its own and a SIGKILL. */
  readonly how: 'played' | 'killed';
}

export interface Schedule {
  readonly seed: number;
  readonly size: 'small' | 'many-batches';
  /** Where faults and deaths begin: with the first call, or when the plan is made and the first write is due. */
  readonly from: 'start' | 'plan';
  readonly direction: 'forward' | 'back';
  readonly window: number;
  readonly faults: FaultPlan;
  readonly poison: Poison | null;
  /** One after the other; the process after the last one lives on. */
  readonly deaths: readonly Death[];
}

/** Few, as each has an undisturbed run of its own to be compared with. Contact 1 has a second source record combined with it; contact 2 stands in the portal already. */
const POISONED: readonly (readonly number[])[] = [[1, 7], [2, 6, 9, 12]];

export function scheduleOf(seed: number): Schedule {
  // A stream apart from the one that draws the faults.
  const random = createSeededRandom(seed + 7_000_003);
  const isOneIn = (count: number): boolean => random() < 1 / count;
  const poison: Poison | null = isOneIn(4) ? { how: isOneIn(2) ? 'named' : 'unnamed', contacts: POISONED[Math.floor(random() * POISONED.length)] ?? [] } : null;
  const size = poison === null && isOneIn(15) ? 'many-batches' : 'small';
  const from = isOneIn(4) ? 'start' : 'plan';
  const direction = isOneIn(7) ? 'back' : 'forward';
  const how = isOneIn(12) ? 'killed' : 'played';
  const deathCount = isOneIn(3) ? 1 + Math.floor(random() * 3) : 0;
  const deaths = Array.from({ length: deathCount }, (_, place): Death => ({ at: random(), how: place === 0 ? how : 'played' }));
  return { seed, size, from, direction, window: 1 + Math.floor(random() * 4), faults: randomFaultPlan(seed), poison, deaths };
}
