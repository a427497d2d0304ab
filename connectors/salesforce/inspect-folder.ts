import { createHash } from 'node:crypto';
import type { Finding } from '../../domain/finding';
import type { MigrationDefinition } from '../../domain/migration-definition.schema';
import { descriptionOf, filesOf } from '../../domain/name-links';
import { nearestWord } from '../../domain/nearest-word';
import type { SourceFile, SourceInspection, SourceObject } from '../../domain/source-inspection';
import { inspectCsvFile } from '../csv/inspect-csv-file';
import type { CsvInspection } from '../csv/inspect-csv-file';
import type { CsvLimits } from '../csv/read-csv-rows';
import { DamagedZipError, isFileError } from '../csv/zip-file';
import { missingHeadings, tableColumns, unknownNames } from './described-table';
import { dialectOf, FileCensus } from './file-census';
import { fileProblem, fileUnreadable, mixedEncodings, noKnownFile, recognitionProblem, undefinedCharacters, unknownColumnName, unknownHeading, zipDamaged } from './findings';
import { archiveFindings, listFolder } from './list-folder';
import type { ListedTable } from './list-folder';
import type { ZipLimits } from './list-zip-tables';
import { columnsOf, DECLARED_OBJECTS } from './objects';
import { recogniseObject } from './recognise-object';
import type { Declaration, Recognition } from './recognise-object';

/** What the migration file says of files, by object. */
export type DeclaredObjects = MigrationDefinition['source']['objects'];

interface InspectedFile extends ListedTable {
  readonly csv: CsvInspection;
  readonly census: FileCensus;
  readonly recognition: Recognition;
}

/** Looks at every file of a folder, and of the zips in it, one after the other, each read once. Never throws for what a person can mend: that is a finding. */
export async function inspectFolder(folder: string, declaredObjects: DeclaredObjects, limits: CsvLimits & ZipLimits, signal: AbortSignal): Promise<SourceInspection> {
  const declared = new Map(Object.entries(declaredObjects).flatMap(([object, table]) => filesOf(table).map((name): [string, Declaration] => [name, { object, description: descriptionOf(declaredObjects, object, name) }])));
  const listing = await listFolder(folder, [...declared.keys()], limits, signal);
  const findings: Finding[] = [...listing.findings];
  const files: InspectedFile[] = [];
  for (const table of listing.tables) {
    const file = await inspectFile(table, declared.get(table.name) ?? null, limits, signal);
    if ('severity' in file) {
      findings.push(file);
    } else {
      files.push(file);
      findings.push(...fileFindings(file));
    }
  }
  const objects = DECLARED_OBJECTS.flatMap((object) => sourceObject(object, declaredObjects, files));
  findings.push(...objects.flatMap((object) => headingFindings(object, declaredObjects)));
  findings.push(...archiveFindings(listing.archives, objects.length === 0 ? 'error' : 'warning'));
  if (objects.length === 0 && !findings.some(({ severity }) => severity === 'error')) {
    findings.push(noKnownFile(folder));
  }
  const unread = files.flatMap(({ name, csv, recognition }) => (isUsable(csv, recognition) ? [] : [{ name, object: recognition.object === '' ? null : recognition.object, rowCount: csv.rowCount }]));
  return { objects, unread, findings, digest: digestOf(objects) };
}

async function inspectFile(table: ListedTable, declared: Declaration | null, limits: CsvLimits, signal: AbortSignal): Promise<InspectedFile | Finding> {
  let census = new FileCensus([]);
  const observe = (headings: readonly string[]): ((row: Parameters<FileCensus['take']>[0]) => void) => {
    census = new FileCensus(headings);
    return (row) => census.take(row);
  };
  try {
    const csv = await inspectCsvFile(table.bytes, observe, limits, signal);
    return { ...table, csv, census, recognition: recogniseObject(table.name, declared, csv.headings, census) };
  } catch (error) {
    if (error instanceof DamagedZipError) {
      return zipDamaged([table.archive, table.name].filter((part) => part !== '').join('/'));
    }
    // Anything else (an abort, a bug) is not about the file.
    if (isFileError(error)) {
      return fileUnreadable(table.name);
    }
    throw error;
  }
}

