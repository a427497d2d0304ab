/** The migration file that init writes, and what it adds to one that is there: a line for each proposal, with the reason above it. */
import { isMap, parseDocument } from 'yaml';
import type { Finding } from './finding';
import { SIMULATED_PORTAL } from './finding';
import { proposalName } from './mapping-proposal';
import type { ColumnProposal, ObjectSurvey, TypeProposal } from './mapping-proposal';
import { addToFile } from './migration-file-edit';
import type { FileAddition, FileEdit } from './migration-file-edit';
import type { PortalSnapshot } from './portal-snapshot.schema';

export interface ProposedFile extends FileEdit {
  /** Lines that map a column, by object type: how many were added. */
  readonly added: Readonly<Record<string, number>>;
}

/** What a new file says before its objects. */
export interface FileHead {
  readonly id: string;
  /** As the person gave it, relative to the file. */
  readonly files: string;
  readonly portalId: string | null;
  /** Amounts without a currency column, and which the portal has. */
  readonly currency: 'needed' | 'told';
  readonly snapshot: Pick<PortalSnapshot, 'currency' | 'timeZone'>;
}

/** One list for the file: what was proposed once is not proposed again, whatever a person made of it. */
const MEMORY = '# Proposed by portage init (each column once; take a name out to have it proposed again):';
const MEMORY_LINE = '#   ';

const CONFIDENCE_RULE = [
  '# How sure a guess is: high = same name, and the property is made for that type of value; medium = one of both, the other nearly; low = both nearly.',
  '# Only high ones are written as lines; the others stand as comments. Shapes tell how values are written: A a 9 for letters and digits, + for more of them.',
];

/** A whole new file. */
export function proposedFile(head: FileHead, proposals: readonly TypeProposal[]): ProposedFile {
  const skeleton = [
    '# A migration of Salesforce into HubSpot, as portage init proposes it. Every line is yours to change; run init again after a new export, and it only adds.',
    '# What is not said here has a default: each known column goes to the property that is listed below. portage plan tells what becomes of every record.',
    '# To leave a column out, write null for its property, such as nick_name: null; a custom column without a line is moved all the same.',
    ...CONFIDENCE_RULE,
    `id: ${head.id}`,
    'source:',
    '  crm: salesforce',
    `  files: ${text(head.files)}`,
    head.currency === 'needed' ? `  # currency: ${head.snapshot.currency} # TO DO: the amounts have no currency column. Say which currency they are in (the portal's is ${head.snapshot.currency}).` : '  # currency: USD # of amounts whose row names none',
    `  # timeZone: ${head.snapshot.timeZone} # of times without an offset; UTC unless said (the portal's is ${head.snapshot.timeZone})`,
    'target:',
    '  crm: hubspot',
    head.portalId === null ? '  # portal: 7654321 # the portal that may be written; needed unless it is a simulated one' : `  portal: ${head.portalId} # no other portal is written`,
    'objects:',
    ...proposals.flatMap((proposal) => typeLines(proposal).map((line) => `  ${line}`)),
    'owners: { match: email, unmatched: leave-empty } # unmatched: ask | leave-empty | the e-mail of a stand-in',
    '',
  ].join('\n');
  return added(skeleton, proposals, []);
}

/** Adds what is new to a file that is there. */
export function extendedFile(present: string, proposals: readonly TypeProposal[], typesThere: ReadonlySet<string>): ProposedFile {
  const missing = proposals.filter(({ objectType }) => !typesThere.has(objectType));
  return added(present, proposals, missing.map((proposal) => ({ path: ['objects'], lines: typeLines(proposal) })));
}

function added(base: string, proposals: readonly TypeProposal[], first: readonly FileAddition[]): ProposedFile {
  const withColumns = proposals.filter(({ columns }) => columns.length > 0);
  const additions = withColumns.map(({ objectType, columns }): FileAddition => ({ path: ['objects', objectType, 'properties'], lines: columns.flatMap(columnLines) }));
  // A map of comments alone is no map.
  const usable = additions.filter(({ lines }) => lines.some((line) => !line.startsWith('#')));
  const comments = additions.filter((addition) => !usable.includes(addition)).map(({ path, lines }): FileAddition => ({ path: path.slice(0, -1), lines: ['# properties:', ...lines.map((line) => (line.startsWith('#') ? `#   ${line.slice(2)}` : line))] }));
  const { text: edited, skipped } = addToFile(base, [...first, ...usable, ...comments]);
  const done = withColumns.filter(({ objectType }) => !skipped.some(({ path }) => path[1] === objectType));
  return {
    text: remember(edited, done.flatMap(({ columns }) => columns.flatMap(({ column, sourceObjects }) => sourceObjects.map((object) => proposalName(object, column))))),
    skipped,
    added: Object.fromEntries(done.map(({ objectType, columns }) => [objectType, columns.filter(({ advice }) => advice !== 'suggest').length])),
  };
}

function typeLines({ objectType, surveys }: TypeProposal): readonly string[] {
  return [`${objectType}:`, ...surveys.flatMap(surveyLines).map((line) => `  # ${onOneLine(line)}`), `  onMatch: fill-blanks # of records that the portal has already: fill-blanks | overwrite | leave`];
}

