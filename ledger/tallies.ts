/** Where everything stands, from sums by batch and the counts of the plan: cheap enough to ask every second, whatever the number of records. */
import type { Transaction } from 'kysely';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import type { AssociationTallies, AssociationTally, RecordTallies, RecordTally } from '../domain/record-outcome';
import type { UndoState } from './ledger';
import type { Tables } from './tables';

type CountOf = (word: string) => number;

/** Only types of which the plan holds a record or an association. Pending is what remains, so each tally adds up by construction only if the sums by batch are right. */
export async function readTallies(db: Transaction<Tables>, run: string, stagingId: string): Promise<{ readonly records: RecordTallies; readonly associations: AssociationTallies }> {
  const planned = await db.selectFrom('planned_counts').select(['work_type', 'word', 'count']).where('staging_id', '=', stagingId).execute();
  const landed = await sumTallies(db, run);
  const records: Partial<Record<(typeof OBJECT_TYPES)[number], RecordTally>> = {};
  for (const objectType of OBJECT_TYPES) {
    const counts = countsOf(planned, objectType);
    if (counts.size > 0) {
      records[objectType] = toRecordTally((word) => counts.get(word) ?? 0, landed(objectType));
    }
  }
  const associations: Partial<Record<(typeof ASSOCIATION_TYPES)[number], AssociationTally>> = {};
  for (const associationType of ASSOCIATION_TYPES) {
    const counts = countsOf(planned, associationType);
    if (counts.size > 0) {
      associations[associationType] = toAssociationTally((word) => counts.get(word) ?? 0, landed(associationType));
    }
  }
  return { records, associations };
}

/** By work type: how many records or associations that this run changed are in which state of undoing. */
export async function readUndoTally(db: Transaction<Tables>, run: string): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const landed = await sumTallies(db, run);
  const rows = await db
    .selectFrom('writes')
    .select((row) => ['work_type', 'undo', row.fn.countAll().as('count')])
    .where('run', '=', run)
    .where('undo', 'is not', null)
    .groupBy(['work_type', 'undo'])
    .execute();
  const tally: Record<string, Partial<Record<UndoState, number>>> = {};
  for (const workType of [...OBJECT_TYPES, ...ASSOCIATION_TYPES]) {
    const changed = landed(workType)('created') + landed(workType)('updated') + landed(workType)('added');
    if (changed === 0) {
      continue;
    }
    const states: Partial<Record<UndoState, number>> = {};
    for (const { undo, count } of rows.filter((row) => row.work_type === workType)) {
      if (undo !== null) {
        states[undo] = Number(count);
      }
    }
    const begun = Object.values(states).reduce((sum, count) => sum + count, 0) - (states.pending ?? 0);
    tally[workType] = { ...states, pending: changed - begun };
  }
  return tally;
}

async function sumTallies(db: Transaction<Tables>, run: string): Promise<(workType: WorkType) => CountOf> {
  const rows = await db
    .selectFrom('batch_tallies')
    .select((row) => ['work_type', 'word', row.fn.sum('count').as('count')])
    .where('run', '=', run)
    .groupBy(['work_type', 'word'])
    .execute();
  return (workType) => {
    const counts = countsOf(rows, workType);
    return (word) => counts.get(word) ?? 0;
  };
}

function countsOf(rows: readonly { readonly work_type: WorkType; readonly word: string; readonly count: number | string | bigint }[], workType: WorkType): ReadonlyMap<string, number> {
  return new Map(rows.filter((row) => row.work_type === workType).map((row) => [row.word, Number(row.count)]));
}

function toRecordTally(planned: CountOf, landed: CountOf): RecordTally {
  const written = planned('create') + planned('update') + planned('unchanged');
  const settled = landed('created') + landed('updated') + landed('unchanged') + landed('refused');
  return {
    source: written + planned('fold') + planned('left-out'),
    created: landed('created'),
    updated: landed('updated'),
    unchanged: landed('unchanged'),
    folded: planned('fold'),
    leftOut: planned('left-out'),
    refused: landed('refused'),
    inDoubt: landed('in-doubt'),
    pending: written - settled - landed('in-doubt'),
  };
}

function toAssociationTally(planned: CountOf, landed: CountOf): AssociationTally {
  const settled = landed('added') + landed('already-there') + landed('refused') + landed('end-not-written');
  return {
    source: planned('planned') + planned('duplicate') + planned('self-link') + planned('missing-end'),
    duplicate: planned('duplicate'),
    selfLink: planned('self-link'),
    planned: planned('planned'),
    missingEnd: planned('missing-end'),
    added: landed('added'),
    alreadyThere: landed('already-there'),
    refused: landed('refused'),
    endNotWritten: landed('end-not-written'),
    inDoubt: landed('in-doubt'),
    pending: planned('planned') - settled - landed('in-doubt'),
  };
}
