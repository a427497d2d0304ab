import type { CountedCall, Lane, LimitFacts, Pace } from '../../domain/pace';

/** A Pace that admits everybody at once and remembers what it was told. */
export interface FreePace extends Pace {
  /** Lanes of each admission, in order. */
  readonly entered: readonly (readonly Lane[])[];
  readonly learned: readonly LimitFacts[];
  readonly closed: readonly { readonly lane: Lane; readonly forMs: number }[];
  readonly halvedCount: number;
  /** Calls that were counted, in order. */
  readonly counted: readonly CountedCall[];
  /** Permits that were taken and not given back. */
  readonly inFlight: number;
  readonly mostInFlight: number;
}

/** @param onEnter runs inside each admission, before the caller goes on: the place to let time pass or to abort */
export function createFreePace({ onEnter = async () => {} }: { onEnter?: (admission: number) => Promise<void> } = {}): FreePace {
  const entered: (readonly Lane[])[] = [];
  const learned: LimitFacts[] = [];
  const closed: { lane: Lane; forMs: number }[] = [];
  const counted: CountedCall[] = [];
  let halvedCount = 0;
  let inFlight = 0;
  let mostInFlight = 0;

  return {
    entered,
    learned,
    closed,
    counted,
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
      let isOver = false;
      return {
        async end(call) {
          if (isOver) {
            throw new Error('A call ended twice.');
          }
          isOver = true;
          inFlight -= 1;
          if (call !== null) {
            counted.push(call);
          }
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
