import type { Lane, LimitFacts, Pace } from '../../domain/pace';

/** A Pace that admits everybody at once and remembers what it was told. */
export interface FreePace extends Pace {
  /** Lanes of each admission, in order. */
  readonly entered: readonly (readonly Lane[])[];
  readonly learned: readonly LimitFacts[];
  readonly closed: readonly { readonly lane: Lane; readonly forMs: number }[];
  readonly halvedCount: number;
  /** Permits that were taken and not given back. */
  readonly inFlight: number;
  readonly mostInFlight: number;
}

/** @param onEnter runs inside each admission, before the caller goes on: the place to let time pass or to abort */
export function createFreePace({ onEnter = async () => {} }: { onEnter?: (admission: number) => Promise<void> } = {}): FreePace {
  const entered: (readonly Lane[])[] = [];
  const learned: LimitFacts[] = [];
  const closed: { lane: Lane; forMs: number }[] = [];
  let halvedCount = 0;
  let inFlight = 0;
  let mostInFlight = 0;

  return {
    entered,
    learned,
    closed,
    get halvedCount() {
      return halvedCount;
    },
    get inFlight() {
      return inFlight;
    },
    get mostInFlight() {
      return mostInFlight;
    },
    async enter(lanes, signal) {
      signal.throwIfAborted();
      entered.push([...lanes]);
      await onEnter(entered.length);
      signal.throwIfAborted();
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      let released = false;
      return {
        async release() {
          if (released) {
            throw new Error('A permit was released twice.');
          }
          released = true;
          inFlight -= 1;
        },
      };
    },
    async learn(facts) {
      learned.push(facts);
    },
    async close(lane, forMs) {
      closed.push({ lane, forMs });
    },
    async halve() {
      halvedCount += 1;
    },
  };
}
