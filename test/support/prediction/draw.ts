/** Draws from a seed alone: the same seed, the same case. */
import { createSeededRandom } from '../../../simulator/seeded-random';

export interface Draw {
  readonly isOneIn: (count: number) => boolean;
  readonly upTo: (most: number) => number;
  readonly of: <T>(items: readonly T[]) => T;
  /** Some of the items, in their order. */
  readonly some: <T>(items: readonly T[], share: number) => readonly T[];
}

export function createDraw(seed: number): Draw {
  const random = createSeededRandom(seed);
  return {
    isOneIn: (count) => random() < 1 / count,
    upTo: (most) => Math.floor(random() * (most + 1)),
    of: (items) => items[Math.floor(random() * items.length)]!,
    some: (items, share) => items.filter(() => random() < share),
  };
}
