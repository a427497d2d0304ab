/** First step of planning: every staged row of an object becomes a planned record, mapped and checked. Contacts before companies, because a person account is its contact. */
import { applyMapping } from '../domain/apply-mapping';
import { PERSON_ACCOUNT_CODE } from '../domain/association-planning';
import { parseBool } from '../domain/cell-transforms';
import type { MappingContext } from '../domain/cell-transforms';
import { sourceStageOf } from '../domain/deal-stages';
import { withMergedIds } from '../domain/folding';
import { isPersonAccountRow, MERGED_IN_SOURCE_CODE, withPersonAccount } from '../domain/person-account';
import type { LeftOutReason, PlannedRecord } from '../domain/planned-record';
import type { StagedRecord } from '../ledger/ledger';
import { findPlanned, findStaged, hasColumn, keepPlanned, objectScope, stagedPages } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';
import type { DealFacts, OwnerMatcher } from './source-facts';

export interface MappingFacts {
  readonly deals: DealFacts;
  readonly owners: OwnerMatcher;
}

type Values = StagedRecord['values'];

/** A merge chain in Salesforce longer than this is taken for a circle. */
const MAX_MERGE_STEPS = 20;

function contextFor({ definition, snapshot }: PlanningScope, { deals }: MappingFacts, ownerOf: MappingContext['ownerOf']): MappingContext {
  return {
    sourceTimeZone: definition.source.timeZone,
    portalTimeZone: snapshot.timeZone,
    dateAt: definition.dateAt,
    ownerOf,
    stageOf: (cells) => {
      const stage = sourceStageOf(cells);
      const stageId = stage === null ? null : deals.pipeline.stageIdOf(stage);
      return stageId === null ? null : { pipelineId: deals.pipeline.definition.pipelineId, stageId };
    },
    currencyOf: (code) => deals.currency.codeFor(code),
  };
}

const plain = (object: ObjectScope, row: Pick<StagedRecord, 'ordinal' | 'sourceId' | 'sourceObject'>): PlannedRecord => ({
  objectType: object.objectType,
  ordinal: row.ordinal,
  sourceObject: row.sourceObject,
  sourceId: row.sourceId,
  action: 'create',
  reason: null,
  reasonCode: null,
  foldInto: null,
  targetId: null,
  properties: {},
  identity: { email: null, domain: null, name: null },
  cells: [],
});

const leftOut = (record: PlannedRecord, reason: LeftOutReason, reasonCode: string | null): PlannedRecord => ({ ...record, action: 'left-out', reason, reasonCode });

function mapped(scope: PlanningScope, object: ObjectScope, facts: MappingFacts, context: MappingContext, row: Pick<StagedRecord, 'ordinal' | 'sourceId' | 'sourceObject'>, values: Values): PlannedRecord {
  const { properties, cells, identity, refusal } = applyMapping(values, object.mapping, context);
  facts.owners.count(values.OwnerId, values.OwnerId ? context.ownerOf(values.OwnerId) : null);
  const record: PlannedRecord = { ...plain(object, row), properties: { ...properties, ...(row.sourceId === null ? {} : { [scope.keyProperty]: row.sourceId }) }, identity, cells };
  return refusal === null ? record : leftOut(record, refusal.reason, refusal.code);
}

/** Where merge losers of this page went in the end; null when that record is not in the source, or deleted itself. */
async function masterIds(scope: PlanningScope, sourceObject: string, page: readonly StagedRecord[]): Promise<ReadonlyMap<string, string | null>> {
  const masters = new Map<string, string | null>();
  let open = page.flatMap(({ sourceId, values }) => (sourceId !== null && values.MasterRecordId ? [{ loser: sourceId, at: values.MasterRecordId }] : []));
  for (let step = 0; step < MAX_MERGE_STEPS && open.length > 0; step += 1) {
    const rows = await findStaged(scope, sourceObject, open.map(({ at }) => at));
    open = open.flatMap(({ loser, at }) => {
      const row = rows.get(at);
      const next = row?.values.MasterRecordId;
      if (row !== undefined && next && at !== loser) {
        return [{ loser, at: next }];
      }
      masters.set(loser, row === undefined || at === loser || parseBool(row.values.IsDeleted) === true ? null : at);
      return [];
    });
  }
  open.forEach(({ loser }) => masters.set(loser, null));
  return masters;
}

/** Rows that end before they are mapped: unusable, not asked for, deleted, merged. Null for all others. */
function settledEarly({ only }: PlanningScope, object: ObjectScope, row: StagedRecord, masters: ReadonlyMap<string, string | null>): PlannedRecord | null {
  const record = plain(object, row);
  if (row.state !== 'ok') {
    return leftOut(record, row.state === 'repeated-id' ? 'repeated-id' : 'malformed-row', row.state);
  }
  if (only !== null && !only.has(row.sourceId ?? '')) {
    return leftOut(record, 'filter', 'only');
  }
  const master = masters.get(row.sourceId ?? '') ?? null;
  if (master !== null) {
    return { ...record, action: 'fold', foldInto: master, reasonCode: MERGED_IN_SOURCE_CODE };
  }
  return parseBool(row.values.IsDeleted) === true ? leftOut(record, 'deleted-in-source', null) : null;
}

