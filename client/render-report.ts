import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { Report } from '../domain/report.schema';
import type { RunState } from '../domain/phase';
import { formatTable, withoutZeroColumns } from './table';
import { renderUnread } from './render-plan';
import { ASSOCIATION_WORDS, OBJECT_WORDS, STATE_WORDS, WORK_WORDS } from '../domain/words';
import { causeWords, cellWords, countObjects, countOf, formatCount, formatDuration, formatInstant, leftOutWords } from './words';

/** Groups on a terminal that one still reads; the rest is one line. All of them are in report.json. */
const GROUPS_SHOWN = 21;

/** The zeros that a reader looks for. */
const ALWAYS_SHOWN: ReadonlySet<string> = new Set(['in source', 'added', 'failed', 'in doubt']);

/**
 * The final report for a person: every number stands beside what it means, and each table's columns add up to its first.
 * @param state of the run by now: a rollback comes after the report
 */
export function renderReport(report: Report, state: RunState = report.state): readonly string[] {
  const isUndone = state === 'rolled-back' || state === 'rolling-back';
  const objects = OBJECT_TYPES.flatMap((type) => {
    const tally = report.objects[type];
    return tally === undefined ? [] : [[OBJECT_WORDS[type], tally.source, tally.created, tally.updated, tally.unchanged, tally.folded, tally.leftOut, tally.refused, tally.inDoubt]];
  });
  const associations = ASSOCIATION_TYPES.flatMap((type) => {
    const tally = report.associations[type];
    return tally === undefined ? [] : [[ASSOCIATION_WORDS[type], tally.source, tally.added, tally.alreadyThere, tally.duplicate, tally.selfLink, tally.missingEnd, tally.endNotWritten, tally.refused, tally.inDoubt]];
  });
  const byKind = Object.entries(report.calls.byKind).map(([kind, count]) => `${kind} ${formatCount(count)}`);
  const kinds = byKind.length === 0 ? [] : [byKind.join(', ')];
  const texts = (rows: readonly (readonly (string | number)[])[]) => rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell)));

  return [
    `Migration ${report.migration}, run ${report.run}: ${STATE_WORDS[state]}`,
    ...(isUndone ? ['What follows is what the migration had done before the rollback.'] : []),
    '',
    ...formatTable([['Records', 'in source', 'created', 'updated', 'unchanged', 'combined', 'skipped', 'failed', 'in doubt'], ...texts(objects)]),
    '',
    ...formatTable(withoutZeroColumns([['Associations', 'in source', 'added', 'were there', 'repeated', 'to itself', 'end missing', 'end failed', 'failed', 'in doubt'], ...texts(associations)], ALWAYS_SHOWN)),
    '',
    ...explain(report),
    ...renderGroups(report, isUndone),
    ...renderRounds(report),
    `Verified: ${formatCount(report.verify.recordsCompared)} records with ${formatCount(report.verify.cellsCompared)} values and ${formatCount(report.verify.associationsCompared)} associations read back; ${formatCount(report.verify.differences)} differences.`,
    ...Object.entries(report.verify.causes).map(([cause, count]) => `  ${countOf(count, 'difference')}: ${causeWords(cause)}.`),
    `Calls: ${formatCount(report.calls.total)}${report.calls.forecast === null ? '' : ` (forecast ${formatCount(report.calls.forecast)})`}, ${[`${formatCount(report.calls.tooManyRequests)} answered "too many requests"`, ...kinds].join('; ')}.`,
    ...(report.quota.dailyRemaining === null ? [] : [`Left of today's calls: ${formatCount(report.quota.dailyRemaining)} of ${formatCount(report.quota.dailyLimit ?? 0)}; ${Math.round(report.quota.reserve * 100)}% stay for other apps.`]),
    ...(report.durations['total'] === undefined ? [] : [`Took ${formatDuration(report.durations['total'])}.`]),
  ];
}

const told = (count: number, counted: string, what: string): readonly string[] => (count === 0 ? [] : [`  ${counted}: ${what}`]);

