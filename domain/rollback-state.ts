/** What the state machine of undoing records remembers, asks for and is told; plain JSON. */
import type { NullableValues, PortalRecord, Values, WriteAnswer } from './batch-state';
import type { PairOrigin } from './id-map';
import type { ObjectType } from './object-type';
import type { HistoryEntry } from './property-history';

export type UndoStateOfRecord = 'pending' | 'sent' | 'restored' | 'archived' | 'kept' | 'gone' | 'failed';

export interface RecordToUndo {
  readonly ordinal: number;
  readonly targetId: string;
  readonly origin: PairOrigin;
  readonly preImage: NullableValues | null;
  readonly postImage: NullableValues | null;
  readonly undo: UndoStateOfRecord;
}

export interface RollbackContext {
  readonly run: string;
  readonly objectType: ObjectType;
  readonly keyProperty: string;
  /** An archived record may hold these on, so that they are cleared first (what the portal does with them is unknown). */
  readonly uniqueProperties: readonly string[];
  readonly propertyTypes: Values;
  /** All that a person could have filled in; a value in one that we did not write may be somebody's edit. */
  readonly writableProperties: readonly string[];
  /** May what a person changed since be undone too? */
  readonly edited: 'keep' | 'include';
}

export interface UndoSettlement {
  readonly ordinal: number;
  readonly state: UndoStateOfRecord;
  readonly code: string | null;
}

/** `steps` are updates that go out one after the other (a life cycle stage is cleared, then set); the record is archived after them or not. */
export interface UndoDecision {
  readonly steps: readonly Values[];
  readonly then: 'archive' | 'nothing';
  readonly code: string | null;
}

export type UndoStanding =
  | { readonly at: 'done' }
  | { readonly at: 'outcome'; readonly settlement: UndoSettlement }
  | { readonly at: 'unread'; readonly look: 'live' | 'archived' }
  /** Differs from what we wrote: its history tells who changed it. */
  | { readonly at: 'suspect'; readonly found: NullableValues; readonly differing: readonly string[] }
  /** May go unless something hangs on it: activities, tickets or line items protect a record always. */
  | { readonly at: 'to-archive'; readonly decision: UndoDecision }
  | { readonly at: 'decided'; readonly decision: UndoDecision }
  | { readonly at: 'marked'; readonly decision: UndoDecision };

export interface UndoItem {
  readonly record: RecordToUndo;
  readonly readCount: number;
  readonly standing: UndoStanding;
}

export interface RollbackState {
  readonly context: RollbackContext;
  readonly items: readonly UndoItem[];
  /** Halved each time a call is refused as a whole. */
  readonly inputsACall: number;
  readonly asked: RollbackCommand;
}

export type RollbackCommand =
  /** Also writes the intent: state `sent`. */
  | { readonly do: 'settle'; readonly settlements: readonly UndoSettlement[] }
  | { readonly do: 'read'; readonly ids: readonly string[]; readonly properties: readonly string[]; readonly archived: boolean }
  | { readonly do: 'read-history'; readonly ids: readonly string[]; readonly properties: readonly string[] }
  | { readonly do: 'read-attachments'; readonly ids: readonly string[] }
  | { readonly do: 'update'; readonly inputs: readonly { readonly traceId: string; readonly id: string; readonly properties: Values }[] }
  | { readonly do: 'archive'; readonly ids: readonly string[] }
  | { readonly do: 'done' }
  | { readonly do: 'fail'; readonly type: 'TransientError'; readonly code: 'in-doubt' };

/** Histories by record id, then property; JSON-plain. */
export type Histories = Readonly<Record<string, Readonly<Record<string, readonly HistoryEntry[]>>>>;

export type RollbackEvent =
  | { readonly on: 'settled' }
  | { readonly on: 'records-read'; readonly records: readonly PortalRecord[] }
  | { readonly on: 'history-read'; readonly histories: Histories }
  /** Those of the ids that have activities, tickets or line items. */
  | { readonly on: 'attachments-read'; readonly attached: readonly string[] }
  | { readonly on: 'answered'; readonly answer: WriteAnswer }
  | { readonly on: 'archived' };

export interface RollbackStep {
  readonly state: RollbackState;
  readonly command: RollbackCommand;
}
