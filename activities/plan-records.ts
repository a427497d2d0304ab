/** First step of planning: every staged row of a source object becomes a planned record, mapped and checked. Contacts before companies, because a person account is its contact. */
import type { MappingContext } from '../domain/cell-transforms';
import { parseBool } from '../domain/cell-transforms';
import { PERSON_ACCOUNT_CODE } from '../domain/association-planning';
import { withMergedIds } from '../domain/folding';
import { isPersonAccountRow, withPersonAccount } from '../domain/person-account';
import type { PlannedRecord } from '../domain/planned-record';
import type { StagedRecord } from '../ledger/ledger';
import { contextFor, mapRow, masterIds, placeOf, plain, settledEarly } from './map-row';
import type { MappingFacts, RowMapper } from './map-row';
import { planLeads } from './plan-leads';
import { findPlanned, findStaged, hasColumn, hasSource, keepPlanned, objectScope, sourceScope, stagedPages } from './planning-scope';
import type { ObjectScope, PlanningScope, SourceScope } from './planning-scope';
import { readLookups } from './source-lookups';
import { notesOf } from './source-names';
import type { LinkedRow } from './source-names';

/** Maps every row of a source object. @returns how many rows fold because the source had merged them, and how many contacts were made of accounts alone */
export async function planRecords(scope: PlanningScope, object: ObjectScope, source: SourceScope, facts: MappingFacts): Promise<{ readonly merged: number; readonly madeContacts: number }> {
  const { sourceObject } = source;
  const hasMasters = hasColumn(scope, sourceObject, 'MasterRecordId');
  let merged = 0;
  let madeContacts = 0;
  for await (const page of stagedPages(scope, sourceObject)) {
    const masters = hasMasters ? await masterIds(scope, sourceObject, page) : new Map<string, string | null>();
    const mapper: RowMapper = { scope, object, source, facts, context: contextFor(scope, facts, { ownerOf: await facts.owners.read(page), lookup: await readLookups(scope, source.mapping, page) }) };
    const early = page.map((row) => settledEarly(scope, object, source, row, masters));
    merged += early.filter((record) => record?.action === 'fold').length;
    const isOpen = (row: LinkedRow, at: number): boolean => early[at] === null && row.sourceId !== null;
    const ended = early.filter((record) => record !== null);
    const open = page.filter(isOpen);
    switch (sourceObject) {
      case 'Contact':
        await keepPlanned(scope, ended);
        await planContacts(mapper, open);
        break;
      case 'Lead':
        await keepPlanned(scope, ended);
        await planLeads(mapper, open);
        break;
      case 'Account':
        await keepPlanned(scope, ended);
        madeContacts += await planAccounts(mapper, open);
        break;
      default:
        await keepPlanned(scope, [...ended, ...open.map((row) => mapRow(mapper, placeOf(source, row), row.values, notesOf(row)))]);
    }
  }
  return { merged, madeContacts };
}

async function planContacts(mapper: RowMapper, rows: readonly LinkedRow[]): Promise<void> {
  const { scope, source } = mapper;
  const persons = await personAccountsOf(scope, rows);
  const personOf = ({ values }: StagedRecord): StagedRecord | undefined => persons.get(values.AccountId ?? '');
  const contactOf = (row: LinkedRow): PlannedRecord => {
    const account = personOf(row);
    const record = mapRow(mapper, placeOf(source, row), account === undefined ? row.values : withPersonAccount(row.values, account.values), notesOf(row));
    return account?.sourceId ? withMergedIds(record, [account.sourceId]) : record;
  };
  await keepPlanned(scope, rows.map(contactOf));
  await keepPlanned(scope, rows.flatMap((row) => personFold(scope, personOf(row), row.sourceId)));
}

async function planAccounts(mapper: RowMapper, rows: readonly LinkedRow[]): Promise<number> {
  const { scope, source, facts, context } = mapper;
  // Where no contact is wanted of it, a person account is an account like others.
  const persons = hasSource(objectScope(scope, 'contacts'), 'Contact') ? rows.filter(({ values }) => isPersonAccountRow(values)) : [];
  const known = persons.length === 0 ? new Map<string, PlannedRecord>() : await findPlanned(scope, 'companies', persons.map(({ sourceId }) => sourceId ?? ''));
  const orphans = persons.filter(({ sourceId }) => known.get(sourceId ?? '')?.action !== 'fold');
  const made = await planOrphanPersons(scope, facts, context, orphans);
  const isPerson = new Set(persons.map(({ ordinal }) => ordinal));
  await keepPlanned(scope, rows.filter(({ ordinal }) => !isPerson.has(ordinal)).map((row) => mapRow(mapper, placeOf(source, row), row.values, notesOf(row))));
  return made;
}

