/**
 * What can be wrong with a folder of exported files, in words for the person who has to mend it. Names of files and headings may be quoted, cell values never.
 */
import type { Finding } from '../../domain/finding';
import type { CsvProblem } from '../csv/inspect-csv-file';
import type { ZipObstacle } from '../csv/zip-file';
import { DECLARED_OBJECTS, prefixOfObject, READ_OBJECTS } from './objects';
import type { Recognition } from './recognise-object';

/** The command line ends with 3 for mistakes in configuration, source or mapping. */
export const SOURCE_EXIT_CODE = 3;

const error = (code: string, place: string, message: string, remedy: string): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode: SOURCE_EXIT_CODE });
const warning = (code: string, place: string, message: string, remedy: string, count = 1): Finding => ({ code, severity: 'warning', place, message, remedy, count });

const EXPORT_AGAIN = 'Export the data again (Salesforce Setup → Data Export, or Data Loader → Export) and put the new file in its place.';

export const folderMissing = (folder: string): Finding => error('folder-missing', folder, 'The source folder does not exist or cannot be opened.', 'Correct source.files in the migration file, or make the folder readable.');
export const notAFolder = (folder: string): Finding => error('not-a-folder', folder, 'source.files names a file that is neither a folder nor a zip.', 'Put the exported CSV files into a folder of their own and name that folder.');
export const noKnownFile = (folder: string): Finding =>
  error('no-known-file', folder, 'The folder holds no file of an object that can be read.', `Put CSV exports of these objects there, each with its Id column: ${READ_OBJECTS.join(', ')}. For files with other headings say in source.objects what they mean.`);
export function unknownColumnName(object: string, name: string, nearest: string | null): Finding {
  return error('unknown-column', `source.objects.${object}.columns.${name}`, `${name} is no column of ${object} in Salesforce.`, nearest === null ? 'Use a column of Salesforce, or one that ends in __c; or map the heading under properties.' : `Did you mean ${nearest}?`);
}
export function unknownHeading(object: string, setting: string, heading: string, nearest: string | null): Finding {
  return error('unknown-column', `source.objects.${object}.${setting}`, `No file of ${object} has a column ${heading}.`, nearest === null ? 'Correct the name of the column.' : `Did you mean ${nearest}?`);
}
export const fileMissing = (name: string): Finding => error('file-missing', name, 'source.objects names this file, but it is not in the folder.', 'Correct source.objects, or put the file there.');
export const fileUnreadable = (name: string): Finding => error('file-unreadable', name, 'The file cannot be opened.', 'Make the file readable for the user that runs the worker.');
export const spreadsheet = (name: string): Finding =>
  error('spreadsheet', name, 'This is a spreadsheet, not a data export: spreadsheets change ids, dates and leading zeros.', `Take it out of the folder. ${EXPORT_AGAIN}`);
export const zipArchive = (name: string, severity: 'error' | 'warning'): Finding => ({
  ...error('zip-archive', name, 'Archives other than zips are not read.', 'Unpack it into the source folder, then take the archive out.'),
  ...(severity === 'warning' ? { severity } : {}),
});
export const zipInZip = (place: string): Finding => warning('zip-in-zip', place, 'An archive within a zip is not read.', 'If it belongs to the export, unpack it and put it beside the zip.');
export const zipDamaged = (place: string): Finding => error('zip-damaged', place, 'The zip is damaged or not complete: what it holds is not what it declares.', 'Download it once more (Salesforce Setup → Data Export) and put it in place of this one.');
export const zipTooLarge = (name: string, limitBytes: number, limitTables: number): Finding =>
  error('zip-too-large', name, `The tables of the zip would come to more than ${limitBytes.toLocaleString('en')} bytes unpacked, or to more than ${limitTables.toLocaleString('en')}: no export of Salesforce does.`, 'Make sure that it is the export. If it is, unpack it into a folder and name that in source.files.');
