import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { Report } from '../domain/report.schema';
import { formatTable } from './table';
import { ASSOCIATION_WORDS, formatCount, formatDuration, OBJECT_WORDS, STATE_WORDS } from './words';

const REASON_TEXTS: Readonly<Record<string, string>> = {
  'deleted-in-source': 'deleted in the source',
  filter: 'left out by a filter',
  'malformed-row': 'row could not be read',
  'repeated-id': 'same id as an earlier row',
  'missing-required': 'a required property is missing',
  'would-be-refused': 'the portal would refuse it',
  'ambiguous-match': 'more than one record in the portal could be meant',
};

/** The final report for a person: every number stands beside what it means, and each table's columns add up to its first. */
export function renderReport(report: Report): readonly string[] {
  const objects = OBJECT_TYPES.flatMap((type) => {
    const tally = report.objects[type];
    return tally === undefined ? [] : [[OBJECT_WORDS[type], tally.source, tally.created, tally.updated, tally.unchanged, tally.folded, tally.leftOut, tally.refused, tally.inDoubt]];
  });
  const associations = ASSOCIATION_TYPES.flatMap((type) => {
    const tally = report.associations[type];
    return tally === undefined ? [] : [[ASSOCIATION_WORDS[type], tally.source, tally.added, tally.alreadyThere, tally.duplicate, tally.selfLink, tally.missingEnd, tally.endNotWritten, tally.refused, tally.inDoubt]];
  });
  const texts = (rows: readonly (readonly (string | number)[])[]) => rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell)));

  return [
    `Migration ${report.migration}, run ${report.run}: ${STATE_WORDS[report.state]}`,
    '',
    ...formatTable([['Records', 'in source', 'created', 'updated', 'unchanged', 'combined', 'skipped', 'failed', 'in doubt'], ...texts(objects)]),
    '',
    ...formatTable([['Associations', 'in source', 'added', 'were there', 'repeated', 'to itself', 'end missing', 'end failed', 'failed', 'in doubt'], ...texts(associations)]),
    '',
    ...explain(report),
    `Verified: ${formatCount(report.verify.recordsCompared)} records with ${formatCount(report.verify.cellsCompared)} values and ${formatCount(report.verify.associationsCompared)} associations read back; ${formatCount(report.verify.differences)} differences.`,
    `Calls: ${formatCount(report.calls.total)}${report.calls.forecast === null ? '' : ` (forecast ${formatCount(report.calls.forecast)})`}, ${formatCount(report.calls.tooManyRequests)} answered "too many requests"; ${Object.entries(report.calls.byKind).map(([kind, count]) => `${kind} ${formatCount(count)}`).join(', ')}.`,
    ...(report.quota.dailyRemaining === null ? [] : [`Left of today's calls: ${formatCount(report.quota.dailyRemaining)} of ${formatCount(report.quota.dailyLimit ?? 0)}; ${Math.round(report.quota.reserve * 100)}% stay for other apps.`]),
    ...(report.durations['total'] === undefined ? [] : [`Took ${formatDuration(report.durations['total'])}.`]),
  ];
}

function explain(report: Report): readonly string[] {
  const lines: string[] = [];
  for (const type of OBJECT_TYPES) {
    const tally = report.objects[type];
    if (tally !== undefined && tally.folded > 0) {
      lines.push(`  ${formatCount(tally.folded)} ${type} were combined with another record of the source: same person, both ids kept.`);
    }
  }
  for (const type of ASSOCIATION_TYPES) {
    const tally = report.associations[type];
    if (tally !== undefined && tally.duplicate > 0) {
      lines.push(`  ${formatCount(tally.duplicate)} associations "${ASSOCIATION_WORDS[type].toLowerCase()}" are stated twice by the source, or became the same by combining.`);
    }
    if (tally !== undefined && tally.missingEnd > 0) {
      lines.push(`  ${formatCount(tally.missingEnd)} associations "${ASSOCIATION_WORDS[type].toLowerCase()}" name a record that is not in the export.`);
    }
  }
  for (const [reason, count] of Object.entries(report.reasons.leftOut)) {
    lines.push(`  Skipped: ${formatCount(count)} ${REASON_TEXTS[reason] ?? reason}.`);
  }
  for (const [code, count] of Object.entries(report.reasons.refused)) {
    lines.push(`  Failed: ${formatCount(count)} ${code}.`);
  }
  for (const [code, count] of Object.entries(report.reasons.cells)) {
    lines.push(`  Values changed or not written: ${formatCount(count)} ${code}.`);
  }
  for (const { place, count, why } of report.notMoved) {
    lines.push(`  Not moved: ${place}, ${formatCount(count)} filled (${why}).`);
  }
  return lines.length === 0 ? [] : [...lines, ''];
}
