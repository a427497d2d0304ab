/** The final report, put together from facts alone. Every sum is checked here, so that a report that prints is a report that adds up. */
import type { Finding } from './finding';
import { MigrationError } from './migration-error';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import type { RunState } from './phase';
import type { InDoubt, NamedRefusal } from './problem';
import { problemGroups } from './problem-group';
import type { ProblemCount } from './problem-group';
import type { AssociationTallies, AssociationTally, RecordTallies, RecordTally } from './record-outcome';
import type { Report } from './report.schema';

export interface ReportFacts {
  readonly migration: string;
  readonly run: string;
  readonly rolledBack: 'no' | 'yes';
  readonly records: RecordTallies;
  readonly associations: AssociationTallies;
  readonly verification: Report['verify'];
  readonly matchedSince: Report['matchedSince'];
  readonly verdictsChanged: Report['verdictsChanged'];
  readonly calls: readonly { readonly kind: string; readonly count: number; readonly tooMany: number }[];
  readonly forecastCalls: number | null;
  readonly quota: Report['quota'];
  /** Epoch milliseconds; a phase that has not ended counts up to `nowMs`. */
  readonly phases: readonly { readonly phase: string; readonly startedMs: number; readonly endedMs: number | null }[];
  readonly startedMs: number;
  readonly nowMs: number;
  readonly leftOut: readonly Readonly<Record<string, number>>[];
  readonly cells: readonly Readonly<Record<string, number>>[];
  readonly refusals: readonly { readonly code: string; readonly count: number }[];
  readonly problems: readonly ProblemCount[];
  readonly retries: Report['retries'];
  readonly inDoubt: readonly InDoubt[];
  readonly refused: readonly NamedRefusal[];
  readonly findings: readonly Finding[];
  /** Only after a rollback. */
  readonly kept: { readonly reasons: Readonly<Record<string, number>>; readonly records: readonly NonNullable<Report['rollback']>['records'][number][] } | null;
  readonly unreadFiles: readonly { readonly name: string; readonly object: string | null; readonly rowCount: number }[];
}

/** @throws InvariantError when a tally does not add up, or a record of a finished run has no outcome */
export function assembleReport(facts: ReportFacts): Report {
  if (facts.rolledBack === 'no') {
    checkSums(facts);
  }
  return {
    migration: facts.migration,
    run: facts.run,
    state: reportState(facts),
    objects: Object.fromEntries(OBJECT_TYPES.flatMap((type) => (facts.records[type] === undefined ? [] : [[type, toRecordReport(facts.records[type])]]))),
    associations: Object.fromEntries(ASSOCIATION_TYPES.flatMap((type) => (facts.associations[type] === undefined ? [] : [[type, toAssociationReport(facts.associations[type])]]))),
    verify: facts.verification,
    calls: {
      total: sum(facts.calls.map(({ count }) => count)),
      tooManyRequests: sum(facts.calls.map(({ tooMany }) => tooMany)),
      byKind: addUp(facts.calls.map(({ kind, count }) => ({ [kind]: count }))),
      forecast: facts.forecastCalls,
    },
    quota: facts.quota,
    durations: durationsOf(facts),
    matchedSince: facts.matchedSince,
    verdictsChanged: facts.verdictsChanged,
    reasons: { leftOut: addUp(facts.leftOut), refused: addUp(facts.refusals.map(({ code, count }) => ({ [code]: count }))), cells: addUp(facts.cells) },
    groups: problemGroups(facts.problems).map((group) => ({ ...group, ordinals: [...group.ordinals] })),
    retries: [...facts.retries],
    inDoubt: facts.inDoubt.map(({ workType, count, ordinals }) => ({ workType, count, ordinals: [...ordinals] })),
    refused: facts.refused.map(({ workType, ordinal, sourceId, refusal: { code, category, property, message, correlationId } }) => ({ workType, ordinal, sourceId, code, category: category ?? null, property, message, correlationId })),
    notMoved: notMovedOf(facts),
    ...(facts.kept === null ? {} : { rollback: rollbackOf(facts.kept, facts.findings) }),
  };
}

