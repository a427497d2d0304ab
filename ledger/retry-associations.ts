/**
 * Associations that a round drives: those whose missing end is written now, those that were not made because an end was refused and is tried again, and those that the
 * portal refused. All pairs of a source move together, because which company is its primary is decided in one batch.
 */
import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { planAssociation, resolveEnd } from '../domain/association-planning';
import type { ResolvedEnd } from '../domain/association-planning';
import { ASSOCIATION_ENDS, ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { PlannedRecord } from '../domain/planned-record';
import { isWritten } from '../domain/record-identity';
import { byKey, inChunks } from './database';
import { toLabelNames } from './json-columns';
import { BATCHES_PER_PARTITION, PAIRS_PER_ASSOCIATION_BATCH, SOURCES_PER_ASSOCIATION_BATCH } from './plan-batches';
import { toPlannedRecord } from './planned-rows';
import { addPartitions, keepHistory, nextPartition, UNSETTLED } from './retry-round';
import type { Round } from './retry-round';
import type { Tables } from './tables';
import { changeTallies } from './write-protocol';

/** A merge, a person account and a fold by e-mail: more steps there are not. */
const MAX_FOLD_STEPS = 4;

type Link = Pick<Tables['planned_associations'], 'ordinal' | 'from_source_id' | 'to_source_id' | 'stated_by' | 'labels'>;
type Sources = Map<AssociationType, Set<string>>;

export async function takeAssociations(db: Transaction<Tables>, place: Round): Promise<void> {
  const sources: Sources = new Map(ASSOCIATION_TYPES.map((associationType) => [associationType, new Set()]));
  for (const associationType of ASSOCIATION_TYPES) {
    await completeEnds(db, place, associationType, sources);
    await sendAgain(db, place, associationType, sources);
  }
  for (const associationType of ASSOCIATION_TYPES) {
    await batchSources(db, place, associationType, [...(sources.get(associationType) ?? [])].sort());
  }
}

// ---------------------------------------------------------------- ends that were missing

async function completeEnds(db: Transaction<Tables>, place: Round, associationType: AssociationType, sources: Sources): Promise<void> {
  const missing = await db
    .selectFrom('planned_associations')
    .select(['ordinal', 'from_source_id', 'to_source_id', 'stated_by', 'labels'])
    .where('staging_id', '=', place.stagingId)
    .where('association_type', '=', associationType)
    .where('verdict', '=', 'missing-end')
    .orderBy('ordinal')
    .execute();
  for (const chunk of inChunks(missing)) {
    const find = await readEnds(db, place.stagingId, chunk.flatMap(({ from_source_id: from, to_source_id: to }) => [from, to]));
    for (const link of chunk) {
      await complete(db, place, associationType, link, find, sources);
    }
  }
}

type Find = (objectType: ObjectType, sourceId: string) => PlannedRecord | null;

/** Planned records of these ids, whatever their type, and of what they fold into. */
async function readEnds(db: Transaction<Tables>, stagingId: string, sourceIds: readonly string[]): Promise<Find> {
  const known = new Map<string, PlannedRecord>();
  const asked = new Set<string>();
  let wanted = sourceIds;
  for (let step = 0; step < MAX_FOLD_STEPS && wanted.length > 0; step += 1) {
    const next: string[] = [];
    const open = [...new Set(wanted)].filter((id) => !asked.has(id));
    open.forEach((id) => asked.add(id));
    for (const objectType of OBJECT_TYPES) {
      for (const ids of inChunks(open)) {
        const rows = await db.selectFrom('planned_records').selectAll().where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('source_id', 'in', [...ids]).execute();
        for (const record of rows.map(toPlannedRecord).filter(({ reason }) => reason !== 'repeated-id')) {
          known.set(`${objectType} ${record.sourceId ?? ''}`, record);
          next.push(...(record.foldInto === null ? [] : [record.foldInto]));
        }
      }
    }
    wanted = next;
  }
  return (objectType, sourceId) => known.get(`${objectType} ${sourceId}`) ?? null;
}

async function complete(db: Transaction<Tables>, place: Round, associationType: AssociationType, link: Link, find: Find, sources: Sources): Promise<void> {
  const types = ASSOCIATION_ENDS[associationType];
  const [from, to] = [endOf(types.from, link.from_source_id, find), endOf(types.to, link.to_source_id, find)];
  if (from === null || to === null) {
    return;
  }
  const stated = { associationType, from, to, primary: false, statedBy: link.stated_by };
  const planned = planAssociation(stated, toLabelNames(link.labels), from, to);
  if (planned.verdict === 'missing-end') {
    return;
  }
  const pair = { association_type: planned.associationType, from_source_id: planned.fromSourceId, to_source_id: planned.toSourceId };
  const known = await findPair(db, place.stagingId, pair);
  const isRepeated = known !== undefined && !(known.association_type === associationType && Number(known.ordinal) === Number(link.ordinal));
  // Whether it is the source's main reference was not kept where an end was missing; the dry run knows.
  const isPrimary = isRepeated ? 0 : ((await findPair(db, place.planning, pair))?.is_primary ?? 0);
  const row = { ...pair, verdict: isRepeated ? ('duplicate' as const) : planned.verdict, is_primary: isPrimary, labels: JSON.stringify(planned.labels), batch: null };
  const ordinal = await replaceLink(db, place, associationType, link, row);
  await keepHistory(db, place, planned.associationType, 'missing-end', [ordinal]);
  if (row.verdict === 'planned') {
    sources.get(planned.associationType)?.add(planned.fromSourceId);
  }
}

/** What became of a company that is a person stands among the contacts. */
function endOf(objectType: ObjectType, sourceId: string, find: Find): ResolvedEnd | null {
  const end = objectType === 'companies' && find('companies', sourceId) === null && find('contacts', sourceId) !== null ? ('contacts' as const) : objectType;
  return resolveEnd({ objectType: end, sourceId }, find);
}

const findPair = (db: Transaction<Tables>, stagingId: string, pair: Pick<Tables['planned_associations'], 'association_type' | 'from_source_id' | 'to_source_id'>) =>
  db
    .selectFrom('planned_associations')
    .select(['association_type', 'ordinal', 'is_primary'])
    .where('staging_id', '=', stagingId)
    .where('association_type', '=', pair.association_type)
    .where('from_source_id', '=', pair.from_source_id)
    .where('to_source_id', '=', pair.to_source_id)
    .where('verdict', '<>', sql.lit('duplicate'))
    .executeTakeFirst();

/** One whose end turns out to be of another type goes there, behind what was stated of that type. */
async function replaceLink(db: Transaction<Tables>, { stagingId }: Round, was: AssociationType, { ordinal, stated_by }: Link, row: Omit<Tables['planned_associations'], 'staging_id' | 'ordinal' | 'stated_by'>): Promise<number> {
  const isHere = row.association_type === was;
  if (isHere) {
    await db.updateTable('planned_associations').set(row).where('staging_id', '=', stagingId).where('association_type', '=', was).where('ordinal', '=', ordinal).execute();
    return Number(ordinal);
  }
  const last = await db.selectFrom('planned_associations').select('ordinal').where('staging_id', '=', stagingId).where('association_type', '=', row.association_type).orderBy('ordinal', 'desc').limit(1).executeTakeFirst();
  const next = Number(last?.ordinal ?? -1) + 1;
  await db.deleteFrom('planned_associations').where('staging_id', '=', stagingId).where('association_type', '=', was).where('ordinal', '=', ordinal).execute();
  await db.insertInto('planned_associations').values({ staging_id: stagingId, ordinal: next, stated_by, ...row }).execute();
  return next;
}

// ---------------------------------------------------------------- associations that were not made

async function sendAgain(db: Transaction<Tables>, place: Round, associationType: AssociationType, sources: Sources): Promise<void> {
  const { run, stagingId, selection } = place;
  const rows = await db
    .selectFrom('writes')
    .innerJoin('planned_associations as planned', (join) => join.onRef('planned.ordinal', '=', 'writes.ordinal').on('planned.staging_id', '=', stagingId).on('planned.association_type', '=', associationType))
    .select(['writes.ordinal', 'writes.outcome', 'writes.refusal_code', 'planned.from_source_id', 'planned.to_source_id'])
    .where('writes.run', '=', run)
    .where('writes.work_type', '=', associationType)
    .where('writes.outcome', 'in', ['refused', 'end-not-written'])
    .orderBy('writes.ordinal')
    .execute();
  const types = ASSOCIATION_ENDS[associationType];
  for (const chunk of inChunks(rows)) {
    const [from, to] = [await openEnds(db, place, types.from, chunk.map((row) => row.from_source_id)), await openEnds(db, place, types.to, chunk.map((row) => row.to_source_id))];
    const isAsked = (code: string | null): boolean => selection.which !== 'skipped' && (selection.reason === null || selection.reason === code);
    const taken = chunk.filter((row) => from.has(row.from_source_id) && to.has(row.to_source_id) && (row.outcome === 'end-not-written' || isAsked(row.refusal_code)));
    for (const was of ['refused', 'end-not-written'] as const) {
      const ordinals = taken.filter(({ outcome }) => outcome === was).map(({ ordinal }) => Number(ordinal));
      await keepHistory(db, place, associationType, was, ordinals);
      for (const each of inChunks(ordinals)) {
        await db.updateTable('writes').set(UNSETTLED).where('run', '=', run).where('work_type', '=', associationType).where('ordinal', 'in', [...each]).execute();
      }
    }
    taken.forEach((row) => sources.get(associationType)?.add(row.from_source_id));
  }
}

/** Those of the ids that stand in the portal by this run, or that this round is going to write. */
async function openEnds(db: Transaction<Tables>, { run, stagingId }: Round, objectType: ObjectType, sourceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(sourceIds)];
  const landed = await db.selectFrom('id_map').select('source_id').where('run', '=', run).where('object_type', '=', objectType).where('source_id', 'in', ids).execute();
  const planned = await db
    .selectFrom('planned_records as planned')
    .leftJoin('writes', (join) => join.onRef('writes.ordinal', '=', 'planned.ordinal').on('writes.run', '=', run).on(sql`writes.work_type`, '=', objectType))
    .selectAll('planned')
    .where('planned.staging_id', '=', stagingId)
    .where('planned.object_type', '=', objectType)
    .where('planned.source_id', 'in', ids)
    .where('writes.outcome', 'is', null)
    .execute();
  return new Set([...landed.map((row) => row.source_id), ...planned.map(toPlannedRecord).filter(isWritten).flatMap(({ sourceId }) => sourceId ?? [])]);
}

