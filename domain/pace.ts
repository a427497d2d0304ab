import type { Phase } from './phase';

/** Lanes of the target's rate limit. Search has its own only; associations count in theirs and in `general`. */
export type Lane = 'general' | 'search' | 'associations';

/** Those in which one call counts. */
export type CallLanes = readonly [Lane] | readonly [Lane, Lane];

/** What an answer's own headers said of the limits. */
export interface LimitFacts {
  readonly lane: Lane;
  readonly windowMs: number | null;
  readonly windowLimit: number | null;
  readonly dailyLimit: number | null;
  readonly dailyRemaining: number | null;
}

/** Shared over all workers of a ledger; implemented there. */
export interface Pace {
  /** Takes a slot in each lane and waits for it, and a permit among the calls in flight. Rejects when aborted. */
  enter(lanes: CallLanes, signal: AbortSignal): Promise<Permit>;
  learn(facts: LimitFacts): Promise<void>;
  /** Told to wait: nobody takes a slot of this lane before then. */
  close(lane: Lane, forMs: number): Promise<void>;
  /** 423: halves the calls in flight for a minute. */
  halve(): Promise<void>;
}

export interface Permit {
  /** When the answer, or none, has come. @param call what is counted; null where nothing was sent, or nobody counts */
  end(call: CountedCall | null): Promise<void>;
}

/** Whose calls are counted, under which phase. */
export interface CallCounter {
  readonly run: string;
  readonly phase: Phase;
}

export interface CountedCall extends CallFact, CallCounter {}

/** One finished call: kinds are `read`, `create`, `update`, `archive`, `association-read`, `association-write`, `schema-read`, `schema-write`, `search`, `account`. */
export interface CallFact {
  readonly kind: CallKind;
  readonly status: number | null;
  readonly durationMs: number;
}
export type CallKind = 'account' | 'schema-read' | 'schema-write' | 'list' | 'read' | 'create' | 'update' | 'archive' | 'association-read' | 'association-write' | 'search';
