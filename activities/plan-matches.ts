/** Third step of planning: records that the portal holds already. Skipped for an object type of which it holds none. */
import type { TargetRecord } from '../connectors/connector';
import { hasKeyProperty } from '../domain/assemble-schema-plan';
import { matchRecord, propertiesToCompare } from '../domain/matching';
import type { FoundRecord } from '../domain/matching';
import { lifeCycleOnMatch } from '../domain/life-cycle-stage';
import type { PairOrigin } from '../domain/id-map';
import type { PlannedRecord } from '../domain/planned-record';
import { STAMP_PROPERTY, originFromStamp } from '../domain/provenance';
import { withStageOfCreated } from './plan-life-cycle';
import { keepPlanned, plannedPages, READ_BATCH } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';

/** Lists of records that the portal is asked for at once; at the quarter of a second that it takes, what a Professional portal allows. */
const LOOKS_AHEAD = 8;

/** Records of one list that the portal is asked for, and those between them of which it is not. */
const MOST_RECORDS = 250;

type MatchWay = 'key' | 'email' | 'domain';

const DEFAULT_WAYS: Readonly<Record<ObjectScope['objectType'], readonly MatchWay[]>> = { companies: ['key', 'domain'], contacts: ['key', 'email'], deals: ['key'] };

const normalDomain = (domain: string): string => domain.trim().toLowerCase().replace(/^www\./, '');

/** Portal records by domain, from one pass over the list: search would neither be complete nor consistent. */
async function portalDomains({ target, call, assertQuota, breathe }: PlanningScope, stamp: Stamp): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = new Map<string, string[]>();
  for (let after: string | null = null; ; ) {
    await assertQuota();
    const page: { readonly records: readonly TargetRecord[]; readonly after: string | null } = await target.listRecords('companies', { after, limit: READ_BATCH, properties: ['domain', ...stamp.properties] }, call);
    for (const { id, properties } of page.records.filter((record) => stamp.originOf(record) !== 'c')) {
      const domain = normalDomain(properties.domain ?? '');
      if (domain !== '') {
        ids.set(domain, [...(ids.get(domain) ?? []), id]);
      }
    }
    await breathe();
    if (page.after === null) {
      return ids;
    }
    after = page.after;
  }
}

/** How this run came to the records of the portal, where it is known to have written before. Else nothing is asked and nothing is anybody's. */
export interface Stamp {
  readonly properties: readonly string[];
  originOf(record: FoundRecord | undefined): PairOrigin | null;
}

export const stampOfRun = ({ run, retryOf, ownRecords }: PlanningScope, portal: ObjectScope['portal']): Stamp =>
  ownRecords === 'kept' && portal.properties.some(({ name, archived }) => name === STAMP_PROPERTY && !archived)
    ? { properties: [STAMP_PROPERTY], originOf: (record) => originFromStamp(record?.properties[STAMP_PROPERTY], retryOf ?? run) }
    : { properties: [], originOf: () => null };

interface Reader {
  read(idProperty: string | null, ids: readonly string[]): Promise<readonly FoundRecord[]>;
}

async function byKey({ keyProperty }: PlanningScope, records: readonly PlannedRecord[], reader: Reader): Promise<ReadonlyMap<string, FoundRecord>> {
  const keys = records.flatMap((record) => record.properties[keyProperty] ?? []);
  return new Map((await reader.read(keyProperty, keys)).map((found) => [found.properties[keyProperty] ?? '', found]));
}

/** An answer under an address that was not asked for stands under a secondary one: then the open addresses are asked one by one. */
async function byEmail(records: readonly PlannedRecord[], reader: Reader): Promise<ReadonlyMap<string, FoundRecord>> {
  const emails = records.flatMap(({ identity }) => identity.email ?? []);
  const answers = await reader.read('email', emails);
  const found = new Map<string, FoundRecord>();
  const asked = new Set(emails);
  const emailOf = (record: FoundRecord): string => record.properties.email?.trim().toLowerCase() ?? '';
  answers.filter((record) => asked.has(emailOf(record))).forEach((record) => found.set(emailOf(record), record));
  if (answers.some((record) => !asked.has(emailOf(record)))) {
    for (const email of emails.filter((candidate) => !found.has(candidate))) {
      const [single] = await reader.read('email', [email]);
      if (single !== undefined) {
        found.set(email, single);
      }
    }
  }
  return found;
}

/** A retry leaves alone what has landed: looking for it in the portal would cost a call for each hundred. */
async function landedOf({ ledger, retryOf }: PlanningScope, objectType: ObjectScope['objectType'], page: readonly PlannedRecord[]): Promise<ReadonlySet<string | null>> {
  const sourceIds = page.flatMap(({ sourceId }) => sourceId ?? []);
  return retryOf === null || sourceIds.length === 0 ? new Set() : new Set((await ledger.writing.findPairs(retryOf, objectType, sourceIds)).map(([sourceId]) => sourceId));
}

/** How the portal is asked for the records of one type. */
interface Search {
  readonly scope: PlanningScope;
  readonly object: ObjectScope;
  readonly stamp: Stamp;
  /** Ids of the portal's records by domain; empty where domains do not match. */
  readonly domains: ReadonlyMap<string, readonly string[]>;
}

/** Records, and what the portal has for them. */
interface Looked {
  readonly records: readonly PlannedRecord[];
  readonly keyed: ReadonlyMap<string, FoundRecord>;
  readonly addressed: ReadonlyMap<string, FoundRecord>;
  readonly byId: ReadonlyMap<string, FoundRecord>;
}