// ---------------------------------------------------------------- batches

interface Pair {
  readonly ordinal: number;
  readonly source: string;
}

async function batchSources(db: Transaction<Tables>, place: Round, associationType: AssociationType, sourceIds: readonly string[]): Promise<void> {
  const { stagingId } = place;
  const pairs: Pair[] = [];
  for (const chunk of inChunks(sourceIds)) {
    const rows = await db
      .selectFrom('planned_associations')
      .select(['ordinal', 'from_source_id'])
      .where('staging_id', '=', stagingId)
      .where('association_type', '=', associationType)
      .where('verdict', '=', 'planned')
      .where('from_source_id', 'in', [...chunk])
      .orderBy('from_source_id')
      .orderBy('to_source_id')
      .execute();
    pairs.push(...rows.map((row) => ({ ordinal: Number(row.ordinal), source: row.from_source_id })));
  }
  const first = await nextPartition(db, stagingId, associationType);
  const batches = inBatches(pairs);
  for (const [index, ordinals] of batches.entries()) {
    await moveToBatch(db, place, associationType, ordinals, first * BATCHES_PER_PARTITION + index);
  }
  await addPartitions(db, place, associationType, first, batches.map((ordinals) => ordinals.length));
}

/** As a plan has them: whole sources, as long as they fit. */
function inBatches(pairs: readonly Pair[]): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let open: number[] = [];
  let openSources = 0;
  for (const [, group] of byKey(pairs, ({ source }) => source)) {
    for (const part of inChunks(group.map(({ ordinal }) => ordinal), PAIRS_PER_ASSOCIATION_BATCH)) {
      if (open.length > 0 && (open.length + part.length > PAIRS_PER_ASSOCIATION_BATCH || openSources === SOURCES_PER_ASSOCIATION_BATCH)) {
        batches.push(open);
        open = [];
        openSources = 0;
      }
      open = [...open, ...part];
    }
    openSources += 1;
  }
  return open.length === 0 ? batches : [...batches, open];
}

/** What is settled among them stays settled, and is counted where it is now. */
async function moveToBatch(db: Transaction<Tables>, { run, stagingId }: Round, associationType: AssociationType, ordinals: readonly number[], batch: number): Promise<void> {
  for (const chunk of inChunks(ordinals)) {
    await db.updateTable('planned_associations').set({ batch }).where('staging_id', '=', stagingId).where('association_type', '=', associationType).where('ordinal', 'in', [...chunk]).execute();
    const rows = await db.selectFrom('writes').select(['batch', 'state', 'outcome']).where('run', '=', run).where('work_type', '=', associationType).where('ordinal', 'in', [...chunk]).execute();
    const counted = rows.flatMap((row) => (row.outcome !== null ? [{ batch: row.batch, word: row.outcome }] : row.state === 'sent' ? [{ batch: row.batch, word: 'in-doubt' }] : []));
    await changeTallies(db, { run, workType: associationType }, counted.flatMap(({ batch: before, word }) => [{ batch: before, word, by: -1 }, { batch, word, by: 1 }]));
    await db.updateTable('writes').set({ batch }).where('run', '=', run).where('work_type', '=', associationType).where('ordinal', 'in', [...chunk]).execute();
  }
}
