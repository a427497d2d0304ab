import type { LateCommitState } from './fault-plan';

/**
 * What can be asked of a simulated portal beside the vendor's own paths: types only, so that clients and tests may share them.
 * Every path below starts with `/_simulator/`; bodies and answers are JSON, instants are ISO-8601 strings, ids are strings.
 *
 * | path          | methods           | body → answer |
 * |---------------|-------------------|---------------|
 * | `health`      | GET               | → {@link SimulatorHealth} |
 * | `faults`      | GET, POST, DELETE | {@link FaultPlan} → {@link FaultPlanState} |
 * | `clock`       | GET, POST         | {@link ClockChange} → {@link ClockState} |
 * | `limits`      | GET, POST         | {@link LimitsChange} → {@link LimitsState} |
 * | `calls`       | GET, DELETE       | → {@link CallLog} |
 * | `tokens`      | GET, POST         | {@link TokensChange} → {@link TokensState} |
 * | `portal`      | GET, POST         | {@link PortalDefinition} → {@link PortalLoaded}; GET → {@link PortalDump} |
 * | `edit`        | POST              | {@link PersonEdit} → {@link EditResult} |
 * | `fingerprint` | GET               | → {@link Fingerprint} |
 * | `dump`        | GET               | `?canonical=KEY1,KEY2` → {@link CanonicalDump} |
 * | `switches`    | GET, POST         | {@link SwitchChanges} → {@link Switches} |
 * | `latency`     | GET, POST         | {@link LatencySetting} → {@link LatencySetting} |
 *
 * A refused body is answered with 400 and {@link ControlProblem}.
 */

export interface ControlProblem {
  readonly problem: string;
}

export interface SimulatorHealth {
  readonly simulator: 'hubspot';
  readonly portalId: number;
  /** Who must know that nothing more will be written waits until none is pending. */
  readonly lateCommits: LateCommitState;
}

// ---------------------------------------------------------------- faults

export type { EventState, Fault, FaultPlan, FaultPlanState, FaultRule, LateCommitState, Occasion, PortalEvent, RateLimitPolicy, ScheduledEvent } from './fault-plan';

// ---------------------------------------------------------------- clock, limits, latency

/** Either moves the clock ahead, or leaves it and puts the account's next midnight `resetsInMs` from now (and every 24 h after it). */
export type ClockChange = { readonly advanceMs: number } | { readonly resetsInMs: number };

export interface ClockState {
  readonly now: string;
  /** How far the simulator's clock is ahead of the machine's. */
  readonly offsetMs: number;
  /** The account's next midnight: when the daily count starts anew. */
  readonly resetsAt: string;
}

export type Tier = 'free' | 'starter' | 'professional' | 'enterprise';

export interface LimitFigures {
  /** Calls per rolling 10 s and token, search left out. */
  readonly burst: number;
  /** Calls per day and account. */
  readonly daily: number;
  /** Search calls per second and account. */
  readonly searchPerSecond: number;
  /** Calls of the associations API per rolling 10 s and token; they count in `burst` as well. */
  readonly associationsBurst: number;
}

/** A tier sets all figures; figures given beside it win. `off` counts calls but never refuses one. `usedToday` sets the day's count. */
export interface LimitsChange {
  readonly tier?: Tier | 'off' | undefined;
  readonly burst?: number | undefined;
  readonly daily?: number | undefined;
  readonly searchPerSecond?: number | undefined;
  readonly associationsBurst?: number | undefined;
  readonly usedToday?: number | undefined;
}

export interface LimitsState extends LimitFigures {
  readonly tier: Tier | 'off' | 'custom';
  readonly usedToday: number;
  readonly resetsAt: string;
}

/** `realistic`: writes with a median of 800 ms (p95 2.5 s), reads with 250 ms, drawn from the seed. */
export interface LatencySetting {
  readonly profile: 'none' | 'realistic';
  readonly seed?: number | undefined;
}

// ---------------------------------------------------------------- calls

export interface LoggedCall {
  /** 1-based, in order of arrival since the log was cleared. */
  readonly number: number;
  readonly at: string;
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** What was asked, e.g. `contacts.batch.create`, `associations.batch.read`, `deals.search`, `properties.list`. */
  readonly kind: string;
  /** Inputs of a batch call, else 1. */
  readonly inputCount: number;
  /** Status answered; 0 where no answer went out. */
  readonly status: number;
  readonly fault: string | null;
}