export function zipObstacle(place: string, obstacle: ZipObstacle): Finding {
  switch (obstacle) {
    case 'encrypted':
      return error('zip-encrypted', place, 'The entry is encrypted, and no password is ever asked for.', 'Unpack the zip with its password, and put the CSV files into the folder in its place.');
    case 'unknown-method':
      return error('zip-unknown-method', place, 'The entry is packed by a method other than deflate.', 'Unpack the zip, and put the CSV files into the folder in its place.');
    case 'unsafe-name':
      return error('zip-unsafe-name', place, 'The zip holds a name that leads out of its folder: no export of Salesforce does, so that somebody made or changed it.', 'Do not use it. Download the export from Salesforce.');
  }
}
export const fileTwice = (name: string, first: string, second: string): Finding =>
  error('file-twice', name, `The file is there twice, in ${first} and in ${second}, and nothing says which one counts.`, 'Take one of the two away: parts of one export have different files, so that two exports probably lie side by side.');
export const otherFile = (name: string): Finding => ({ code: 'file-not-read', severity: 'info', place: name, message: 'The file is not a CSV file and is not read.', remedy: 'Nothing, unless it holds data: then export it as CSV.', count: 1 });
export const folderNotRead = (name: string, count: number): Finding =>
  warning('folder-not-read', name, 'Folders within the source are not read, and this one holds CSV files.', 'Move the files that belong to the export up into the source folder (those of a zip: unpacked).', count);
export const undefinedCharacters = (name: string, count: number): Finding =>
  warning('undefined-characters', name, 'The file holds bytes that its encoding (Windows-1252) does not define. Each is read as the replacement character.', 'Export the file as UTF-8 if those texts matter.', count);
export const mixedEncodings = (name: string, count: number): Finding =>
  warning('mixed-encodings', name, 'The file is not UTF-8 as a whole but holds UTF-8 text, so letters with accents will look wrong.', 'Export the file as UTF-8.', count);

/** Finding for a file whose bytes or rows cannot be relied on. For a file that would not be read anyway it is a warning. */
export function fileProblem(name: string, { code, line }: CsvProblem, severity: 'error' | 'warning'): Finding {
  const place = line === null ? name : `${name}:${line}`;
  const finding = ((): Finding => {
    switch (code) {
      case 'empty':
        return warning('file-empty', place, 'The file has no heading row.', EXPORT_AGAIN);
      case 'undecodable':
        return error('file-undecodable', place, 'The file cannot be decoded: it holds bytes that are not text in its encoding.', 'Export it as UTF-8 CSV, and check that it was not damaged on its way.');
      case 'truncated':
        return error('file-truncated', place, 'The file ends in the middle of a row: it is not complete.', `Copy or download it once more. ${EXPORT_AGAIN}`);
      case 'row-too-long':
        return error('row-too-long', place, 'A row does not end: a quotation mark is probably never closed.', EXPORT_AGAIN);
    }
  })();
  return severity === 'error' || finding.severity === 'warning' ? finding : warning(finding.code, finding.place, finding.message, 'Nothing: this file is not read.');
}

export function recognitionProblem(name: string, { code, object }: Extract<Recognition, { kind: 'problem' }>): Finding {
  switch (code) {
    case 'missing-id-column':
      return error('missing-id-column', `${name}:1`, `The file looks like ${object} but has no Id column.`, 'Export it again with the Id column, or take it out of the folder if it is something else.');
    case 'missing-named-id':
      return error('missing-id-column', `${name}:1`, `The file has no column of the name that source.objects.${object}.id says.`, 'Correct the name of the column there.');
    case 'wrong-id-prefix':
      return error(
        'wrong-id-prefix',
        name,
        `The file looks like ${object}, but most ids in its Id column do not begin with ${prefixOfObject(object) ?? '?'}: they are another object's.`,
        'Export the object’s own id as the column Id, or correct source.objects.',
      );
    case 'invalid-ids':
      return error(
        'invalid-ids',
        name,
        `The file looks like ${object}, but most cells of its Id column are no Salesforce ids (wrong length, or check characters that do not fit).`,
        'A spreadsheet or a tool without regard to upper and lower case has probably changed them. Use the file as Salesforce exported it.',
      );
    case 'report-export':
      return error('report-export', name, 'This is the export of a report: its headings are labels and it has no complete ids.', `Take it out of the folder. ${EXPORT_AGAIN}`);
    case 'unknown-object':
      return error('unknown-object', name, `source.objects names an object that cannot be read: ${object}.`, `Use one of ${DECLARED_OBJECTS.join(', ')}.`);
  }
}
