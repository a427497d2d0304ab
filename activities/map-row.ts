/** One staged row as a planned record: mapped and checked, or settled before that. */
import { applyMapping } from '../domain/apply-mapping';
import { parseBool } from '../domain/cell-transforms';
import type { MappingContext } from '../domain/cell-transforms';
import { sourceStageOf } from '../domain/deal-stages';
import type { Finding } from '../domain/finding';
import { LIFE_CYCLE_PROPERTY, stageOfLead } from '../domain/life-cycle-stage';
import { MERGED_IN_SOURCE_CODE } from '../domain/person-account';
import type { LeftOutReason, PlannedRecord } from '../domain/planned-record';
import { meetsConditions } from '../domain/row-filter';
import type { StagedRecord } from '../ledger/ledger';
import type { IdLookalikes } from './id-lookalikes';
import { findStaged } from './planning-scope';
import type { ObjectScope, PlanningScope, SourceScope } from './planning-scope';
import type { OwnedKind, OwnerMatcher } from './owner-matcher';
import type { RefusalCount } from './refusal-count';
import type { DealFacts } from './source-facts';

export interface MappingFacts {
  readonly deals: DealFacts;
  readonly owners: OwnerMatcher;
  readonly consent: ConsentCount;
  readonly refusals: RefusalCount;
  readonly lookalikes: IdLookalikes;
}

/** Contacts who do not want e-mail: HubSpot keeps that in its subscriptions and not in a property that can be written. */
export class ConsentCount {
  private optedOut = 0;

  see(values: Values): void {
    this.optedOut += parseBool(values.HasOptedOutOfEmail) === true ? 1 : 0;
  }

  findings(): readonly Finding[] {
    return this.optedOut === 0
      ? []
      : [
          {
            code: 'opted-out-of-email', severity: 'warning', place: 'HasOptedOutOfEmail', message: `${this.optedOut} contact${this.optedOut === 1 ? ' has' : 's have'} opted out of e-mail in Salesforce, and HubSpot does not know that from this migration.`,
            remedy: 'Before any e-mail is sent, import their addresses into HubSpot as an opt-out list (Contacts → Import → Opt-out list).', count: this.optedOut,
          },
        ];
  }
}

/** Where a record stands: its ordinal is that among the records of its type. */
export type Place = Pick<StagedRecord, 'ordinal' | 'sourceId' | 'sourceObject'>;

type Values = StagedRecord['values'];

/** A merge chain in Salesforce longer than this is taken for a circle. */
const MAX_MERGE_STEPS = 20;

export function contextFor({ definition, snapshot }: PlanningScope, { deals }: MappingFacts, { ownerOf, lookup }: Pick<MappingContext, 'ownerOf' | 'lookup'>): MappingContext {
  return {
    sourceTimeZone: definition.source.timeZone,
    portalTimeZone: snapshot.timeZone,
    dateAt: definition.dateAt,
    ownerOf,
    stageOf: ([stageName, isClosed, isWon, recordTypeId]) => {
      const stage = sourceStageOf([stageName, isClosed, isWon]);
      return stage === null ? null : deals.pipelines.placeOf({ stage, recordTypeId: recordTypeId?.trim() || null });
    },
    currencyOf: (code) => deals.currency.codeFor(code),
    lookup,
  };
}

/** The place of a staged row among the records of its type. */
export const placeOf = ({ firstOrdinal }: SourceScope, { ordinal, sourceId, sourceObject }: StagedRecord): Place => ({ ordinal: firstOrdinal + ordinal, sourceId, sourceObject });

export const plain = ({ objectType }: ObjectScope, { ordinal, sourceId, sourceObject }: Place): PlannedRecord => ({
  objectType,
  ordinal,
  sourceObject,
  sourceId,
  action: 'create',
  reason: null,
  reasonCode: null,
  foldInto: null,
  targetId: null,
  properties: {},
  before: {},
  identity: { email: null, domain: null, name: null },
  cells: [],
});

export const leftOut = (record: PlannedRecord, reason: LeftOutReason, reasonCode: string | null): PlannedRecord => ({ ...record, action: 'left-out', reason, reasonCode });

export interface RowMapper {
  readonly scope: PlanningScope;
  readonly object: ObjectScope;
  readonly source: SourceScope;
  readonly facts: MappingFacts;
  readonly context: MappingContext;
}

function kindOf({ objectType }: ObjectScope, values: Values): OwnedKind {
  if (objectType !== 'deals') {
    return objectType;
  }
  return sourceStageOf([values.StageName, values.IsClosed, values.IsWon])?.kind === 'open' ? 'openDeals' : 'closedDeals';
}

/** @param notes what is to be said of the row's links */
export function mapRow({ scope, object, source, facts, context }: RowMapper, place: Place, values: Values, notes: PlannedRecord['cells'] = []): PlannedRecord {
  const { properties, cells, identity, refusal } = applyMapping(values, source.mapping, context);
  if (object.objectType === 'contacts') {
    facts.consent.see(values);
  }
  facts.owners.count(kindOf(object, values), values.OwnerId, values.OwnerId ? context.ownerOf(values.OwnerId) : null);
  const stage = source.sourceObject === 'Lead' ? stageOfLead(values.Status) : null;
  const given = stage !== null && scope.lifeCycle?.stages.has(stage) ? { [LIFE_CYCLE_PROPERTY]: stage } : {};
  const record: PlannedRecord = { ...plain(object, place), properties: { ...properties, ...given, ...(place.sourceId === null ? {} : { [scope.keyProperty]: place.sourceId }) }, identity, cells: [...notes, ...cells] };
  facts.refusals.see(object.objectType, refusal);
  facts.lookalikes.see(source.mapping, properties);
  return refusal === null ? record : leftOut(record, refusal.reason, refusal.code);
}

/** Where merge losers of this page went in the end; null when that record is not in the source, or deleted itself. */
export async function masterIds(scope: PlanningScope, sourceObject: string, page: readonly StagedRecord[]): Promise<ReadonlyMap<string, string | null>> {
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

/** Rows that end before they are mapped: unusable, not asked for, deleted, merged, filtered. Null for all others. */
export function settledEarly({ definition, only }: PlanningScope, object: ObjectScope, source: SourceScope, row: StagedRecord, masters: ReadonlyMap<string, string | null>): PlannedRecord | null {
  const record = plain(object, placeOf(source, row));
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
  if (parseBool(row.values.IsDeleted) === true) {
    return leftOut(record, 'deleted-in-source', null);
  }
  return meetsConditions(source.mapping.where, row.values, definition.source.timeZone) ? null : leftOut(record, 'filter', null);
}
