/** Lanes of the target's rate limit. Search has its own only; associations count in theirs and in `general`. */
export type Lane = 'general' | 'search' | 'associations';

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
  /** Takes a slot in each lane and waits for it, and a permit among the calls in flight. Call `release` when the answer is there. Rejects when aborted. */
  enter(lanes: readonly Lane[], signal: AbortSignal): Promise<{ release(): Promise<void> }>;
  learn(facts: LimitFacts): Promise<void>;
  /** Told to wait: nobody takes a slot of this lane before then. */
  close(lane: Lane, forMs: number): Promise<void>;
  /** 423: halves the calls in flight for a minute. */
  halve(): Promise<void>;
}

/** One finished call, for counting: kinds are `read`, `create`, `update`, `archive`, `association-read`, `association-write`, `schema-read`, `schema-write`, `search`, `account`. */
export interface CallFact {
  readonly kind: CallKind;
  readonly status: number | null;
  readonly durationMs: number;
}
export type CallKind = 'account' | 'schema-read' | 'schema-write' | 'list' | 'read' | 'create' | 'update' | 'archive' | 'association-read' | 'association-write' | 'search';