function explain(report: Report): readonly string[] {
  const lines: string[] = [];
  for (const type of OBJECT_TYPES) {
    const tally = report.objects[type];
    if (tally !== undefined) {
      lines.push(
        ...told(tally.updated, countObjects(tally.updated, type), 'in the portal before, and completed.'),
        ...told(report.matchedSince[type] ?? 0, countObjects(report.matchedSince[type] ?? 0, type), 'of these, entered in the portal by somebody since the plan, and matched.'),
        ...told(tally.unchanged, countObjects(tally.unchanged, type), 'in the portal before, and right already: nothing was written.'),
        ...told(tally.folded, countObjects(tally.folded, type), 'combined with another record of the source: the same person or company, both ids kept.'),
        ...told(tally.inDoubt, countObjects(tally.inDoubt, type), 'sent, and no answer tells what became of it.'),
      );
    }
  }
  lines.push(...report.verdictsChanged.map(({ objectType, planned, found, count }) => `  ${countObjects(count, objectType)}: planned as ${planned}, at the start ${found}, because records of the portal had changed.`));
  for (const type of ASSOCIATION_TYPES) {
    const tally = report.associations[type];
    if (tally !== undefined) {
      const name = (count: number) => `${countOf(count, 'association')} "${ASSOCIATION_WORDS[type].toLowerCase()}"`;
      lines.push(
        ...told(tally.alreadyThere, name(tally.alreadyThere), 'in the portal before.'),
        ...told(tally.duplicate, name(tally.duplicate), 'stated twice by the source, or became the same by combining.'),
        ...told(tally.selfLink, name(tally.selfLink), 'would tie a record to itself, in the source or by combining.'),
        ...told(tally.missingEnd, name(tally.missingEnd), 'names a record that is not in the export, or that is skipped.'),
        ...told(tally.endNotWritten, name(tally.endNotWritten), 'an end of it was skipped or failed.'),
        ...told(tally.inDoubt, name(tally.inDoubt), 'sent, and no answer tells what became of it.'),
      );
    }
  }
  for (const [reason, count] of Object.entries(report.reasons.leftOut)) {
    lines.push(`  Skipped: ${countOf(count, 'record')}, ${leftOutWords(reason)}.`);
  }
  for (const [code, count] of Object.entries(report.reasons.refused)) {
    lines.push(`  Failed: ${countOf(count, 'record')}, ${code}.`);
  }
  for (const { workType, count, ordinals } of report.inDoubt) {
    lines.push(`  In doubt: ${WORK_WORDS[workType]} ${formatCount(count)}: ${ordinals.map((ordinal) => `#${ordinal}`).join(', ')}${count > ordinals.length ? ', …' : ''}`);
  }
  for (const [code, count] of Object.entries(report.reasons.cells)) {
    lines.push(`  ${countOf(count, 'value')}: ${cellWords(code)}.`);
  }
  lines.push(...renderUnread(report.notMoved).map((line) => `  ${line}`));
  return lines.length === 0 ? [] : [...lines, ''];
}

/** What failed or was skipped, by cause, with the likely remedy. Examples by their place in the source: what the portal said may quote a value, and stays in refused.csv. */
function renderGroups({ groups, run }: Report, isUndone: boolean): readonly string[] {
  if (groups.length === 0) {
    return [];
  }
  const shown = groups.slice(0, GROUPS_SHOWN);
  const rest = groups.slice(GROUPS_SHOWN);
  return [
    'Failed and skipped, by cause (#: place in the source):',
    ...shown.flatMap(({ what, workType, code, property, count, ordinals, remedy }) => [
      `  ${formatCount(count)} ${what}: ${WORK_WORDS[workType]}, ${code}${property === null ? '' : `, ${property}`} (${ordinals.map((ordinal) => `#${ordinal}`).join(', ')}${count > ordinals.length ? ', …' : ''})`,
      ...(isUndone ? [] : [`      → ${remedy}`]),
    ]),
    ...(rest.length === 0 ? [] : [`  ${formatCount(rest.reduce((sum, { count }) => sum + count, 0))} of ${countOf(rest.length, 'other cause')}: all of them are in report.json`]),
    `All of them by source id: portage report ${run} --out DIR (refused.csv with the portal's words, skipped.csv).${isUndone ? '' : ` Try them again by a mended file: portage retry ${run} --file FILE`}`,
    '',
  ];
}

const WAS_WORDS: Readonly<Record<Report['retries'][number]['was'], string>> = { refused: 'failed before', 'left-out': 'skipped before', 'end-not-written': 'an end had failed', 'missing-end': 'an end was skipped' };
const BECAME_WORDS: Readonly<Record<string, string>> = { created: 'created', updated: 'updated', unchanged: 'right already', folded: 'combined', refused: 'failed again', added: 'added', 'already-there': 'were there', 'end-not-written': 'an end failed again', pending: 'not written yet' };

function renderRounds({ retries }: Report): readonly string[] {
  const lines = retries.map(({ round, askedAt, workType, was, became, count }) => `  Round ${round} (${formatInstant(askedAt)}): ${formatCount(count)} ${WORK_WORDS[workType]}, ${WAS_WORDS[was]}: ${BECAME_WORDS[became] ?? became}.`);
  return lines.length === 0 ? [] : ['Tried again:', ...lines, ''];
}