export interface CallLog {
  readonly total: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers 429, self-made by the caller's pace; those of a fault plan are not counted here. */
  readonly rateLimited: number;
  /** The newest calls, oldest first; at most 100,000 are kept. */
  readonly calls: readonly LoggedCall[];
}

// ---------------------------------------------------------------- portal

export interface TokenDefinition {
  readonly token: string;
  readonly scopes: readonly string[] | 'all';
  /** From then on the token is answered 401. */
  readonly expiresAt?: string | undefined;
  readonly appId?: number | undefined;
  readonly userId?: number | undefined;
  /** The portal that the token belongs to, if it is another one: account information names it. Its calls reach this portal all the same, so that a test sees what was tried. */
  readonly portalId?: number | undefined;
}

/** Replaces all tokens and leaves the portal's data: a token that is not named any more is revoked. */
export interface TokensChange {
  readonly tokens: readonly TokenDefinition[];
}

export interface TokensState {
  readonly tokens: readonly TokenDefinition[];
}

export interface OptionDefinition {
  readonly label: string;
  readonly value: string;
  readonly displayOrder?: number | undefined;
  readonly hidden?: boolean | undefined;
  readonly description?: string | undefined;
}

export interface PropertyDefinition {
  readonly name: string;
  readonly label?: string | undefined;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName?: string | undefined;
  readonly description?: string | undefined;
  readonly options?: readonly OptionDefinition[] | undefined;
  readonly hasUniqueValue?: boolean | undefined;
  readonly readOnlyValue?: boolean | undefined;
  readonly calculated?: boolean | undefined;
}