const domainIdsOf = ({ domains }: Search, { identity }: PlannedRecord): readonly string[] => domains.get(normalDomain(identity.domain ?? '')) ?? [];

/** Is there anything that the portal can be asked by? */
const isAsked = (search: Search, record: PlannedRecord): boolean =>
  hasKeyProperty(search.object.portal, search.scope.keyProperty) || (search.object.objectType === 'contacts' && record.identity.email !== null) || domainIdsOf(search, record).length === 1;

/** The records that would be created, in order, in lists of which each takes one call of a kind. */
async function* toMatch(search: Search): AsyncGenerator<readonly PlannedRecord[]> {
  const { scope, object } = search;
  let open: PlannedRecord[] = [];
  let asked = 0;
  for await (const page of plannedPages(scope, object.objectType)) {
    const landed = await landedOf(scope, object.objectType, page);
    for (const record of page.filter(({ action, sourceId }) => action === 'create' && !landed.has(sourceId))) {
      open.push(record);
      asked += isAsked(search, record) ? 1 : 0;
      if (asked === READ_BATCH || open.length === MOST_RECORDS) {
        yield open;
        open = [];
        asked = 0;
      }
    }
  }
  if (open.length > 0) {
    yield open;
  }
}

async function look(search: Search, records: readonly PlannedRecord[]): Promise<Looked> {
  const { scope, object, stamp } = search;
  const { objectType, portal } = object;
  await scope.assertQuota();
  const properties = [...propertiesToCompare(records, scope.keyProperty, portal), ...stamp.properties];
  const reader: Reader = {
    read: async (idProperty, ids) =>
      ids.length === 0 ? [] : (await scope.target.readRecords(objectType, { ids: [...new Set(ids)], idProperty, properties, archived: false }, scope.call)).filter(({ archived }) => !archived),
  };
  const others: Reader = { read: async (idProperty, ids) => (await reader.read(idProperty, ids)).filter((found) => stamp.originOf(found) !== 'c') };
  const keyed = hasKeyProperty(portal, scope.keyProperty) ? await byKey(scope, records, reader) : new Map<string, FoundRecord>();
  const addressed = objectType === 'contacts' ? await byEmail(records, others) : new Map<string, FoundRecord>();
  const singles = await reader.read(null, records.map((record) => domainIdsOf(search, record)).flatMap((ids) => (ids.length === 1 ? ids : [])));
  return { records, keyed, addressed, byId: new Map(singles.map((found) => [found.id, found])) };
}

/** Looks for several lists at once: a portal takes a quarter of a second to answer, and its limits allow several answers in that time. Gives them in order. */
async function* lookedAhead(search: Search): AsyncGenerator<Looked> {
  const underWay: Promise<Looked>[] = [];
  for await (const records of toMatch(search)) {
    const looked = look(search, records);
    // Who waits for an earlier one hears of the failure in its turn.
    looked.catch(() => undefined);
    underWay.push(looked);
    const first = underWay.length === LOOKS_AHEAD ? underWay.shift() : undefined;
    if (first !== undefined) {
      yield await first;
    }
  }
  for (const looked of underWay) {
    yield await looked;
  }
}

/** Matches every record of a type that would be created. */
export async function planMatches(scope: PlanningScope, object: ObjectScope): Promise<void> {
  const { objectType, portal, rules } = object;
  if (!portal.hasRecords) {
    return;
  }
  const ways = new Set<MatchWay>(['key', ...(rules.match ?? DEFAULT_WAYS[objectType])]);
  const stamp = stampOfRun(scope, portal);
  const search: Search = { scope, object, stamp, domains: objectType === 'companies' && ways.has('domain') ? await portalDomains(scope, stamp) : new Map<string, readonly string[]>() };
  const propertyTypes = Object.fromEntries(portal.properties.map(({ name, type }) => [name, type]));
  const claimed = new Set<string>();
  const lifeCycle = lifeCycleOnMatch(scope.definition, portal);
  for await (const { records, keyed, addressed, byId } of lookedAhead(search)) {
    const settled = records.map((record) => {
      const byOwnKey = keyed.get(record.properties[scope.keyProperty] ?? '') ?? null;
      const own = stamp.originOf(byOwnKey ?? undefined);
      if (own === 'c') {
        return record;
      }
      const byDomain = domainIdsOf(search, record);
      const matched = matchRecord(
        record,
        // What this run has matched before stays matched with it, whatever its address leads to by now.
        own === 'm' ? { byKey: byOwnKey, byEmail: null, byDomain: [], ofDomain: null } : { byKey: byOwnKey, byEmail: addressed.get(record.identity.email ?? '') ?? null, byDomain, ofDomain: byId.get(byDomain[0] ?? '') ?? null },
        { keyProperty: scope.keyProperty, emails: ways.has('email') ? 'matched' : 'taken', onMatch: rules.onMatch, lifeCycle, ambiguous: rules.ambiguous, propertyTypes, requirements: portal, claimed },
      );
      if (matched.targetId !== null) {
        claimed.add(matched.targetId);
      }
      // Written by this run before: nothing is left to write, but it is no record that was right already.
      return own === 'm' && matched.action === 'unchanged' ? { ...matched, action: 'update' as const } : matched;
    });
    const staged = settled.map((record) => withStageOfCreated(scope, record));
    const changed = records.filter((record, at) => staged[at] !== record);
    if (changed.length > 0) {
      await scope.ledger.drift.keepUnmatched(scope.stagingId, changed);
      await keepPlanned(scope, staged.filter((record, at) => records[at] !== record));
    }
    await scope.breathe();
  }
}