const isUsable = (csv: CsvInspection, recognition: Recognition): recognition is Extract<Recognition, { kind: 'read' }> => recognition.kind === 'read' && csv.problem === null;

/** Damage may hide what a file is: only one that is plainly something else may be damaged without ending the run. */
function isSurelyUnread({ csv, census, recognition }: InspectedFile): boolean {
  if (recognition.kind !== 'unread' || csv.problem?.code === 'undecodable') {
    return false;
  }
  return recognition.object !== null || (csv.headings.length > 1 && census.idColumn === -1) || census.idCount > 0;
}

function fileFindings(file: InspectedFile): readonly Finding[] {
  const { name, csv, recognition } = file;
  // A report ends in rows of one cell, and damaged bytes have no telling headings: what is nearer to the cause is said, and only that.
  if (recognition.kind === 'problem' && recognition.code === 'report-export') {
    return [recognitionProblem(name, recognition)];
  }
  if (csv.problem !== null && csv.problem.code !== 'empty') {
    return [fileProblem(name, csv.problem, isSurelyUnread(file) ? 'warning' : 'error')];
  }
  if (recognition.kind === 'problem') {
    return [recognitionProblem(name, recognition)];
  }
  if (csv.problem !== null) {
    return [fileProblem(name, csv.problem, 'warning')];
  }
  if (recognition.kind === 'unread') {
    return [];
  }
  return [
    ...(csv.undefinedCharacterCount > 0 ? [undefinedCharacters(name, csv.undefinedCharacterCount)] : []),
    ...(csv.strayUtf8Count > 0 ? [mixedEncodings(name, csv.strayUtf8Count)] : []),
  ];
}

/** The object with all its usable files, which stand in natural order of their names; empty when it has none. */
function sourceObject(object: string, declared: DeclaredObjects, files: readonly InspectedFile[]): readonly SourceObject[] {
  const own = files.filter(({ csv, recognition }) => isUsable(csv, recognition) && recognition.object === object);
  if (own.length === 0) {
    return [];
  }
  // Files without a sign of their own were written by whoever wrote the others.
  const dialect = dialectOf(own.map(({ census }) => census.dialectSigns)) ?? dialectOf(files.map(({ census }) => census.dialectSigns)) ?? 'data-loader';
  return [{ object, dialect, files: own.map((file, fileIndex) => sourceFile(object, declared, file, fileIndex)) }];
}

/** Names that the migration file gives to headings, or takes for headings, and that nothing has. */
function headingFindings({ object, files }: SourceObject, declared: DeclaredObjects): readonly Finding[] {
  const described = files.flatMap((file) => {
    const description = descriptionOf(declared, object, file.name);
    return description === null ? [] : [{ description, headings: file.headings }];
  });
  const [first] = described;
  if (first === undefined) {
    return [];
  }
  const { description } = first;
  const headings = described.map((file) => file.headings);
  return [
    ...unknownNames(object, description).map((name) => unknownColumnName(object, name, nearestWord(name, columnsOf(object).values()))),
    ...missingHeadings(description, headings).map(({ setting, heading }) => unknownHeading(object, setting, heading, nearestWord(heading, headings.flat()))),
  ];
}

function sourceFile(object: string, declared: DeclaredObjects, { name, archive, csv, census }: InspectedFile, fileIndex: number): SourceFile {
  const columns = tableColumns(object, csv.headings, descriptionOf(declared, object, name)).keys.flatMap((keys, at) => keys.map((key) => ({ name: key.name, filledCount: census.filledCounts[at] ?? 0 })));
  const { sizeBytes, digest, headings, rowCount } = csv;
  return { name, ...(archive === null ? {} : { archive }), fileIndex, ...csv.layout, sizeBytes, digest, headings, columns, rowCount };
}

function digestOf(objects: readonly SourceObject[]): string {
  const hash = createHash('sha256');
  for (const { object, files } of objects) {
    files.forEach(({ name, digest }) => hash.update(JSON.stringify([object, name, digest])));
  }
  return hash.digest('hex');
}