export interface StageDefinition {
  readonly id: string;
  readonly label: string;
  readonly displayOrder?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface PipelineDefinition {
  readonly id: string;
  readonly label: string;
  readonly displayOrder?: number | undefined;
  readonly stages: readonly StageDefinition[];
}

export interface OwnerDefinition {
  readonly id: string;
  readonly email: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly userId?: number | undefined;
  readonly archived?: boolean | undefined;
}

export interface RecordDefinition {
  /** Numeric; given by the simulator when left out. */
  readonly id?: string | undefined;
  /** A name by which `associations` of the same definition can refer to this record. */
  readonly ref?: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt?: string | undefined;
  readonly archived?: boolean | undefined;
}

/** A record of the definition, by its `ref` or by its id. */
export interface RecordReference {
  readonly objectType: string;
  readonly id?: string | undefined;
  readonly ref?: string | undefined;
}

export interface AssociationTypeReference {
  readonly associationCategory: string;
  readonly associationTypeId: number;
}

export interface AssociationDefinition {
  readonly from: RecordReference;
  readonly to: RecordReference;
  /** Left out: the unlabelled type. */
  readonly types?: readonly AssociationTypeReference[] | undefined;
}

export interface LabelDefinition {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly label: string;
  readonly inverseLabel?: string | undefined;
}

export interface ValidationRuleDefinition {
  readonly objectType: string;
  readonly propertyName: string;
  readonly rules: readonly { readonly ruleType: string; readonly ruleArguments: readonly string[]; readonly shouldApplyNormalization?: boolean | undefined }[];
}

/** What admins of the portal demand of writes: `validation` on every path, what is required on the 2026-09 paths. */
export interface PortalRules {
  readonly requiredOnCreate?: readonly { readonly objectType: string; readonly propertyName: string }[] | undefined;
  /** When `when.propertyName` gets one of `when.values`, each of `required` must have a value. */
  readonly conditionalRequired?:
    | readonly {
        readonly objectType: string;
        readonly when: { readonly propertyName: string; readonly values: readonly string[] };
        readonly required: readonly string[];
      }[]
    | undefined;
  readonly validation?: readonly ValidationRuleDefinition[] | undefined;
}

/** Posting one replaces the whole portal: records, schema, tokens, the day's count. Everything left out is a fresh Professional portal's. */
export interface PortalDefinition {
  readonly portalId?: number | undefined;
  readonly portalName?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly accountType?: 'STANDARD' | 'DEVELOPER_TEST' | 'SANDBOX' | 'APP_DEVELOPER' | undefined;
  readonly companyCurrency?: string | undefined;
  /** The additional currencies. */
  readonly currencies?: readonly string[] | undefined;
  readonly tier?: Tier | 'off' | undefined;
  readonly tokens?: readonly TokenDefinition[] | undefined;
  readonly groups?: Readonly<Record<string, readonly { readonly name: string; readonly label: string }[]>> | undefined;
  /** By object type, added to the default ones; a property of a default one's name replaces it. */
  readonly properties?: Readonly<Record<string, readonly PropertyDefinition[]>> | undefined;
  /** By object type; a pipeline of a default one's id replaces it. */
  readonly pipelines?: Readonly<Record<string, readonly PipelineDefinition[]>> | undefined;
  readonly owners?: readonly OwnerDefinition[] | undefined;
  readonly records?: Readonly<Record<string, readonly RecordDefinition[]>> | undefined;
  readonly associations?: readonly AssociationDefinition[] | undefined;
  readonly labels?: readonly LabelDefinition[] | undefined;
  readonly rules?: PortalRules | undefined;
  readonly switches?: SwitchChanges | undefined;
}

export interface PortalLoaded {
  readonly portalId: number;
  readonly records: Readonly<Record<string, number>>;
  readonly associations: number;
  /** `ref` of a record → the id it got. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface DumpedRecord {
  readonly id: string;
  readonly archived: boolean;
  readonly properties: Readonly<Record<string, string>>;
}

/** Everything in the portal, archived records included: for looking, not for comparing. */
export interface PortalDump {
  readonly portalId: number;
  readonly records: Readonly<Record<string, readonly DumpedRecord[]>>;
  readonly associations: readonly { readonly from: string; readonly fromId: string; readonly to: string; readonly toId: string; readonly typeIds: readonly number[] }[];
}

// ---------------------------------------------------------------- a person at work

/** A record by its id, or, as ids are often not known beforehand, as the one that holds a value (of several the oldest): exactly one of the two is given. */
export interface RecordAddress {
  readonly id?: string | undefined;
  readonly where?: PropertyMatch | undefined;
}

/** Unique properties match as the portal compares them, all others letter by letter. */
export interface PropertyMatch {
  readonly property: string;
  readonly value: string;
}

/** A change as a user or an admin makes it in the browser: history gets the source type `CRM_UI` and the user's id. Portal rules do not bind it. */
export type PersonEdit = { readonly userId?: number | undefined } & (
  | { readonly action: 'create'; readonly objectType: string; readonly properties: Readonly<Record<string, string>> }
  | ({ readonly action: 'update'; readonly objectType: string; readonly properties: Readonly<Record<string, string>> } & RecordAddress)
  /** `restore` finds its record among the archived ones. */
  | ({ readonly action: 'archive' | 'restore'; readonly objectType: string } & RecordAddress)
  /** Exactly one of `mergedId` and `mergedWhere` names the record that is taken in. */
  | ({ readonly action: 'merge'; readonly objectType: string; readonly mergedId?: string | undefined; readonly mergedWhere?: PropertyMatch | undefined } & RecordAddress)
  | {
      readonly action: 'associate' | 'disassociate';
      readonly from: RecordAddress & { readonly objectType: string };
      readonly to: RecordAddress & { readonly objectType: string };
      readonly types?: readonly AssociationTypeReference[] | undefined;
    }
  /** An admin demands the property of every new record; the rule binds API writes on the 2026-09 paths. */
  | { readonly action: 'require-property'; readonly objectType: string; readonly propertyName: string }
  | { readonly action: 'add-option'; readonly objectType: string; readonly propertyName: string; readonly value: string; readonly label: string }
  | { readonly action: 'delete-option'; readonly objectType: string; readonly propertyName: string; readonly value: string }
  | { readonly action: 'archive-property'; readonly objectType: string; readonly propertyName: string }
);

export interface EditResult {
  /** The record that was touched; the winner of a merge; the `from` end of an association; the property's name where an admin worked on one. */
  readonly id: string;
}

// ---------------------------------------------------------------- comparing portals

export interface Fingerprint {
  /** SHA-256, hex, over live records with ids and writable values, associations with all types, and the live schema. */
  readonly sha256: string;
  readonly records: Readonly<Record<string, number>>;
  readonly associations: number;
}

/** The portal without ids and timestamps: what two runs are compared by. Every list is sorted. */
export interface CanonicalDump {
  /** By object type, then by record name: source id, else natural key, else id. Values of writable properties only. */
  readonly records: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  /** `<from type>-<to type>`, each pair once, types as labels or vendor type ids. */
  readonly associations: Readonly<Record<string, readonly { readonly from: string; readonly to: string; readonly types: readonly string[] }[]>>;
  /** Custom properties, groups, pipelines and labels by name. */
  readonly schema: unknown;
}

// ---------------------------------------------------------------- switches

/** Behaviour that nobody could confirm on the real thing: each switch shows both sides. */
export interface Switches {
  /** An archived record goes on holding its unique values (e-mail, custom unique properties). Default false. */
  readonly archivedRecordsKeepUniqueValues: boolean;
  /** A create refused for a taken unique value leaves a record without that value behind. Default false. */
  readonly rejectedCreateLeavesHalfMadeRecord: boolean;
  /** Seconds to name in `Retry-After` on 429; 0, the default, sends no such header. */
  readonly retryAfterOn429: number;
  /** How far search lags behind writes. Default 5,000. */
  readonly searchLagMs: number;
  /** Distinct `from` records in one association batch archive. Default 100. */
  readonly associationBatchArchiveLimit: number;
  /** Labels of one pair of object types; 0 as in a subscription without them. The documents say that there is a limit, help pages that it is 50. Default 50. */
  readonly associationLabelLimit: number;
  /** A label that associations carry is taken from them when it is deleted, or cannot be deleted. Default `taken-from-pairs`. */
  readonly deletingLabelsInUse: 'taken-from-pairs' | 'refused';
  /** Pairs in one batch/associate/default. Default 100. */
  readonly associationDefaultBatchLimit: number;
  /** Successful results of batch create and batch update repeat the trace id (upsert always does). Default false. */
  readonly traceIdEchoedInCreate: boolean;
  /** `createdate` of contacts, companies and deals may be written. Default false. */
  readonly createdateWritable: boolean;
  /** A batch update whose inputs all carry trace ids answers 207 for invalid values instead of 400. Default true. */
  readonly batchUpdateSplitsByTraceId: boolean;
  /** Custom unique values that differ only in case collide. Default false. */
  readonly uniqueValuesIgnoreCase: boolean;
  /** The first company of a contact, deal or ticket becomes primary: on every kind of write, or on default calls only. Default `always`. */
  readonly firstCompanyBecomesPrimary: 'always' | 'default-calls';
  /** Life cycle stage of a contact that is created without one; empty for none. Default `lead`. */
  readonly newContactLifecycleStage: string;
  /** Largest request body in bytes before 413; 0, the default, for no limit. */
  readonly bodyLimitBytes: number;
  /** Validation rules of properties (lengths, ranges, patterns) bind API writes. Default true. */
  readonly validationRulesEnforced: boolean;
  /** How validation rules are read where the documents leave it open (blanks among letters, patterns that match a part, domains below a listed one, …). Default `lenient`. */
  readonly openRuleReadings: 'lenient' | 'strict';
  /** What is required, always or on a condition, is listed among the property validations. Default false: that it can be read is announced, in which form is not. */
  readonly requirementsInValidations: boolean;
  /** Search goes on finding records after they were archived. Default false. */
  readonly archivedRecordsReappearInSearch: boolean;
  /** Association calls: ids of merged records lead to the winner, or are unknown. Default `follow`. */
  readonly mergedIdsInAssociations: 'follow' | 'unknown';
  /** The portal fills blanks of a new company that has a domain, right after its create was answered. Default false. */
  readonly companyEnrichment: boolean;
  /** Stage to which the portal moves new contacts and companies, forward only, right after their create was answered; empty, the default, for none. */
  readonly lifecycleAutomation: string;
  /** The account setting "create and associate companies with contacts": the portal finds or makes a company by the domain of a new contact's e-mail. Default false. */
  readonly companiesFromEmailDomains: boolean;
}

export type SwitchChanges = { readonly [Name in keyof Switches]?: Switches[Name] | undefined };
