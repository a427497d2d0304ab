/** What becomes of a source record that the portal may hold already. The reads are done by the activity; this decides. */
import { MERGED_IDS_PROPERTY, SHARED_EMAIL_PROPERTY } from './bookkeeping-properties';
import { withSharedDomain, withSharedEmail } from './folding';
import { applyOnMatch } from './on-match';
import type { LifeCycleOnMatch } from './life-cycle-stage';
import type { OnMatch } from './on-match';
import type { CellNote, PlannedRecord } from './planned-record';
import { conditionProperties, missingOnUpdate } from './required-properties';
import type { Requirements } from './required-properties';
import { meansTheSame } from './value-comparison';

/** A value of the source that is not written because the rule for matches (`onMatch`) keeps what stands in the portal. */
export const KEPT_IN_PORTAL = 'kept-in-portal';

export interface FoundRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

export interface MatchCandidates {
  readonly byKey: FoundRecord | null;
  /** Who holds the address, whether it is matched by or not: the portal gives it to one record alone. */
  readonly byEmail: FoundRecord | null;
  /** All live portal records with this domain. */
  readonly byDomain: readonly string[];
  /** The record that `byDomain` names, when it is a single one. */
  readonly ofDomain: FoundRecord | null;
}

export interface MatchRules {
  readonly keyProperty: string;
  /** The user may match by other things alone; then who holds the address is another person. */
  readonly emails: 'matched' | 'taken';
  readonly onMatch: OnMatch;
  readonly lifeCycle: LifeCycleOnMatch;
  readonly ambiguous: 'ask' | 'create' | 'leave-out';
  readonly propertyTypes: Readonly<Record<string, string>>;
  readonly requirements: Requirements;
  /** Portal records that an earlier source record was matched with. */
  readonly claimed: ReadonlySet<string>;
}

const leftOut = (record: PlannedRecord, reason: 'ambiguous-match' | 'would-be-refused' | 'missing-required', reasonCode: string): PlannedRecord => ({ ...record, action: 'left-out', reason, reasonCode, targetId: null });

function matchedWith(record: PlannedRecord, found: FoundRecord, { keyProperty, onMatch, lifeCycle, propertyTypes, requirements }: MatchRules): PlannedRecord {
  const key = record.properties[keyProperty];
  const planned = Object.fromEntries(Object.entries(record.properties).filter(([property]) => property !== keyProperty));
  const keyThere = found.properties[keyProperty] ?? '';
  if (keyThere !== '' && keyThere !== key) {
    return leftOut(record, 'would-be-refused', 'key-conflict');
  }
  const written = applyOnMatch(onMatch, planned, found.properties, propertyTypes, lifeCycle);
  const missing = missingOnUpdate(written, found.properties, requirements);
  if (missing !== null) {
    return { ...leftOut(record, 'missing-required', missing.code), targetId: found.id, properties: { ...written, ...(key === undefined ? {} : { [keyProperty]: key }) } };
  }
  const isRight = Object.keys(written).length === 0 && keyThere === key;
  const kept = Object.entries(planned).filter(([property, value]) => !(property in written) && !meansTheSame({ name: property, type: propertyTypes[property] ?? 'string' }, found.properties[property], value));
  return {
    ...record,
    action: isRight ? 'unchanged' : 'update',
    targetId: found.id,
    properties: { ...written, ...(key === undefined ? {} : { [keyProperty]: key }) },
    before: Object.fromEntries(Object.keys(record.properties).map((property) => [property, found.properties[property] ?? null])),
    cells: [...record.cells, ...kept.map(([property, value]): CellNote => ({ column: property, property, verdict: 'dropped', code: KEPT_IN_PORTAL, rawValue: value }))],
  };
}

/**
 * Matches in the order key, e-mail, domain. A domain matches only one to one; otherwise the company is created without it. Two answers that name different portal
 * records, or one that an earlier source record has, are ambiguous.
 */
export function matchRecord(record: PlannedRecord, candidates: MatchCandidates, rules: MatchRules): PlannedRecord {
  const { byKey, byEmail, byDomain, ofDomain } = candidates;
  const isFree = (found: FoundRecord | null): found is FoundRecord => found !== null && !rules.claimed.has(found.id);
  if (byKey !== null) {
    if (byEmail === null || byEmail.id === byKey.id) {
      return isFree(byKey) ? matchedWith(record, byKey, rules) : ambiguous(record, rules);
    }
    // The address belongs to another record of the portal: writing it here would be refused.
    return rules.ambiguous === 'create' ? matchedWith(withSharedEmail(record), byKey, rules) : ambiguous(record, rules);
  }
  if (byEmail !== null && rules.emails === 'taken') {
    return leftOut(record, 'would-be-refused', 'email-conflict');
  }
  if (byEmail !== null) {
    return isFree(byEmail) ? matchedWith(record, byEmail, rules) : ambiguous(record, rules);
  }
  if (byDomain.length === 1 && isFree(ofDomain)) {
    return matchedWith(record, ofDomain, rules);
  }
  return byDomain.length > 0 ? withSharedDomain(record) : record;
}

function ambiguous(record: PlannedRecord, rules: MatchRules): PlannedRecord {
  return rules.ambiguous === 'create' ? withSharedDomain(withSharedEmail(record)) : leftOut(record, 'ambiguous-match', rules.ambiguous);
}

/** Properties to read of a candidate: all that might be written, and all that a condition may ask for. */
export const propertiesToCompare = (records: readonly PlannedRecord[], keyProperty: string, requirements: Requirements): readonly string[] =>
  [...new Set([keyProperty, 'email', SHARED_EMAIL_PROPERTY, MERGED_IDS_PROPERTY, ...conditionProperties(requirements), ...records.flatMap((record) => Object.keys(record.properties))])].sort();