/** Accounts of these contacts that are persons, by id. */
async function personAccountsOf(scope: PlanningScope, contacts: readonly StagedRecord[]): Promise<ReadonlyMap<string, StagedRecord>> {
  if (!hasColumn(scope, 'Account', 'IsPersonAccount') && !hasColumn(scope, 'Account', 'PersonContactId')) {
    return new Map();
  }
  const accounts = await findStaged(scope, 'Account', contacts.map(({ values }) => values.AccountId));
  return new Map([...accounts].filter(([, { values }]) => isPersonAccountRow(values) && parseBool(values.IsDeleted) !== true));
}

/** The account row of a person: counted among the companies as folding into its contact. */
function personFold(scope: PlanningScope, account: StagedRecord | undefined, contactId: string | null): readonly PlannedRecord[] {
  if (account === undefined || contactId === null) {
    return [];
  }
  const companies = objectScope(scope, 'companies');
  return [{ ...plain(companies, placeOf(sourceScope(companies, 'Account'), account)), action: 'fold', foldInto: contactId, reasonCode: PERSON_ACCOUNT_CODE }];
}

/** Person accounts whose contact is not in the export: the contact is made from the account alone, behind the contacts of the source. */
async function planOrphanPersons(scope: PlanningScope, facts: MappingFacts, context: MappingContext, accounts: readonly StagedRecord[]): Promise<number> {
  if (accounts.length === 0) {
    return 0;
  }
  const object = objectScope(scope, 'contacts');
  const source = sourceScope(object, 'Contact');
  const idOf = ({ sourceId, values }: StagedRecord): string => values.PersonContactId || (sourceId ?? '');
  const known = await findPlanned(scope, 'contacts', accounts.map(idOf));
  const { nextOrdinal } = await scope.ledger.staging.readCursor(scope.stagingId, 'Contact');
  const made = accounts
    .filter((account) => !known.has(idOf(account)))
    .map((account) => {
      // Account ordinals are unique, so that a repeated planning gives the same place again.
      const place = { ordinal: nextOrdinal + account.ordinal, sourceId: idOf(account), sourceObject: 'Account' };
      return withMergedIds(mapRow({ scope, object, source, facts, context }, place, withPersonAccount({}, account.values)), account.sourceId === null ? [] : [account.sourceId]);
    });
  const joined = accounts.flatMap((account) => {
    const record = known.get(idOf(account));
    return record === undefined || account.sourceId === null ? [] : [withMergedIds(record, [account.sourceId])];
  });
  await keepPlanned(scope, [...made, ...joined]);
  await keepPlanned(scope, accounts.flatMap((account) => personFold(scope, account, idOf(account))));
  return made.length;
}

/** Which rows could not be used, by file and line; the first of many. */
export async function describeUnusableRows(scope: PlanningScope): Promise<void> {
  const MOST_PLACES = 50;
  for (const { object, files } of scope.inspection.objects) {
    const counts = (await scope.ledger.staging.countRows(scope.stagingId))[object];
    if (counts === undefined || counts.rows === counts.usable) {
      continue;
    }
    const unusable = await scope.ledger.staging.readUnusable(scope.stagingId, object, MOST_PLACES);
    for (const { state, fileIndex, line } of unusable) {
      if (state !== 'ok') {
        scope.findings.push({ code: state === 'repeated-id' ? 'repeated-id' : 'malformed-row', severity: 'warning', place: `${files[fileIndex]?.name ?? object}:${line}`, message: UNUSABLE[state], remedy: 'Mend the row in the source and plan again, or accept that it is left out.', count: 1 });
      }
    }
    const rest = counts.rows - counts.usable - unusable.length;
    if (rest > 0) {
      scope.findings.push({ code: 'malformed-row', severity: 'warning', place: object, message: `${rest} further rows of ${object} cannot be used.`, remedy: 'Check how the file was made.', count: rest });
    }
  }
}

const UNUSABLE: Readonly<Record<Exclude<LinkedRow['state'], 'ok'>, string>> = {
  'repeated-id': 'The row repeats an id; the first row with it counts.',
  'too-many-cells': 'The row has more cells than the heading.',
  'too-few-cells': 'The row has fewer cells than the heading.',
  'missing-id': 'The row has no id.',
  'invalid-id': 'The id of the row is none of this object.',
};

