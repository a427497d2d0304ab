/** What the state machine of undoing associations remembers, asks for and is told; plain JSON. */
import type { KindText } from './association-kind';
import type { AssociationAnswer, PortalAssociation } from './association-state';
import type { AssociationType } from './object-type';
import type { UndoStateOfRecord } from './rollback-state';

/** An association that this run added. */
export interface LinkToUndo {
  readonly ordinal: number;
  readonly fromTargetId: string | null;
  readonly toTargetId: string | null;
  /** What the run gave it beside the plain type. */
  readonly labels: readonly KindText[];
  /** Kinds of the pair before this run wrote, joined; the empty text for a pair that was not there. */
  readonly preKinds: string | null;
  readonly undo: UndoStateOfRecord;
}

export interface AssociationUndoContext {
  readonly associationType: AssociationType;
  /** May a pair go that a person has labelled since? */
  readonly edited: 'keep' | 'include';
}

export interface AssociationUndoSettlement {
  readonly ordinal: number;
  readonly state: UndoStateOfRecord;
  readonly code: string | null;
}

export type AssociationUndoStep =
  /** The whole pair: nothing stood there before. */
  | { readonly do: 'remove' }
  /** Only what we added to a pair that stood there; `missing` goes back afterwards. */
  | { readonly do: 'take'; readonly kinds: readonly KindText[]; readonly missing: readonly KindText[] }
  | { readonly do: 'put-back'; readonly kinds: readonly KindText[] };

export type AssociationUndoStanding =
  | { readonly at: 'done' }
  | { readonly at: 'outcome'; readonly settlement: AssociationUndoSettlement }
  | { readonly at: 'unread' }
  | { readonly at: 'decided'; readonly next: AssociationUndoStep }
  /** The ledger says that it is being undone: this attempt alone goes on. */
  | { readonly at: 'marked'; readonly next: AssociationUndoStep };

export interface AssociationUndoItem {
  readonly ordinal: number;
  readonly fromId: string;
  readonly toId: string;
  readonly labels: readonly KindText[];
  readonly preKinds: readonly KindText[];
  /** As last read. */
  readonly kinds: readonly KindText[];
  /** Was a call under way once, in this attempt or in one that died? */
  readonly wasSent: boolean;
  readonly readCount: number;
  readonly standing: AssociationUndoStanding;
}

export interface AssociationUndoState {
  readonly context: AssociationUndoContext;
  readonly items: readonly AssociationUndoItem[];
  /** Halved each time a call that puts kinds back is refused as a whole. */
  readonly pairsACall: number;
  readonly quotaChecked: boolean;
  readonly asked: AssociationUndoCommand;
}

type Pair = { readonly fromId: string; readonly toId: string };

export type AssociationUndoCommand =
  | { readonly do: 'check-quota' }
  | { readonly do: 'read'; readonly fromIds: readonly string[] }
  /** Also writes the intent: state `sent`. */
  | { readonly do: 'settle'; readonly settlements: readonly AssociationUndoSettlement[] }
  | { readonly do: 'remove'; readonly pairs: readonly Pair[] }
  /** Takes these kinds from the pairs and leaves the others. */
  | { readonly do: 'take'; readonly associations: readonly PortalAssociation[] }
  /** Gives the pairs these kinds, all that they shall have. */
  | { readonly do: 'put-back'; readonly associations: readonly PortalAssociation[] }
  | { readonly do: 'done' }
  | { readonly do: 'fail'; readonly type: 'TransientError'; readonly code: 'in-doubt' };

export type AssociationUndoEvent =
  | { readonly on: 'quota-suffices' }
  | { readonly on: 'associations-read'; readonly associations: readonly PortalAssociation[] }
  /** The ordinals whose state the ledger changed: one that had ended already stays as it ended. */
  | { readonly on: 'settled'; readonly ordinals: readonly number[] }
  | { readonly on: 'removed' }
  | { readonly on: 'taken' }
  | { readonly on: 'answered'; readonly answer: AssociationAnswer };

export interface AssociationUndoProgress {
  readonly state: AssociationUndoState;
  readonly command: AssociationUndoCommand;
}