/** Maps every row of an object. @returns how many rows fold because the source had merged them, and how many contacts were made of accounts alone */
export async function planRecords(scope: PlanningScope, object: ObjectScope, facts: MappingFacts): Promise<{ readonly merged: number; readonly madeContacts: number }> {
  const hasMasters = hasColumn(scope, object.sourceObject, 'MasterRecordId');
  let merged = 0;
  let madeContacts = 0;
  for await (const page of stagedPages(scope, object.sourceObject)) {
    const masters = hasMasters ? await masterIds(scope, object.sourceObject, page) : new Map<string, string | null>();
    const context = contextFor(scope, facts, await facts.owners.read(page));
    const early = page.map((row) => settledEarly(scope, object, row, masters));
    merged += early.filter((record) => record?.action === 'fold').length;
    const isOpen = (row: StagedRecord, at: number): boolean => early[at] === null && row.sourceId !== null;
    if (object.objectType === 'contacts') {
      const persons = await personAccountsOf(scope, page.filter(isOpen));
      const planned = page.map((row, at) => early[at] ?? contactOf(row, persons.get(row.values.AccountId ?? '')));
      await keepPlanned(scope, planned);
      await keepPlanned(scope, page.flatMap((row, at) => (early[at] === null ? personFold(scope, persons.get(row.values.AccountId ?? ''), row.sourceId) : [])));
    } else {
      const persons = object.objectType === 'companies' ? page.filter((row, at) => isOpen(row, at) && isPersonAccountRow(row.values)) : [];
      const known = persons.length === 0 ? new Map<string, PlannedRecord>() : await findPlanned(scope, 'companies', persons.map(({ sourceId }) => sourceId ?? ''));
      const orphans = persons.filter(({ sourceId }) => known.get(sourceId ?? '')?.action !== 'fold');
      madeContacts += await planOrphanPersons(scope, facts, context, orphans);
      const isPerson = new Set(persons.map(({ ordinal }) => ordinal));
      await keepPlanned(scope, page.flatMap((row, at) => (isPerson.has(row.ordinal) ? [] : [early[at] ?? mapped(scope, object, facts, context, row, row.values)])));
    }

    function contactOf(row: StagedRecord, account: StagedRecord | undefined): PlannedRecord {
      const values = account === undefined ? row.values : withPersonAccount(row.values, account.values);
      const record = mapped(scope, object, facts, context, row, values);
      return account?.sourceId ? withMergedIds(record, [account.sourceId]) : record;
    }
  }
  return { merged, madeContacts };
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
  return [{ ...plain(objectScope(scope, 'companies'), account), action: 'fold', foldInto: contactId, reasonCode: PERSON_ACCOUNT_CODE }];
}

/** Person accounts whose contact is not in the export: the contact is made from the account alone, behind the contacts of the source. */
async function planOrphanPersons(scope: PlanningScope, facts: MappingFacts, context: MappingContext, accounts: readonly StagedRecord[]): Promise<number> {
  if (accounts.length === 0) {
    return 0;
  }
  const contacts = objectScope(scope, 'contacts');
  const idOf = ({ sourceId, values }: StagedRecord): string => values.PersonContactId || (sourceId ?? '');
  const known = await findPlanned(scope, 'contacts', accounts.map(idOf));
  const { nextOrdinal } = await scope.ledger.staging.readCursor(scope.stagingId, 'Contact');
  const made = accounts
    .filter((account) => !known.has(idOf(account)))
    .map((account) => {
      // Account ordinals are unique, so that a repeated planning gives the same place again.
      const place = { ordinal: nextOrdinal + account.ordinal, sourceId: idOf(account), sourceObject: 'Account' };
      return withMergedIds(mapped(scope, contacts, facts, context, place, withPersonAccount({}, account.values)), account.sourceId === null ? [] : [account.sourceId]);
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
    let named = 0;
    for await (const page of stagedPages(scope, object)) {
      for (const { state, fileIndex, line } of page) {
        if (state !== 'ok' && named < MOST_PLACES) {
          named += 1;
          scope.findings.push({ code: state === 'repeated-id' ? 'repeated-id' : 'malformed-row', severity: 'warning', place: `${files[fileIndex]?.name ?? object}:${line}`, message: UNUSABLE[state], remedy: 'Mend the row in the source and plan again, or accept that it is left out.', count: 1 });
        }
      }
    }
    const rest = counts.rows - counts.usable - named;
    if (rest > 0) {
      scope.findings.push({ code: 'malformed-row', severity: 'warning', place: object, message: `${rest} further rows of ${object} cannot be used.`, remedy: 'Check how the file was made.', count: rest });
    }
  }
}

const UNUSABLE: Readonly<Record<Exclude<StagedRecord['state'], 'ok'>, string>> = {
  'repeated-id': 'The row repeats an id; the first row with it counts.',
  'too-many-cells': 'The row has more cells than the heading.',
  'too-few-cells': 'The row has fewer cells than the heading.',
  'missing-id': 'The row has no id.',
  'invalid-id': 'The id of the row is none of this object.',
};