/** A difference outweighs a refusal: the first says that we do not know why. */
function reportState({ rolledBack, verification, records, associations }: ReportFacts): RunState {
  if (rolledBack === 'yes') {
    return 'rolled-back';
  }
  if (verification.differences > 0) {
    return 'differs';
  }
  return refusedCount(records, associations) > 0 ? 'finished-with-refusals' : 'verified';
}

export function refusedCount(records: RecordTallies, associations: AssociationTallies): number {
  return sum([...Object.values(records), ...Object.values(associations)].map((tally) => tally.refused));
}

function checkSums({ run, records, associations }: ReportFacts): void {
  for (const [type, tally] of Object.entries(records)) {
    const { created, updated, unchanged, folded, leftOut, refused, inDoubt } = tally;
    requireEqual(run, type, 'source', tally.source, created + updated + unchanged + folded + leftOut + refused + inDoubt);
  }
  for (const [type, tally] of Object.entries(associations)) {
    requireEqual(run, type, 'source', tally.source, tally.duplicate + tally.selfLink + tally.planned + tally.missingEnd);
    requireEqual(run, type, 'planned', tally.planned, tally.added + tally.alreadyThere + tally.refused + tally.endNotWritten + tally.inDoubt);
  }
}

function requireEqual(run: string, type: string, what: string, expected: number, actual: number): void {
  if (expected !== actual) {
    throw new MigrationError('InvariantError', `Run ${run}: ${type} counts ${what} ${expected}, its parts add up to ${actual}.`, { code: 'sums-differ' });
  }
}

function toRecordReport({ source, created, updated, unchanged, folded, leftOut, refused, inDoubt }: RecordTally): NonNullable<Report['objects']['contacts']> {
  return { source, created, updated, unchanged, folded, leftOut, refused, inDoubt };
}

function toAssociationReport({ source, duplicate, selfLink, planned, missingEnd, added, alreadyThere, refused, endNotWritten, inDoubt }: AssociationTally): NonNullable<Report['associations']['deals-contacts']> {
  return { source, duplicate, selfLink, planned, missingEnd, added, alreadyThere, refused, endNotWritten, inDoubt };
}

function durationsOf({ phases, startedMs, nowMs }: ReportFacts): Readonly<Record<string, number>> {
  const ended = phases.map(({ phase, startedMs: from, endedMs }) => [phase, Math.max(0, Math.round((endedMs ?? nowMs) - from))] as const);
  return { ...Object.fromEntries(ended), total: Math.max(0, Math.round(nowMs - startedMs)) };
}

function rollbackOf({ reasons, records }: NonNullable<ReportFacts['kept']>, findings: readonly Finding[]): NonNullable<Report['rollback']> {
  return { kept: { ...reasons }, records: records.map(({ objectType, targetId, why }) => ({ objectType, targetId, why })), notes: findings.filter(({ code }) => code === NOT_READABLE_CODE).map(({ place, code }) => ({ place, why: code })) };
}

/** A type of activity, ticket or line item that a rollback could not look at. */
export const NOT_READABLE_CODE = 'attachments-not-readable';

/** Columns, look-ups and files that the source holds and nothing read. */
function notMovedOf({ findings, unreadFiles }: ReportFacts): Report['notMoved'] {
  const named = new Set(findings.map(({ place }) => place));
  return [
    ...findings.filter(({ severity, code }) => severity !== 'error' && NOT_MOVED.test(code)).map(({ place, count, code }) => ({ place, count, why: code })),
    ...unreadFiles.filter(({ name }) => !named.has(name)).map(({ name, object, rowCount }) => ({ place: name, count: rowCount, why: object === null ? 'unknown-file' : 'object-not-read' })),
  ];
}

const NOT_MOVED = /^(unread|unmapped|not-mapped|not-read)/;

function addUp(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) {
      total[name] = (total[name] ?? 0) + count;
    }
  }
  return total;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
