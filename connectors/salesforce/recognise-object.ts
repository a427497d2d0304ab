/**
 * Which object a file holds, told by its ids and headings, whatever the file is called. Pure.
 */
import type { TableDescription } from '../../domain/name-links';
import { tableColumns } from './described-table';
import type { FileCensus } from './file-census';
import { dominant } from './file-census';
import { columnsOf, isDeclaredObject, isReadObject, objectOfPrefix, OBJECTS_WITH_COLUMNS, prefixOfObject, READ_OBJECTS } from './objects';
import type { ReadObject } from './objects';

export type Recognition =
  | { readonly kind: 'read'; readonly object: ReadObject }
  /** An object that is not read, or none that is known. */
  | { readonly kind: 'unread'; readonly object: string | null }
  | { readonly kind: 'problem'; readonly code: 'missing-id-column' | 'missing-named-id' | 'wrong-id-prefix' | 'invalid-ids' | 'report-export' | 'unknown-object'; readonly object: string };

/** Columns that nearly every object has: they tell nothing. */
const COMMON: ReadonlySet<string> = new Set(['id', 'isdeleted', 'name', 'ownerid', 'createddate', 'createdbyid', 'lastmodifieddate', 'lastmodifiedbyid', 'systemmodstamp', 'currencyisocode']);

/** Headings that reports of Salesforce have: labels of its user interface instead of API names. Labels that any CRM uses are left out. */
const REPORT_LABELS: ReadonlySet<string> = new Set([
  ...['account name', 'account id', 'account owner', 'parent account', 'contact id', 'contact owner', 'opportunity name', 'opportunity id', 'opportunity owner'],
  ...['lead id', 'lead owner', 'billing street', 'billing city', 'billing state/province', 'billing zip/postal code', 'billing country', 'mailing street', 'mailing city'],
  ...['mailing state/province', 'mailing zip/postal code', 'mailing country', 'shipping street', 'shipping city', 'probability (%)', 'fiscal period'],
]);

/** So many columns must be an object's own, and such a share of all that are standard, before headings alone name it. */
const ENOUGH_COLUMNS = 3;
const ENOUGH_SHARE = 0.7;

const matchCount = (object: string, telling: readonly string[]): number => telling.filter((heading) => columnsOf(object).has(heading)).length;

/** The object whose columns these are, or null when they could be several objects' or nobody's. */
function objectOfHeadings(telling: readonly string[]): string | null {
  const ranked = OBJECTS_WITH_COLUMNS.map((object) => ({ object, matches: matchCount(object, telling) })).sort((a, b) => b.matches - a.matches);
  const [best, second] = ranked;
  const isClear = best !== undefined && best.matches >= ENOUGH_COLUMNS && best.matches >= telling.length * ENOUGH_SHARE && best.matches > (second?.matches ?? 0);
  return isClear ? best.object : null;
}

/** The object that a file is called after (`Account.csv`, `accounts_2.csv`): a hint only, where ids and headings are silent. */
function objectOfFileName(fileName: string): ReadObject | null {
  const words = fileName.toLowerCase().replace(/\.[^.]*$/, '');
  const named = READ_OBJECTS.filter((object) => words.startsWith(object.toLowerCase()) || words.startsWith(object.toLowerCase().replace(/y$/, 'ies')));
  return named.sort((a, b) => b.length - a.length)[0] ?? null;
}

const isTelling = (heading: string): boolean => heading !== '' && !COMMON.has(heading) && !heading.endsWith('__c') && !heading.endsWith('__pc');

/** What the migration file says of a file. */
export interface Declaration {
  readonly object: string;
  /** Null where nothing but the object is said: its headings are Salesforce's. */
  readonly description: TableDescription | null;
}

/**
 * @param fileName a hint for files without ids
 * @param declared what the migration file says of this file, or null
 * @param headings as written
 */
export function recogniseObject(fileName: string, declared: Declaration | null, headings: readonly string[], census: FileCensus): Recognition {
  const lower = headings.map((heading) => heading.trim().toLowerCase());
  const telling = lower.filter(isTelling);
  const reportLabels = lower.filter((heading) => REPORT_LABELS.has(heading)).length;
  if (census.hasReportFooter || (census.idColumn === -1 && reportLabels >= 2 && !declared?.description)) {
    return { kind: 'problem', code: 'report-export', object: declared?.object ?? '' };
  }
  if (declared !== null) {
    const { object, description } = declared;
    return isDeclaredObject(object) ? declaredObject(object, description, headings, census) : { kind: 'problem', code: 'unknown-object', object };
  }
  const byHeadings = objectOfHeadings(telling);
  const byName = objectOfFileName(fileName);
  const expected = byHeadings ?? (byName !== null && matchCount(byName, telling) > 0 ? byName : null);
  if (census.idColumn === -1) {
    return isReadObject(expected) ? { kind: 'problem', code: 'missing-id-column', object: expected } : { kind: 'unread', object: expected };
  }
  if (census.idCount === 0) {
    const object = expected ?? byName;
    return isReadObject(object) ? { kind: 'read', object } : { kind: 'unread', object };
  }
  return objectOfIds(census, expected, telling);
}

function declaredObject(object: ReadObject, description: TableDescription | null, headings: readonly string[], census: FileCensus): Recognition {
  if (description?.id !== undefined) {
    return tableColumns(object, headings, description).idAt === -1 ? { kind: 'problem', code: 'missing-named-id', object } : { kind: 'read', object };
  }
  if (census.idColumn === -1) {
    return { kind: 'problem', code: 'missing-id-column', object };
  }
  const fitting = census.prefixCounts.get(prefixOfObject(object) ?? '') ?? 0;
  if (census.idCount === 0 || fitting * 2 > census.idCount) {
    return { kind: 'read', object };
  }
  return { kind: 'problem', code: census.validIdCount * 2 >= census.idCount ? 'wrong-id-prefix' : 'invalid-ids', object };
}

function objectOfIds(census: FileCensus, expected: string | null, telling: readonly string[]): Recognition {
  const prefix = dominant(census.prefixCounts, census.idCount);
  if (prefix === null) {
    const damagedPrefix = dominant(census.damagedPrefixCounts, census.idCount);
    const object = (damagedPrefix === null ? null : objectOfPrefix(damagedPrefix)) ?? expected;
    if (!isReadObject(object) || (telling.length > 0 && matchCount(object, telling) === 0)) {
      return { kind: 'unread', object: expected };
    }
    return { kind: 'problem', code: census.validIdCount * 2 >= census.idCount ? 'wrong-id-prefix' : 'invalid-ids', object };
  }
  const byPrefix = objectOfPrefix(prefix);
  // A prefix is trusted unless headings, or the file's name with some of them, are plainly another object's: then a wrong column was exported as Id.
  const prefixIsPlausible = byPrefix !== null && (columnsOf(byPrefix).size === 0 || expected === null || matchCount(byPrefix, telling) * 2 > matchCount(expected, telling));
  if (!prefixIsPlausible && isReadObject(expected)) {
    return { kind: 'problem', code: 'wrong-id-prefix', object: expected };
  }
  return isReadObject(byPrefix) ? { kind: 'read', object: byPrefix } : { kind: 'unread', object: byPrefix };
}
