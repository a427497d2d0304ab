/**
 * What the state machine of writing exactly once remembers, asks for and is told: all of it plain JSON, so that a state can be explored, compared and stored.
 * The shapes of records and answers are those of the connector and the ledger, named here because this room knows neither.
 */
import type { ObjectType } from './object-type';
import type { LifeCycleOnMatch } from './life-cycle-stage';
import type { OnMatch } from './on-match';
import type { BatchKind } from './planned-record';
import type { Refusal } from './record-outcome';

export type Values = Readonly<Record<string, string>>;
export type NullableValues = Readonly<Record<string, string | null>>;

export interface PortalRecord {
  readonly id: string;
  readonly properties: NullableValues;
  readonly archived: boolean;
}

export interface PortalRefusal {
  readonly traceId: string | null;
  readonly ids: readonly string[];
  readonly code: string;
  readonly category: string;
  readonly property: string | null;
  readonly message: string;
  readonly correlationId: string | null;
}

export interface WriteAnswer {
  readonly landed: readonly { readonly traceId: string | null; readonly record: PortalRecord }[];
  readonly refused: readonly PortalRefusal[];
  readonly refusedWhole: PortalRefusal | null;
}

export interface Settlement {
  readonly ordinal: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly targetId: string | null;
  readonly refusal: Refusal | null;
  readonly postImage: NullableValues | null;
}

/** With `attempt` the outcome counts only while the record still is at that attempt: another one may have taken it over since. */
export interface OwnedSettlement extends Settlement {
  readonly attempt?: number;
}

/** One record as the ledger hands it over at the start of an attempt. */
export interface RecordToWrite {
  readonly ordinal: number;
  readonly sourceId: string;
  readonly kind: BatchKind;
  readonly targetId: string | null;
  readonly properties: Values;
  readonly state: 'unsent' | 'sent' | 'settled';
  readonly attempt: number;
  readonly preImage: NullableValues | null;
}

export interface BatchContext {
  readonly run: string;
  readonly objectType: ObjectType;
  /** The unique property that ties a record to its source. */
  readonly keyProperty: string;
  /** May a record that turned up since the plan be matched by its e-mail? */
  readonly matchesByEmail: boolean;
  readonly onMatch: OnMatch;
  readonly lifeCycle: LifeCycleOnMatch;
  /** Property name to the portal's type, for comparing by meaning. */
  readonly propertyTypes: Values;
  /** `settle` only finds out what became of records sent before; nothing goes out (rollback). */
  readonly mode: 'write' | 'settle';
}

/** Where holders of a unique value are looked for, in this order. A secondary e-mail answers under the primary one, hence the look-up one by one. */
export type HolderLook = 'key' | 'archived-key' | 'email' | 'email-alone' | 'archived-email';

export type Standing =
  /** The ledger has the outcome. */
  | { readonly at: 'settled' }
  /** Known, not in the ledger yet. */
  | { readonly at: 'outcome'; readonly settlement: Settlement }
  /** Sent, and no answer came. */
  | { readonly at: 'in-doubt'; readonly look: 'live' | 'archived' }
  /** Marked as sent, certainly not there: the mark goes. */
  | { readonly at: 'absent' }
  /** `alone`: its target was not in the answer under its own id, but a merged record answers under the winner's. */
  | { readonly at: 'unsent'; readonly look?: 'alone' }
  /** What stands in the portal is read and not yet kept. */
  | { readonly at: 'imaged'; readonly image: NullableValues }
  | { readonly at: 'ready' }
  /** Marked as sent by this very attempt: it alone may send it. */
  | { readonly at: 'marked' }
  /** Refused; perhaps because another record holds a unique value. `whole`: the batch was refused without a culprit. */
  | { readonly at: 'contested'; readonly look: HolderLook; readonly refusal: Refusal; readonly whole: boolean }
  /** Refused alone, kept back until it is clear that not everything is refused alike. */
  | { readonly at: 'held-back'; readonly refusal: Refusal }
  /** Another attempt took it: not ours to send. */
  | { readonly at: 'elsewhere' };

