/** What the state machine of associations remembers, asks for and is told; plain JSON like its sibling for records. */
import type { AssociationKindOfPortal, KindText } from './association-kind';
import type { PortalRefusal } from './batch-state';
import type { PairOrigin } from './id-map';
import type { AssociationType } from './object-type';
import type { Refusal } from './record-outcome';

export interface PortalAssociation {
  readonly fromId: string;
  readonly toId: string;
  readonly kinds: readonly AssociationKindOfPortal[];
}

export interface AssociationAnswer {
  readonly landed: readonly { readonly fromId: string; readonly toId: string }[];
  readonly refused: readonly { readonly fromId: string | null; readonly toId: string | null; readonly code: string; readonly message: string; readonly correlationId: string | null }[];
  readonly refusedWhole: PortalRefusal | null;
}

export interface AssociationToWrite {
  readonly ordinal: number;
  readonly primary: boolean;
  /** What it carries beside the plain type. */
  readonly labels: readonly KindText[];
  readonly fromTargetId: string | null;
  readonly toTargetId: string | null;
  readonly fromOrigin: PairOrigin | null;
  readonly state: 'unsent' | 'sent' | 'settled';
  readonly attempt: number;
  readonly preKinds: string | null;
}

export interface AssociationSettlement {
  readonly ordinal: number;
  readonly outcome: 'added' | 'already-there' | 'refused' | 'end-not-written';
  readonly refusal: Refusal | null;
}

export type AssociationStanding =
  | { readonly at: 'settled' }
  | { readonly at: 'outcome'; readonly settlement: AssociationSettlement }
  /** What the pair has now is not known. `mark`: does one stand in the ledger? `unnamed`: it was answered, but without a word on this pair; `unlabelled`: as there, and its labels go out next. */
  | { readonly at: 'unread'; readonly mark: 'none' | 'sent' | 'unnamed' | 'unlabelled' }
  /** Marked as sent, and not there: the mark goes. `then: 'unread'` where labels that are gone may have been the reason. */
  | { readonly at: 'absent'; readonly then: 'ready' | 'unread' }
  /** Was one of its ends merged into another record, or deleted? Asked where an answer said nothing of the pair, or where the write would replace labels on that record. */
  | { readonly at: 'astray'; readonly look: 'from' | 'to'; readonly mark: 'none' | 'sent'; readonly isAlone: boolean }
  /** Read for the first time, not kept yet. */
  | { readonly at: 'imaged' }
  | { readonly at: 'ready' }
  | { readonly at: 'marked' }
  | { readonly at: 'elsewhere' };

export interface AssociationItem {
  readonly ordinal: number;
  readonly fromId: string;
  readonly toId: string;
  readonly primary: boolean;
  readonly labels: readonly KindText[];
  /** Its source has further pairs in this batch. */
  readonly isOneOfSeveral: boolean;
  readonly fromOrigin: PairOrigin | null;
  readonly attempt: number;
  /** Before this run wrote; null until read. What is read before the first send counts, not what an attempt that never sent had read. */
  readonly preKinds: readonly KindText[] | null;
  /** As last read. */
  readonly kinds: readonly KindText[];
  readonly sendCount: number;
  readonly unnamedCount: number;
  /** Was sent again with the labels read anew, after a call that carried older ones was refused. */
  readonly isReread: boolean;
  /** An end was merged into another record: the pair is written there. */
  readonly isRedirected: boolean;
  readonly hasLiveEnds: boolean;
  readonly standing: AssociationStanding;
}

export interface AssociationBatchState {
  readonly associationType: AssociationType;
  readonly mode: 'write' | 'settle';
  readonly items: readonly AssociationItem[];
  /** Pairs that carry the primary, as last read. */
  readonly primaries: readonly { readonly fromId: string; readonly toId: string }[];
  /** Halves of a call that was refused as a whole. */
  readonly queue: readonly (readonly number[])[];
  readonly quotaChecked: boolean;
  readonly ending: 'none' | 'rethrow';
  readonly asked: AssociationCommand;
}

type Mark = { readonly ordinal: number; readonly attempt: number };

export type AssociationCommand =
  | { readonly do: 'settle'; readonly settlements: readonly AssociationSettlement[] }
  | { readonly do: 'read'; readonly fromIds: readonly string[] }
  /** A merged record answers under the id of the one that it was merged into, and does not say for whom: what is missing is asked for alone. */
  | { readonly do: 'read-ends'; readonly end: 'from' | 'to'; readonly ids: readonly string[] }
  | { readonly do: 'keep-pre-kinds'; readonly kinds: readonly { readonly ordinal: number; readonly preKinds: string }[] }
  | { readonly do: 'check-quota' }
  | { readonly do: 'mark-sent'; readonly links: readonly Mark[] }
  | { readonly do: 'clear-sent'; readonly links: readonly Mark[] }
  | { readonly do: 'create'; readonly associations: readonly PortalAssociation[] }
  | { readonly do: 'done' }
  | { readonly do: 'rethrow' }
  | { readonly do: 'fail'; readonly type: 'TransientError'; readonly code: 'in-doubt' };

export type AssociationEvent =
  | { readonly on: 'settled' }
  | { readonly on: 'associations-read'; readonly associations: readonly PortalAssociation[] }
  | { readonly on: 'ends-read'; readonly liveIds: readonly string[] }
  /** What the ledger holds now: another attempt may have kept, and sent, before this one. */
  | { readonly on: 'pre-kinds-kept'; readonly kinds: readonly { readonly ordinal: number; readonly preKinds: string }[] }
  | { readonly on: 'quota-suffices' }
  | { readonly on: 'marked'; readonly ordinals: readonly number[] }
  | { readonly on: 'cleared' }
  | { readonly on: 'answered'; readonly answer: AssociationAnswer }
  | { readonly on: 'not-carried-out' }
  | { readonly on: 'no-answer' };

export interface AssociationStep {
  readonly state: AssociationBatchState;
  readonly command: AssociationCommand;
}
