import type { Selectable } from 'kysely';
import type { PlannedRecord } from '../domain/planned-record';
import { cellNotesSchema, nullableTextsSchema, parseJsonColumn, textsSchema } from './json-columns';
import type { Tables } from './tables';

/** Actions that end in a record of the target; the others end in the plan. */
export const WRITTEN_ACTIONS = ['create', 'update', 'unchanged'] as const;

export function toPlannedRow(stagingId: string, record: PlannedRecord): Tables['planned_records'] {
  return {
    staging_id: stagingId,
    object_type: record.objectType,
    ordinal: record.ordinal,
    source_object: record.sourceObject,
    source_id: record.sourceId,
    action: record.action,
    reason: record.reason,
    reason_code: record.reasonCode,
    fold_into: record.foldInto,
    target_id: record.targetId,
    properties: JSON.stringify(record.properties),
    before_values: JSON.stringify(record.before),
    identity_email: record.identity.email,
    identity_domain: record.identity.domain,
    identity_name: record.identity.name,
    cells: JSON.stringify(record.cells),
    batch: null,
  };
}

export function toPlannedRecord(row: Selectable<Tables['planned_records']>): PlannedRecord {
  return {
    objectType: row.object_type,
    ordinal: Number(row.ordinal),
    sourceObject: row.source_object,
    sourceId: row.source_id,
    action: row.action,
    reason: row.reason,
    reasonCode: row.reason_code,
    foldInto: row.fold_into,
    targetId: row.target_id,
    properties: parseJsonColumn(textsSchema, row.properties, 'planned_records.properties'),
    before: parseJsonColumn(nullableTextsSchema, row.before_values, 'planned_records.before_values'),
    identity: { email: row.identity_email, domain: row.identity_domain, name: row.identity_name },
    cells: parseJsonColumn(cellNotesSchema, row.cells, 'planned_records.cells'),
  };
}
