import type { LatencySetting } from './control-plane';
import { createSeededRandom } from './seeded-random';

export type CallNature = 'read' | 'write';

/** How long each call takes. The delays of a profile come in a fixed order for a seed, whatever is called. */
export interface Latency {
  setting(): LatencySetting;
  set(setting: LatencySetting): void;
  nextMs(nature: CallNature): number;
}

/** Log-normal shapes: writes with a median of 800 ms and p95 of 2.5 s, reads with a median of 250 ms and p95 of about 0.8 s. */
const REALISTIC = { write: { medianMs: 800, sigma: 0.693 }, read: { medianMs: 250, sigma: 0.693 } } as const;
/** The vendor answers 524 at 100 s; nothing normal comes near. */
const LONGEST_MS = 20_000;

export function createLatency(initial: LatencySetting): Latency {
  let setting = initial;
  let random = createSeededRandom(initial.seed ?? 1);
  return {
    setting: () => setting,
    set(next) {
      setting = next;
      random = createSeededRandom(next.seed ?? 1);
    },
    nextMs(nature) {
      if (setting.profile === 'none') return 0;
      const { medianMs, sigma } = REALISTIC[nature];
      const gaussian = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return Math.min(LONGEST_MS, Math.round(medianMs * Math.exp(sigma * gaussian)));
    },
  };
}
