import type { LimitsChange, PersonEdit, TokenDefinition } from './control-plane';

/**
 * What goes wrong, and what else happens, during a run: the body of `/_simulator/faults`. The same plan, the same seed and the same order of calls give the same
 * faults and events.
 */
export interface FaultPlan {
  readonly seed?: number | undefined;
  /** At most one strikes a call: the first that can. */
  readonly rules: readonly FaultRule[];
  /** All that are due happen, whatever fault strikes the call as well. */
  readonly events?: readonly ScheduledEvent[] | undefined;
}

/** Which calls are meant. All conditions that are given must hold. Calls are counted from the moment the plan was posted; posting a plan replaces the one before. */
export interface Occasion {
  /** Regular expression over method, blank, path: `^POST .*batch/create`. Left out: every vendor call. */
  readonly path?: string | undefined;
  /** 1-based numbers among the calls that match `path`. */
  readonly callNumbers?: readonly number[] | undefined;
  /** Chance between 0 and 1, drawn from the plan's seed. */
  readonly probability?: number | undefined;
  /** How often a rule may strike at most, or an event take effect. */
  readonly times?: number | undefined;
}

// ---------------------------------------------------------------- faults

export interface FaultRule extends Occasion {
  readonly fault: Fault;
}

export type RateLimitPolicy = 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY';

/** One thing that can go wrong with a call. `before` = nothing was written yet, `after` = the call was carried out and only its answer is spoilt or late. `slow` is `after` unless told otherwise, `connection-reset` is `before`. */
export type Fault =
  | { readonly kind: 'request-lost' }
  | { readonly kind: 'answer-lost-after-commit' }
  | { readonly kind: 'connection-reset'; readonly when?: 'before' | 'after' | undefined }
  /** Carried out; the answer's head and half of its body arrive, then the connection is reset. */
  | { readonly kind: 'answer-cut-short' }
  /** The connection is closed at once, or `status` answered, and the call is carried out only `delayMs` later: by the machine's timers, or when the simulator's clock is advanced that far. */
  | { readonly kind: 'commits-late'; readonly delayMs: number; readonly status?: number | undefined }
  | { readonly kind: 'status'; readonly status: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'rate-limited'; readonly policy: RateLimitPolicy; readonly retryAfterSeconds?: number | undefined }
  | { readonly kind: 'moving'; readonly retryAfterSeconds: number }
  | { readonly kind: 'token-expired' }
  | { readonly kind: 'slow'; readonly delayMs: number; readonly when?: 'before' | 'after' | undefined }
  /** Default body: a web page. `half-json` breaks off in the middle, `empty` has a status and nothing else. */
  | { readonly kind: 'not-json'; readonly when: 'before' | 'after'; readonly body?: 'web-page' | 'half-json' | 'empty' | undefined }
  /** Leaves as many results of a batch out of the answer, although they were written or found. */
  | { readonly kind: 'results-missing'; readonly count: number }
  /** Names as many results of a batch twice. */
  | { readonly kind: 'results-repeated'; readonly count: number }
  /** Refuses these inputs (0-based) of a batch write with a validation error, as far as the batch has them. */
  | { readonly kind: 'refuse-inputs'; readonly inputs: readonly number[]; readonly code?: string | undefined }
  /**
   * Refuses every write with an input whose record holds, or is to hold, one of these values; of an association either end counts. Strikes such writes only.
   * The whole batch is answered 400 and no culprit named; with `traceIds: 'honoured'` a batch whose inputs all carry trace ids gets the vendor's 207 instead.
   * `code` puts code and property into the answer, but no record.
   */
  | { readonly kind: 'poison'; readonly property: string; readonly values: readonly string[]; readonly traceIds?: 'honoured' | 'ignored' | undefined; readonly code?: string | undefined };

// ---------------------------------------------------------------- events

/** Something that happens right before a call is looked at, or right after it was carried out and before its answer leaves. */
export interface ScheduledEvent extends Occasion {
  readonly when: 'before' | 'after';
  readonly event: PortalEvent;
}

export type PortalEvent =
  /** A record, property or option that is not there (yet) makes it do nothing; without `callNumbers` it then waits for the next call. */
  | { readonly kind: 'edit'; readonly edit: PersonEdit }
  | { readonly kind: 'limits'; readonly change: LimitsChange }
  /** All tokens from now on: those that are not named are refused as unknown. An `expiresAt` in the past is an expired one, fewer scopes answer 403. */
  | { readonly kind: 'tokens'; readonly tokens: readonly TokenDefinition[] };

// ---------------------------------------------------------------- how it went

export interface FaultPlanState extends FaultPlan {
  /** Per rule: how many calls matched its path, and how many it struck. */
  readonly matched: readonly number[];
  readonly struck: readonly number[];
  /** Per event, in the plan's order. */
  readonly happened: readonly EventState[];
  readonly lateCommits: LateCommitState;
}

export interface EventState {
  /** Calls that matched its path. */
  readonly matched: number;
  readonly done: number;
  /** How often it was due and what it is about was not there. */
  readonly notThere: number;
  /** How often it was due and the portal's own rules refused it, e.g. a value that somebody else holds. */
  readonly refused: number;
  /** Of edits: the records touched, in order. */
  readonly ids: readonly string[];
  /** Why it last came to nothing. */
  readonly problem: string | null;
}

export interface LateCommitState {
  /** Calls whose connection has ended and whose effect is still to come. */
  readonly pending: number;
  /** Whether the plan may make further calls commit late. */
  readonly planned: boolean;
}