export interface BatchItem {
  readonly ordinal: number;
  readonly key: string;
  readonly kind: BatchKind;
  /** The record to update; null for one to create. A create becomes an update when its record turned up since the plan. */
  readonly targetId: string | null;
  readonly properties: Values;
  readonly attempt: number;
  readonly preImage: NullableValues | null;
  /** What was sent last, or goes out next: key and stamp included. */
  readonly writing: Values;
  readonly sendCount: number;
  readonly standing: Standing;
}

export interface SendGroup {
  readonly ordinals: readonly number[];
  /** `first` send, `again` after its holders were found, `half` of a batch that was refused as a whole. */
  readonly stage: 'first' | 'again' | 'half';
  readonly kind: 'create' | 'update';
}

export interface BatchState {
  readonly context: BatchContext;
  readonly items: readonly BatchItem[];
  /** Groups that must go out apart, in order. */
  readonly queue: readonly SendGroup[];
  readonly sending: SendGroup | null;
  /** A group that was refused as a whole and whose holders are being looked for. */
  readonly refusedGroup: SendGroup | null;
  readonly quotaChecked: boolean;
  /** Code and property of each record refused alone out of a refused batch, and whether any such group landed. */
  readonly singles: readonly string[];
  readonly anyLandedAlone: boolean;
  /** Properties named by refusals that smell of a changed schema: is the property still as it was when the plan was made? */
  readonly schemaVerdicts: Readonly<Record<string, 'same' | 'changed'>>;
  /** How this attempt ends once the ledger is in order: by the error of the call that failed, or because the portal refuses everything alike. */
  readonly ending: 'none' | 'rethrow' | 'portal-changed';
  readonly asked: BatchCommand;
}

interface UpdateInput {
  readonly traceId: string;
  readonly id: string;
  readonly properties: Values;
}

export type BatchCommand =
  | { readonly do: 'settle'; readonly settlements: readonly OwnedSettlement[] }
  /** `ordinals` are those whom the answer concerns. `by: id` reads by the portal's own ids. */
  | { readonly do: 'read'; readonly purpose: 'in-doubt' | 'holder' | 'pre-image'; readonly by: 'key' | 'email' | 'id'; readonly ids: readonly string[]; readonly properties: readonly string[]; readonly archived: boolean; readonly ordinals: readonly number[] }
  | { readonly do: 'keep-pre-images'; readonly images: readonly { readonly ordinal: number; readonly targetId: string; readonly values: NullableValues }[] }
  | { readonly do: 'compare-schema'; readonly properties: readonly string[] }
  | { readonly do: 'check-quota' }
  | { readonly do: 'mark-sent'; readonly records: readonly { readonly ordinal: number; readonly attempt: number }[] }
  | { readonly do: 'clear-sent'; readonly records: readonly { readonly ordinal: number; readonly attempt: number }[] }
  | { readonly do: 'create'; readonly inputs: readonly { readonly traceId: string; readonly properties: Values }[] }
  /** `cleared` goes out right before, and its answer tells nothing: that of `inputs` does. */
  | { readonly do: 'update'; readonly inputs: readonly UpdateInput[]; readonly cleared?: readonly UpdateInput[] }
  | { readonly do: 'done' }
  /** The error of the call that failed goes up. */
  | { readonly do: 'rethrow' }
  | { readonly do: 'fail'; readonly type: 'TransientError' | 'PlanError'; readonly code: 'in-doubt' | 'portal-changed' };

export type BatchEvent =
  /** The ordinals that have an outcome in the ledger now, this one or an older. */
  | { readonly on: 'settled'; readonly ordinals: readonly number[] }
  | { readonly on: 'records-read'; readonly records: readonly PortalRecord[] }
  | { readonly on: 'pre-images-kept' }
  /** Those of the properties that are no longer what the plan was made for. */
  | { readonly on: 'schema-compared'; readonly changed: readonly string[] }
  | { readonly on: 'quota-suffices' }
  | { readonly on: 'marked'; readonly ordinals: readonly number[] }
  | { readonly on: 'cleared' }
  | { readonly on: 'answered'; readonly answer: WriteAnswer }
  /** The call certainly was not carried out. */
  | { readonly on: 'not-carried-out' }
  /** The call may have been carried out; nobody knows. */
  | { readonly on: 'no-answer' };

export interface BatchStep {
  readonly state: BatchState;
  readonly command: BatchCommand;
}
