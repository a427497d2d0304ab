/** Plans a drawn source against a drawn portal with the real activities over HTTP, writes it, and compares what was foreseen of each record and cell with what happened. */
import { createApplySchema } from '../../../activities/apply-schema';
import { createInspectPortal } from '../../../activities/inspect-portal';
import { createInspectSource } from '../../../activities/inspect-source';
import { createPlanMigration } from '../../../activities/plan-migration';
import { createStageSource } from '../../../activities/stage-source';
import { createWriteRecords } from '../../../activities/write-records';
import { createHubspotConnector } from '../../../connectors/hubspot/hubspot-connector';
import { migrationDefinitionSchema } from '../../../domain/migration-definition.schema';
import { OBJECT_TYPES } from '../../../domain/object-type';
import type { ObjectType } from '../../../domain/object-type';
import type { PlannedRecord } from '../../../domain/planned-record';
import { isWritten } from '../../../domain/record-identity';
import { STAMP_PROPERTY } from '../../../domain/provenance';
import { isBlank, meansTheSame } from '../../../domain/value-comparison';
import type { BatchRecord, Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import type { DumpedRecord, PersonEdit, PortalDefinition } from '../../../simulator/control-plane';
import { createHubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace } from '../free-pace';
import { aRowsSource } from '../rows-source';
import type { Row } from '../rows-source';
import { simulatedPortal } from '../simulated-portal';
import type { SimulatedPortal } from '../simulated-portal';
import { createDraw } from './draw';
import { drawPortal } from './draw-portal';
import { drawSource } from './draw-source';
import { inActivity } from '../in-activity';
import { isTwin, twinsOf } from './twins';
import type { Twin } from './twins';

export const PREDICTION_TOKEN = 'foreseen';

export interface PredictionCase {
  readonly portal: PortalDefinition;
  readonly edits: readonly PersonEdit[];
  readonly objects: Readonly<Record<string, readonly Row[]>>;
  readonly definition: Readonly<Record<string, unknown>>;
  /** What happens in the portal between plan and write. */
  readonly meanwhile?: (portal: SimulatedPortal) => Promise<unknown>;
}

export interface PredictionEnd {
  /** In words; empty when everything was as foreseen. */
  readonly wrong: readonly string[];
  /** Records by what was foreseen of them: `create`, `left-out would-be-refused`, … */
  readonly records: Readonly<Record<string, number>>;
  /** Cells: `written` as planned or as they are, `changed` by a rule, `shared`, `dropped CODE`. */
  readonly cells: Readonly<Record<string, number>>;
  /** Refusals that were foreseen and came, by code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly planned: readonly PlannedRecord[];
  readonly answers: readonly TwinAnswer[];
  /** Of the planned records that were sent, in their order. */
  readonly outcomes: readonly SentRecord[];
}

export interface SentRecord {
  readonly objectType: ObjectType;
  readonly sourceId: string | null;
  readonly outcome: string;
  readonly refusal: { readonly code: string; readonly property: string | null } | null;
}

export interface TwinAnswer extends Twin {
  readonly outcome: string;
  readonly answered: { readonly code: string; readonly property: string | null } | null;
}

export interface PredictionRunner {
  run(seed: number): Promise<PredictionEnd>;
  readonly url: string;
  runCase(drawn: PredictionCase): Promise<PredictionEnd>;
  close(): Promise<void>;
}

export function caseOf(seed: number): PredictionCase {
  const draw = createDraw(seed);
  const { definition: portal, edits } = drawPortal(draw, PREDICTION_TOKEN);
  return { portal, edits, ...drawSource(draw, portal.currencies ?? []) };
}

export async function createPredictionRunner(): Promise<PredictionRunner> {
  const simulator = createHubspotSimulator({ tier: 'off' });
  const { url } = await simulator.listen(0);
  return {
    url,
    run: (seed) => runCase(url, caseOf(seed)),
    runCase: (drawn) => runCase(url, drawn),
    close: () => simulator.close(),
  };
}

type Records = Readonly<Record<string, readonly DumpedRecord[]>>;

async function runCase(url: string, drawn: PredictionCase): Promise<PredictionEnd> {
  const portal = simulatedPortal(url);
  await portal.load(drawn.portal);
  for (const edit of drawn.edits) {
    await portal.edit(edit);
  }
  const before = (await portal.dump()).records;
  const target = createHubspotConnector({ baseUrl: url, readToken: async () => PREDICTION_TOKEN, pace: createFreePace() });
  const ledger = await openLedger({ location: ':memory:' });
  try {
    const definition = migrationDefinitionSchema.parse({ id: 'foreseen', target: { crm: 'hubspot' }, ...drawn.definition });
    const { run, stagingId } = await ledger.runs.open({ migrationId: 'foreseen', kind: 'migration', definition, definitionDigest: 'd', now: '2026-09-01T10:00:00.000Z' });
    const source = aRowsSource(drawn.objects);
    const collaborators = { ledger, target, clock: Date.now, openSource: () => source, version: '0.0.0' };
    await inActivity(() => createInspectSource(collaborators).inspectSource({ run }));
    const { portalId } = await inActivity(() => createInspectPortal(collaborators).inspectPortal({ run }));
    await inActivity(() => createStageSource(collaborators).stageSource({ run }));
    const facts = await inActivity(() => createPlanMigration(collaborators).planMigration({ run }));

    const { snapshot } = (await ledger.plans.readSnapshot(stagingId))!;
    const keyProperty = (await ledger.plans.read(stagingId))!.schema.keyProperty;
    const planned = new Map<ObjectType, readonly PlannedRecord[]>();
    const twins: Twin[] = [];
    for (const each of snapshot.objects) {
      const records = await ledger.plans.readRecords(stagingId, each.objectType, -1, 100_000);
      planned.set(each.objectType, records);
      const own = twinsOf({ portal: each, timeZone: snapshot.timeZone, keyProperty, planned: records, existing: (id) => before[each.objectType]?.find((record) => record.id === id)?.properties ?? {} });
      await ledger.plans.writeRecords(stagingId, own.map(({ record }) => record));
      twins.push(...own);
    }
    await ledger.plans.assignBatches(stagingId);

    await drawn.meanwhile?.(portal);
    const identity = { run, portalId, ...(await ledger.identity()) };
    await inActivity(() => createApplySchema(collaborators).applySchema(identity));
    const outcomes = new Map<ObjectType, readonly BatchRecord[]>();
    for (const objectType of OBJECT_TYPES) {
      outcomes.set(objectType, await writeAll(ledger, objectType, (batch, count) => inActivity(() => createWriteRecords(collaborators).writeRecords({ ...identity, objectType, batch, count, reserve: 0 })), run));
    }
    const after = (await portal.dump()).records;

    const wrong: string[] = [];
    for (const { objectType, properties } of snapshot.objects) {
      const types = Object.fromEntries(properties.map(({ name, type }) => [name, type]));
      wrong.push(...compareRecords({ objectType, planned: planned.get(objectType) ?? [], outcomes: outcomes.get(objectType) ?? [], before, after, keyProperty, types }));
    }
    for (const { objectType, source: stated, create, update, unchanged, fold, leftOut } of facts.records) {
      const records = planned.get(objectType) ?? [];
      const sum = create + update + unchanged + fold + Object.values(leftOut).reduce((total, count) => total + count, 0);
      if (sum !== stated || records.length !== stated) {
        wrong.push(`${objectType}: ${stated} in the source, ${sum} in the summary, ${records.length} planned`);
      }
    }
    const answers = twins.map((twin): TwinAnswer => {
      const found = (outcomes.get(twin.record.objectType) ?? []).find(({ ordinal }) => ordinal === twin.record.ordinal)?.outcome;
      return { ...twin, outcome: found?.outcome ?? 'none', answered: found?.refusal ? { code: found.refusal.code, property: found.refusal.property } : null };
    });
    wrong.push(...answers.filter(isNotAsForeseen).map(({ of, foreseen, outcome, answered }) => `${of}: foreseen ${foreseen.code} of ${foreseen.property}, ${outcome} ${answered?.code ?? ''} of ${answered?.property ?? 'nothing'}`));
    const sent = [...outcomes].flatMap(([objectType, each]) => each.filter((record) => !isTwin(record)).map(({ sourceId, outcome }): SentRecord => ({ objectType, sourceId, outcome: outcome?.outcome ?? 'none', refusal: outcome?.refusal ?? null })));
    return { wrong, planned: [...planned.values()].flat(), answers, outcomes: sent, ...countOf([...planned.values()].flat(), answers) };
  } finally {
    await ledger.close();
  }
}

const isNotAsForeseen = ({ foreseen, answered, outcome }: TwinAnswer): boolean => outcome !== 'refused' || answered?.code !== foreseen.code || answered.property !== foreseen.property;

async function writeAll(ledger: Ledger, objectType: ObjectType, write: (batch: number, count: number) => Promise<unknown>, run: string): Promise<readonly BatchRecord[]> {
  const all: BatchRecord[] = [];
  for (let batch = 0; ; batch += 1) {
    const waiting = await ledger.writing.readBatch(run, objectType, batch);
    if (waiting.length === 0) {
      return all;
    }
    await write(batch, waiting.length);
    all.push(...(await ledger.writing.readBatch(run, objectType, batch)));
  }
}

const HAPPENS: Readonly<Record<string, string>> = { create: 'created', update: 'updated', unchanged: 'unchanged' };

interface Comparison {
  readonly objectType: ObjectType;
  readonly planned: readonly PlannedRecord[];
  readonly outcomes: readonly BatchRecord[];
  readonly before: Records;
  readonly after: Records;
  readonly keyProperty: string;
  readonly types: Readonly<Record<string, string>>;
}

/** What the portal writes into a record by itself. */
const OF_THE_PORTAL = /^(lifecyclestage|pipeline|createdate|lastmodifieddate|hs_)/;

function compareRecords({ objectType, planned, outcomes, before, after, keyProperty, types }: Comparison): readonly string[] {
  const wrong: string[] = [];
  const found = new Map((after[objectType] ?? []).map((record) => [record.id, record]));
  const old = new Map((before[objectType] ?? []).map((record) => [record.id, record]));
  const outcomeOf = new Map(outcomes.filter((each) => !isTwin(each)).map((each) => [each.ordinal, each.outcome]));
  const holders = new Set([...found.values()].filter(({ id }) => !old.has(id)).map(({ properties }) => properties[keyProperty]));
  for (const record of planned) {
    const name = `${objectType} ${record.ordinal} (${record.action} ${record.reason ?? ''})`;
    const outcome = outcomeOf.get(record.ordinal);
    if (!isWritten(record)) {
      if (outcome !== undefined || (record.sourceId !== null && holders.has(record.sourceId) && !planned.some((other) => isWritten(other) && other.sourceId === record.sourceId))) {
        wrong.push(`${name}: was written`);
      }
      continue;
    }
    if (!outcome || outcome.outcome !== HAPPENS[record.action]) {
      wrong.push(`${name}: ${outcome?.outcome ?? 'no outcome'} ${outcome?.refusal?.code ?? ''} ${outcome?.refusal?.property ?? ''} ${outcome?.refusal?.message.slice(0, 200) ?? ''}`);
      continue;
    }
    if (record.targetId !== null && outcome.targetId !== record.targetId) {
      wrong.push(`${name}: matched another record`);
    }
    const now = found.get(outcome.targetId ?? '')?.properties ?? {};
    const earlier = old.get(outcome.targetId ?? '')?.properties ?? {};
    for (const property of new Set([...Object.keys(now), ...Object.keys(record.properties)])) {
      const foreseen = property === STAMP_PROPERTY ? now[property] : (record.properties[property] ?? earlier[property]);
      const isOwn = property in record.properties || !OF_THE_PORTAL.test(property);
      if (isOwn && !meansTheSame({ name: property, type: types[property] ?? 'string' }, now[property], foreseen)) {
        wrong.push(`${name} ${property}: foreseen ${JSON.stringify(foreseen)?.slice(0, 60)}, is ${JSON.stringify(now[property])?.slice(0, 60)}`);
      }
    }
  }
  const made = [...found.values()].filter(({ id, properties }) => !old.has(id) && !/^twin-/.test(properties[keyProperty] ?? '')).length;
  const foreseen = planned.filter(({ action }) => action === 'create').length;
  if (made !== foreseen) {
    wrong.push(`${objectType}: ${foreseen} creates foreseen, ${made} records made`);
  }
  return wrong;
}

function countOf(planned: readonly PlannedRecord[], answers: readonly TwinAnswer[]): Pick<PredictionEnd, 'records' | 'cells' | 'refusals'> {
  const [records, cells, refusals]: Record<string, number>[] = [{}, {}, {}];
  const add = (sums: Record<string, number> | undefined, name: string, count = 1): void => {
    sums![name] = (sums![name] ?? 0) + count;
  };
  for (const record of planned) {
    add(records, [record.action, record.reason ?? ''].join(' ').trim());
    add(cells, 'written', isWritten(record) ? Object.values(record.properties).filter((value) => !isBlank(value)).length : 0);
    record.cells.forEach(({ verdict, code }) => add(cells, verdict === 'dropped' ? `dropped ${code}` : verdict));
  }
  answers.filter((answer) => !isNotAsForeseen(answer)).forEach(({ foreseen }) => add(refusals, foreseen.code));
  return { records: records!, cells: cells!, refusals: refusals! };
}
