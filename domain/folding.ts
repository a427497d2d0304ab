/** Two source records that are one person: one survives, the others fold into it. Pure; works on a group of records with one e-mail. */
import { MERGED_IDS_PROPERTY, SHARED_EMAIL_PROPERTY } from './bookkeeping-properties';
import { isGivenStage, isLaterGiven, LIFE_CYCLE_PROPERTY } from './life-cycle-stage';
import type { CellNote, PlannedRecord } from './planned-record';
import { joinedName, namesAgree } from './record-identity';

export type DuplicatesRule = 'same-person' | 'same-email' | 'never';

/** A value of a record that folds, where the one that survives has another: the survivor's own stands. */
export const FOLD_CONFLICT = 'fold-conflict';

/** Properties that fold by their own rule, or not at all. */
const NOT_FILLED: ReadonlySet<string> = new Set([MERGED_IDS_PROPERTY]);

const idsIn = (list: string | undefined): readonly string[] => (list ?? '').split(';').filter((id) => id !== '');

/** Ids that this record stands for besides its own. */
export const mergedIdsOf = (record: PlannedRecord): readonly string[] => idsIn(record.properties[MERGED_IDS_PROPERTY]);

/** Adds ids to the list of a record, each once. */
export function withMergedIds(record: PlannedRecord, ids: readonly string[]): PlannedRecord {
  const list = [...new Set([...mergedIdsOf(record), ...ids])].filter((id) => id !== record.sourceId);
  return list.length === 0 ? record : { ...record, properties: { ...record.properties, [MERGED_IDS_PROPERTY]: list.join(';') } };
}

/**
 * Folds one record into another: it fills the survivor's blanks, its id goes into the survivor's list, and each value that differs is listed at the folded
 * record (the survivor's own stands in its properties).
 */
export function foldInto(survivor: PlannedRecord, folded: PlannedRecord, keyProperty: string): { readonly survivor: PlannedRecord; readonly folded: PlannedRecord } {
  const filled: Record<string, string> = {};
  const conflicts: CellNote[] = [];
  for (const [property, value] of Object.entries(folded.properties)) {
    if (NOT_FILLED.has(property) || property === keyProperty) {
      continue;
    }
    const own = survivor.properties[property];
    if (property === LIFE_CYCLE_PROPERTY && isGivenStage(value) && isGivenStage(own)) {
      filled[property] = isLaterGiven(value, own) ? value : own;
      continue;
    }
    if (own === undefined) {
      filled[property] = value;
    } else if (own !== value) {
      conflicts.push({ column: property, property, verdict: 'dropped', code: FOLD_CONFLICT, rawValue: value });
    }
  }
  const ids = [...(folded.sourceId === null ? [] : [folded.sourceId]), ...mergedIdsOf(folded)];
  return {
    survivor: withMergedIds({ ...survivor, properties: { ...survivor.properties, ...filled }, identity: { ...survivor.identity, email: filled.email === undefined ? survivor.identity.email : folded.identity.email, name: joinedName(survivor.identity.name, folded.identity.name) } }, ids),
    folded: { ...folded, action: 'fold', foldInto: survivor.sourceId, cells: [...folded.cells, ...conflicts] },
  };
}

/** The record without its e-mail, which another person holds; the address is kept as text. */
export function withSharedEmail(record: PlannedRecord): PlannedRecord {
  const { email, ...rest } = record.properties;
  if (email === undefined) {
    return record;
  }
  const properties = { ...rest, [SHARED_EMAIL_PROPERTY]: email };
  const cells: readonly CellNote[] = [...record.cells, { column: 'Email', property: 'email', verdict: 'shared', code: 'email-shared', rawValue: email }];
  return { ...record, properties, cells, identity: { ...record.identity, email: null } };
}

/**
 * Settles records that share an e-mail. Of each person the record with the lowest ordinal survives; the first person keeps the address, the others are written
 * without it.
 * @param members sorted by ordinal, all of them to be written
 * @returns every member, changed or not, in the same order
 */
export function foldSameEmail(members: readonly PlannedRecord[], rule: DuplicatesRule, keyProperty: string): readonly PlannedRecord[] {
  const persons: { survivor: PlannedRecord; readonly folded: PlannedRecord[] }[] = [];
  for (const member of members) {
    const person = rule === 'never' ? undefined : persons.find(({ survivor }) => rule === 'same-email' || namesAgree(survivor.identity.name, member.identity.name));
    if (person === undefined) {
      persons.push({ survivor: member, folded: [] });
    } else {
      const { survivor, folded } = foldInto(person.survivor, member, keyProperty);
      person.survivor = survivor;
      person.folded.push(folded);
    }
  }
  return persons
    .flatMap(({ survivor, folded }, at) => [at === 0 ? survivor : withSharedEmail(survivor), ...folded])
    .sort((a, b) => a.ordinal - b.ordinal);
}

/**
 * Companies that state one domain: nobody can say which of them it identifies, so each is written without it, and flagged; the web address stays.
 */
export function withSharedDomain(record: PlannedRecord): PlannedRecord {
  const { domain, ...properties } = record.properties;
  if (domain === undefined) {
    return record;
  }
  const cells: readonly CellNote[] = [...record.cells, { column: 'Website', property: 'domain', verdict: 'shared', code: 'domain-shared', rawValue: domain }];
  return { ...record, properties, cells, identity: { ...record.identity, domain: null } };
}
