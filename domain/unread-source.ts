/** What the source holds and nothing reads: named with its count, never passed over in silence. */
import type { Finding } from './finding';

export const UNREAD_COLUMN = 'unread-column';
export const UNREAD_OBJECT = 'unread-object';
/** Its finding is `info`: the file says so itself. */
export const COLUMN_NOT_MAPPED = 'not-mapped-by-file';
export const COLUMNS_WITHOUT_CONTENT = 'columns-without-content';

const info = (code: string, place: string, message: string, remedy: string, count: number): Finding => ({ code, severity: 'info', place, message, remedy, count });

/** Columns that Salesforce keeps for itself, computes from others, or repeats from others: nobody entered them. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set([
  ...['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'LastActivityDate', 'LastViewedDate', 'LastReferencedDate', 'LastCURequestDate', 'LastCUUpdateDate', 'LastTransferDate', 'PhotoUrl'],
  ...['Jigsaw', 'JigsawCompanyId', 'JigsawContactId', 'DandbCompanyId', 'IndividualId', 'OperatingHoursId', 'CleanStatus', 'IsExcludedFromRealign', 'IsCustomerPortal', 'CanAllowPortalSelfReg', 'HasOptedOutOfFax', 'IsUnreadByOwner'],
  ...['BillingAddress', 'ShippingAddress', 'MailingAddress', 'OtherAddress', 'Address', 'Latitude', 'Longitude', 'GeocodeAccuracy'],
  ...['StageSortOrder', 'ExpectedRevenue', 'ForecastCategory', 'ForecastCategoryName', 'Fiscal', 'FiscalYear', 'FiscalQuarter', 'HasOpportunityLineItem', 'HasOpenActivity', 'HasOverdueTask', 'PushCount'],
  ...['LastAmountChangedHistoryId', 'LastCloseDateChangedHistoryId', 'IsExcludedFromTerritory2Filter', 'IsPriorityRecord', 'IsEmailBounced'],
]);

/** People's names stand in their parts too. */
export const isSystemColumn = (sourceObject: string, column: string): boolean =>
  SYSTEM_COLUMNS.has(column) || /(Latitude|Longitude|GeocodeAccuracy)$/.test(column) || (column === 'Name' && (sourceObject === 'Contact' || sourceObject === 'Lead'));

/**
 * One finding for each column with data that no rule, link or identity reads; one for all columns of the object that are empty or the source's own.
 * @param filled number of filled cells by column
 * @param heldBack columns whose property the migration file takes out
 */
export function unreadColumns(sourceObject: string, filled: Readonly<Record<string, number>>, readColumns: ReadonlySet<string>, heldBack: ReadonlySet<string> = new Set()): readonly Finding[] {
  const all = Object.entries(filled).filter(([column]) => !readColumns.has(column));
  const byFile = all.filter(([column, count]) => count > 0 && heldBack.has(column)).sort(([a], [b]) => (a < b ? -1 : 1));
  const unread = all.filter((one) => !byFile.includes(one));
  const empty = unread.filter(([, count]) => count === 0).length;
  const system = unread.filter(([column, count]) => count > 0 && isSystemColumn(sourceObject, column));
  const withData = unread.filter(([column, count]) => count > 0 && !isSystemColumn(sourceObject, column)).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [...(empty === 0 ? [] : [`${empty} empty that no rule reads`]), ...(system.length === 0 ? [] : [`${system.length} that Salesforce keeps or computes itself`])];
  return [
    ...byFile.map(([column, count]) => info(COLUMN_NOT_MAPPED, `${sourceObject}.${column}`, `${sourceObject}.${column} is filled in ${count} row${count === 1 ? '' : 's'} and is left out by your file.`, '', count)),
    ...withData.map(([column, count]) => info(UNREAD_COLUMN, `${sourceObject}.${column}`, `${sourceObject}.${column} is filled in ${count} row${count === 1 ? '' : 's'} and is not moved.`, 'To move it, map it to a property in the migration file.', count)),
    ...(parts.length === 0 ? [] : [info(COLUMNS_WITHOUT_CONTENT, sourceObject, `Of ${sourceObject} ${empty + system.length} column${empty + system.length === 1 ? ' is' : 's are'} left out: ${parts.join(', and ')}.`, 'Nothing, unless you miss one: then map it to a property in the migration file.', empty + system.length)]),
  ];
}

/** One finding for each file that is not read. */
export function unreadObjects(unread: readonly { readonly name: string; readonly object: string | null; readonly rowCount: number }[]): readonly Finding[] {
  return unread.map(({ name, object, rowCount }) =>
    info(UNREAD_OBJECT, name, object === null ? `${name} holds no object that is known and is not moved.` : `${name} holds ${object}, which this version does not move.`, 'Nothing, unless you miss it: it stays in the source.', rowCount),
  );
}

/** An object that could be moved, and that the migration file does not name. */
export const objectLeftAlone = (sourceObject: string, objectType: string, rowCount: number): Finding =>
  info(UNREAD_OBJECT, sourceObject, `${sourceObject} is not moved: objects.${objectType}.from does not name it.`, `Nothing, if that is meant; else add ${sourceObject} to objects.${objectType}.from.`, rowCount);
