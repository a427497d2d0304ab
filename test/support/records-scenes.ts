/** Scenes for the model of records: as few records as every way through the protocol needs. */
import type { BatchContext, RecordToWrite } from '../../domain/batch-state';
import type { RollbackContext } from '../../domain/rollback-state';
import { aModelPortal, archives, aRecordOf, attachesTo, creates, merges, setsValue } from './model-portal';
import type { Edit, ModelPortal } from './model-portal';
import type { Bound, Scene } from './records-model';

export const KEY = 'salesforce_id';
export const STAMP = 'migration_provenance';

export const batchContext: BatchContext = { run: 'acme.1', objectType: 'contacts', keyProperty: KEY, matchesByEmail: true, onMatch: 'fill-blanks', lifeCycle: { rule: 'by-on-match', order: [] }, propertyTypes: {}, mode: 'write' };
export const rollbackContext: RollbackContext = { run: 'acme.1', objectType: 'contacts', keyProperty: KEY, uniqueProperties: [KEY, 'email'], propertyTypes: {}, writableProperties: [KEY, STAMP, 'email', 'city', 'jobtitle', 'lifecyclestage', 'createdate'], edited: 'keep' };

export function aRecord(ordinal: number, change: Partial<RecordToWrite> = {}): RecordToWrite {
  const sourceId = `003-${ordinal}`;
  return { ordinal, sourceId, kind: 'create', targetId: null, properties: { [KEY]: sourceId, email: `p${ordinal}@x.org`, city: 'Oslo' }, state: 'unsent', attempt: 0, preImage: null, ...change };
}

/** Record 7 holds an e-mail of the batch and nobody planned for it; 9 is the one that the plan matched. */
export const PORTAL: ModelPortal = aModelPortal([
  aRecordOf('7', { email: 'p1@x.org', city: 'Bergen', jobtitle: 'Boss' }),
  aRecordOf('9', { email: 'p2@x.org', city: null }),
]);

export const TO_CREATE = aRecord(0);
/** Its e-mail turned up in the portal since the plan. */
export const TURNED_UP = aRecord(1);
export const TO_UPDATE = aRecord(2, { kind: 'update', targetId: '9' });

const CREATED = { madeFor: 0 };
const MERGES: readonly Edit[] = [merges({ id: '9' }, { id: '7' }), merges(CREATED, { id: '7' }), merges(CREATED, { id: '9' })];
/** Another run, or somebody's import with our key. */
const KEY_USERS: readonly Edit[] = [
  creates({ [KEY]: '003-0', [STAMP]: null, email: null, city: null }, 'a key of the batch'),
  creates({ [KEY]: '003-0', [STAMP]: 'acme.0:created', email: null, city: null }, 'a key of the batch and the stamp of another run'),
];
const EDITS_WITHOUT_MERGES: readonly Edit[] = [
  setsValue({ id: '9' }, 'city', 'Paris'),
  setsValue(CREATED, 'city', 'Paris'),
  setsValue(CREATED, 'jobtitle', 'Boss'),
  setsValue({ id: '9' }, 'city', null),
  archives({ id: '9' }),
  archives({ id: '7' }),
  archives(CREATED),
  attachesTo(CREATED),
  creates({ [KEY]: null, [STAMP]: null, email: 'p0@x.org', city: 'Rome' }, 'an e-mail of the batch'),
  ...KEY_USERS,
];

export const EDITS: readonly Edit[] = [...EDITS_WITHOUT_MERGES, ...MERGES];

/** Another run takes over what this one created: from then on it is not ours to undo. */
export const TAKEN_OVER = setsValue(CREATED, STAMP, 'acme.2:matched');

export const NOTHING_GOES_WRONG: Bound = { faults: 0, edits: 0, takeovers: 0, rollback: null, gap: 'closed', removals: 'closed' };

export function aScene(change: Partial<Omit<Scene, 'bound'>> & { readonly bound?: Partial<Bound> } = {}): Scene {
  return { context: batchContext, rollbackContext, portal: PORTAL, records: [TO_CREATE, TURNED_UP, TO_UPDATE], edits: EDITS, ...change, bound: { ...NOTHING_GOES_WRONG, ...change.bound } };
}

/** The bound in words. */
export function boundOf({ records, edits, bound }: Scene): string {
  return `${String(records.length)} records, ${inWords(bound, edits.length)}${bound.rollback === null ? '' : `; rollback begun whenever nothing is in flight: ${inWords(bound.rollback, edits.length)}`}; turns without limit`;
}

function inWords({ faults, edits, takeovers, gap, removals }: Bound, kinds: number): string {
  const windows = [gap === 'closed' ? 'none between a read and its write' : `also between a read and its write (${gap})`, removals === 'closed' ? '' : 'removals also while an overtaken create may arrive'].filter((part) => part !== '');
  return `${takeovers > 0 ? `${String(1 + takeovers)} attempts at once` : 'one attempt at a time'}, faults ≤ ${String(faults)}, people’s edits ≤ ${String(edits)}${edits > 0 ? ` of ${String(kinds)} kinds (${windows.join('; ')})` : ''}`;
}

