/** Scenes for the model of records: as few records as every way through the protocol needs. */
import type { BatchContext, RecordToWrite } from '../../domain/batch-state';
import type { RollbackContext } from '../../domain/rollback-state';
import { aModelPortal, archives, aRecordOf, attachesTo, creates, merges, setsValue } from './model-portal';
import type { Edit, ModelPortal } from './model-portal';
import type { Bound, Scene } from './records-model';

export const KEY = 'salesforce_id';
export const STAMP = 'migration_provenance';

export const batchContext: BatchContext = { run: 'acme.1', objectType: 'contacts', keyProperty: KEY, matchesByEmail: true, onMatch: 'fill-blanks', propertyTypes: {}, mode: 'write' };
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
export const EDITS: readonly Edit[] = [
  setsValue({ id: '9' }, 'city', 'Paris'),
  setsValue(CREATED, 'city', 'Paris'),
  setsValue(CREATED, 'jobtitle', 'Boss'),
  setsValue({ id: '9' }, 'city', null),
  archives({ id: '9' }),
  archives({ id: '7' }),
  archives(CREATED),
  merges({ id: '9' }, { id: '7' }),
  merges(CREATED, { id: '7' }),
  merges(CREATED, { id: '9' }),
  attachesTo(CREATED),
  creates({ [KEY]: null, [STAMP]: null, email: 'p0@x.org', city: 'Rome' }, 'an e-mail of the batch'),
  creates({ [KEY]: '003-0', [STAMP]: null, email: null, city: null }, 'a key of the batch'),
  creates({ [KEY]: '003-0', [STAMP]: 'acme.0:created', email: null, city: null }, 'a key of the batch and the stamp of another run'),
];

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