function surveyLines({ sourceObject, rowCount, columnCount, mapped, structuralCount, emptyCount, systemCount, yoursCount }: ObjectSurvey): readonly string[] {
  const parts = [`${mapped.length} known`, `${structuralCount} for ids and associations`, `${systemCount} kept by Salesforce itself`, `${emptyCount} empty`, ...(yoursCount > 0 ? [`${yoursCount} in lines of yours`] : []), `${columnCount - mapped.length - structuralCount - systemCount - emptyCount - yoursCount} others`];
  return [`${sourceObject}: ${rowCount.toLocaleString('en-US')} rows, ${columnCount} columns: ${parts.join(', ')}. The known ones:`, ...mapped.map(({ column, properties }) => `  ${column} → ${properties.join(', ')}`)];
}

/** Headings and labels are other people's texts: a line break in one must not become a line of the file. */
const onOneLine = (line: string): string => line.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

function columnLines(proposal: ColumnProposal): readonly string[] {
  return linesOf(proposal).map(onOneLine);
}

function linesOf({ column, sourceObjects, filledCount, sample, guess, made, advice }: ColumnProposal): readonly string[] {
  const shapes = sample === null || sample.shapes.length === 0 ? '' : `, written ${sample.shapes.map((shape) => JSON.stringify(shape)).join(' ')}`;
  const found = `# ${sourceObjects.map((object) => `${object}.${column}`).join(', ')}: ${filledCount.toLocaleString('en-US')} filled${shapes}`;
  const typed = sample === null ? '' : `${sample.reason}${sample.filledCount < filledCount ? ` in the first ${sample.rowCount.toLocaleString('en-US')} rows` : ''}`;
  const make = `${made.property}: { from: ${text(column)}, create: { type: ${made.type}, label: ${text(made.label)} } }`;
  const map = guess === null ? [] : [`${guess.property}: ${text(column)}`];
  const why = guess === null ? '' : `"${guess.label}" is like it (${guess.confidence}: ${guess.reason})`;
  switch (advice) {
    case 'map':
      return [`${found}; ${why}`, ...map];
    case 'make':
      return [`${found}; a new property: ${typed}`, ...dateHint(column, sample), ...(guess === null ? [] : [`# or: ${map.join('')} # ${why}`]), make];
    case 'suggest':
      return [`${found}; not moved unless you take one of these`, ...map.map((line) => `# ${line} # ${why}`), `# ${make}`];
  }
}

/** Shapes of days that are not in ISO 8601: a person who sees one knows the picture of it. */
const DAY_SHAPE = /^(9{1,2}|9\+)([./-])(9{1,2}|9\+)\2(9999|99|9\+)$/;

function dateHint(column: string, sample: ColumnProposal['sample']): readonly string[] {
  const separator = sample?.shapes.length === undefined || sample.shapes.length === 0 || sample.type !== 'string' ? undefined : sample.shapes.map((shape) => DAY_SHAPE.exec(shape)?.[2]).find((found) => found !== undefined);
  return separator === undefined ? [] : [`# or a date: create: { type: date } and, under source, dateFormats: { ${text(column)}: ${['dd', 'MM', 'yyyy'].join(separator)} } or whatever the order is`];
}

/** As a YAML scalar on one line, within braces too. JSON's texts are YAML's. */
const text = (value: string): string => (/^(\.{0,2}\/)?[A-Za-z][\w ./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$|[ .]$/i.test(value) ? value : JSON.stringify(value));

/** Columns that earlier runs proposed, as the file says. */
export function proposedBefore(present: string): ReadonlySet<string> {
  const lines = present.split(/\r?\n/);
  const at = lines.indexOf(MEMORY);
  const own = at === -1 ? [] : lines.slice(at + 1);
  const end = own.findIndex((line) => !line.startsWith(MEMORY_LINE));
  return new Set((end === -1 ? own : own.slice(0, end)).flatMap((line) => line.slice(MEMORY_LINE.length).split(/,\s*/)).filter((name) => name !== ''));
}

const NAMES_A_LINE = 8;

/** The list stands at the end of the file, and is the only part of it that is ever written anew. */
function remember(present: string, names: readonly string[]): string {
  if (names.length === 0) {
    return present;
  }
  const all = [...new Set([...proposedBefore(present), ...names])];
  const listed = Array.from({ length: Math.ceil(all.length / NAMES_A_LINE) }, (_, at) => `${MEMORY_LINE}${all.slice(at * NAMES_A_LINE, (at + 1) * NAMES_A_LINE).join(', ')}`);
  return [...withoutMemory(present), MEMORY, ...listed, ''].join(present.includes('\r\n') ? '\r\n' : '\n');
}

function withoutMemory(present: string): readonly string[] {
  const lines = present.split(/\r?\n/);
  const at = lines.indexOf(MEMORY);
  if (at === -1) {
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  }
  const behind = lines.slice(at + 1);
  const end = behind.findIndex((line) => !line.startsWith(MEMORY_LINE));
  const kept = [...lines.slice(0, at), ...(end === -1 ? [] : behind.slice(end))];
  return kept.at(-1) === '' ? kept.slice(0, -1) : kept;
}

/** Does the text look like a migration file, if perhaps one with mistakes? Anything else is not ours to write to. */
export function isMigrationFile(present: string): boolean {
  const document = parseDocument(present);
  return document.errors.length === 0 && isMap(document.contents) && document.has('source') && document.has('target');
}

/** Object types that the file has something to say of. */
export function typesIn(present: string): ReadonlySet<string> {
  const objects = parseDocument(present).get('objects');
  return new Set(isMap(objects) ? objects.items.map(({ key }) => String(key)) : []);
}

export const isSimulated = (findings: readonly Finding[]): boolean => findings.some(({ code }) => code === SIMULATED_PORTAL);
