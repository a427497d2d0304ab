import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { PlannedAssociation, PlannedRecord } from '../../domain/planned-record';
import type { SourceInspection, SourceObject, SourceRecord } from '../../domain/source-inspection';
import type { Ledger } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import type { OpenLedgerOptions } from '../../ledger/open-ledger';

export const NOW = '2026-09-01T10:00:00.000Z';

/** A real file in a folder of its own; everything goes with `remove`. */
export function aLedgerFile(): { readonly location: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'portage-ledger-'));
  return { location: join(folder, 'inner', 'ledger.db'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const aDefinition = (id = 'acme') => migrationDefinitionSchema.parse({ id, source: { crm: 'salesforce', files: '/export' }, target: { crm: 'hubspot' } });

export const openRun = (ledger: Ledger, migrationId = 'acme', kind: 'planning' | 'migration' = 'migration') =>
  ledger.runs.open({ migrationId, kind, definition: aDefinition(migrationId), definitionDigest: 'd1', now: NOW });

export const anObject = (object = 'Contact'): SourceObject => ({ object, dialect: 'data-loader', files: [] });

export const anInspection = (changes: Partial<SourceInspection> = {}): SourceInspection => ({ objects: [anObject()], unread: [], findings: [], digest: 'source-1', ...changes });

export const aRow = (sourceId: string, line: number, values: SourceRecord['values'] = { Id: sourceId }): SourceRecord => ({ sourceId, fileIndex: 0, line, values });

export const aPlanned = (ordinal: number, changes: Partial<PlannedRecord> = {}): PlannedRecord => ({
  objectType: 'contacts',
  ordinal,
  sourceObject: 'Contact',
  sourceId: `s${ordinal}`,
  action: 'create',
  reason: null,
  reasonCode: null,
  foldInto: null,
  targetId: null,
  properties: { salesforce_id: `s${ordinal}` },
  before: {},
  identity: { email: null, domain: null, name: null },
  cells: [],
  ...changes,
});

export const anAssociation = (from: string, to: string, changes: Partial<PlannedAssociation> = {}): Omit<PlannedAssociation, 'ordinal'> => ({
  associationType: 'contacts-companies',
  fromSourceId: from,
  toSourceId: to,
  verdict: 'planned',
  primary: false,
  labels: [],
  statedBy: 'Contact.AccountId',
  ...changes,
});

export const range = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, index) => from + index);

/** A ledger on a real file for each test of a suite. */
export function useLedger(options: Omit<OpenLedgerOptions, 'location'> = {}): { readonly ledger: Ledger; readonly location: string } {
  let file = aLedgerFile();
  let ledger: Ledger | null = null;
  beforeEach(async () => {
    file = aLedgerFile();
    ledger = await openLedger({ location: file.location, ...options });
  });
  afterEach(async () => {
    await ledger?.close();
    file.remove();
  });
  return {
    get ledger() {
      if (!ledger) throw new Error('The ledger is opened before each test.');
      return ledger;
    },
    get location() {
      return file.location;
    },
  };
}