// ---------------------------------------------------------------- what is explored in every test run

const rollback = (change: Partial<Bound> = {}): Bound => ({ ...NOTHING_GOES_WRONG, ...change });
/** The portal of which the archive goes on holding unique values. */
export const HOLDING: ModelPortal = aModelPortal(PORTAL.records, { archivedHoldUnique: true });
const ROME = aModelPortal([aRecordOf('7', { email: 'p1@x.org', city: 'Bergen' }), aRecordOf('9', { email: 'p2@x.org', city: 'Rome' })]);

export interface Space {
  readonly name: string;
  readonly scene: Scene;
}

const space = (name: string, scene: Parameters<typeof aScene>[0]): Space => ({ name, scene: aScene(scene) });

/** Everything that can go wrong at once is too much for one space: each of these takes some of it, and is exhausted. Mutants are explored in the same ones. */
export const ONE_AFTER_ANOTHER = space('one attempt after another', { bound: { faults: 3 } });
export const TWO_AT_ONCE = space('two attempts at once', { bound: { faults: 1, takeovers: 1 } });
export const PEOPLE = space('people while it writes', { bound: { faults: 1, edits: 1 } });
export const PEOPLE_AND_TWO = space('people while two attempts write at once', { records: [TURNED_UP, TO_UPDATE], bound: { edits: 1, takeovers: 1 } });
/** Where an update replaces an e-mail, the old one is free for a create that was overtaken: with a merge before, that is the window of a create. */
export const OVERWRITING = space('onMatch overwrite, people without merges', { context: { ...batchContext, onMatch: 'overwrite' }, portal: ROME, records: [TURNED_UP, TO_UPDATE], edits: EDITS_WITHOUT_MERGES, bound: { faults: 1, edits: 1, rollback: rollback() } });
export const UNDOING = space('rollback after one attempt', { bound: { faults: 1, edits: 1, rollback: rollback({ faults: 1 }) } });
export const UNDOING_AFTER_TWO = space('rollback after two attempts at once', { records: [TO_CREATE, TO_UPDATE], bound: { faults: 1, takeovers: 1, rollback: rollback({ faults: 1 }) } });
export const PEOPLE_AND_UNDOING = space('people while it is rolled back', { edits: [...EDITS, TAKEN_OVER], bound: { rollback: rollback({ faults: 1, edits: 1 }) } });

export const SPACES: readonly Space[] = [
  ONE_AFTER_ANOTHER,
  TWO_AT_ONCE,
  PEOPLE,
  space('two edits by people', { bound: { edits: 2 } }),
  PEOPLE_AND_TWO,
  space('one create, all of it', { records: [TO_CREATE], bound: { faults: 1, edits: 1, takeovers: 1 } }),
  space('an archive that goes on holding unique values', { portal: HOLDING, bound: { faults: 1, edits: 1 } }),
  OVERWRITING,
  space('onMatch leave', { context: { ...batchContext, onMatch: 'leave' }, portal: ROME, records: [TURNED_UP, TO_UPDATE], bound: { faults: 1, edits: 1, rollback: rollback() } }),
  UNDOING,
  UNDOING_AFTER_TWO,
  PEOPLE_AND_UNDOING,
  space('two attempts of a rollback at once', { records: [TO_CREATE, TO_UPDATE], edits: [...EDITS, TAKEN_OVER], bound: { rollback: rollback({ edits: 1, takeovers: 1 }) } }),
];

/** Deeper: for the long tests. */
export const LONG_SPACES: readonly Space[] = [
  space('one attempt after another, four faults', { bound: { faults: 4 } }),
  space('two attempts at once, two faults', { records: [TO_CREATE, TO_UPDATE], bound: { faults: 2, takeovers: 1 } }),
  space('one update, all of it', { records: [TO_UPDATE], bound: { faults: 1, edits: 1, takeovers: 1 } }),
  space('one create whose e-mail turned up, all of it', { records: [TURNED_UP], bound: { faults: 1, edits: 1, takeovers: 1 } }),
  space('people while two attempts write three records at once', { bound: { edits: 1, takeovers: 1, rollback: rollback() } }),
  // Who removes what we made and brings in another one with its key gets that one matched.
  space('people twice while it fails, nobody else using our key', { edits: EDITS.filter((edit) => !KEY_USERS.includes(edit)), bound: { faults: 1, edits: 2 } }),
  space('rollback after two attempts at once, three records', { bound: { faults: 1, takeovers: 1, rollback: rollback() } }),
  space('people while two attempts roll back at once and fail', { edits: [...EDITS, TAKEN_OVER], bound: { rollback: rollback({ faults: 1, edits: 1, takeovers: 1 }) } }),
];
