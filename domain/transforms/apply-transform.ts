/** What a rule of a mapping makes of the cells of a row. Pure; portal and source enter by the context. */
import { BLANK, leftOutCell, valueOf } from '../cell-transforms';
import type { CellResult, MappingContext } from '../cell-transforms';
import { parseEmailCell } from '../email-address';
import type { CompiledRule, TableTransform } from '../field-mapping';
import type { TransformSetting } from '../transform.schema';
import { domainOfWebsite, isSharedHost } from '../web-domain';
import { boolOf, byRange, byTable, severalOf } from './choice-cells';
import { dayAtOf, dayOf, datetimeOf } from './date-cells';
import { numberOf } from './number-cells';
import { phoneOf } from './phone-cells';
import { countryCodeOf, countryOf, stateOf } from './place-cells';
import { filledTemplate, fitted, htmlText, inCase, isNullToken, joined, namePart, street } from './text-cells';

/** What one cell is read with: the context, the row it stands in, and how its column writes dates. */
interface Reading {
  readonly context: MappingContext;
  readonly cellOf: (column: string) => string | null;
  readonly dateFormats: readonly string[] | null;
  readonly target: CompiledRule['target'];
}

/** @param cellOf the cell of a column of the row; null where there is nothing */
export function applyTransform(rule: Pick<CompiledRule, 'columns' | 'transform' | 'target' | 'dateFormats'>, cellOf: (column: string) => string | null, context: MappingContext): CellResult {
  const { transform } = rule;
  if (isReadTogether(transform)) {
    return readTogether(transform, rule.columns.map(cellOf), context);
  }
  const [column, text] = firstFilled(rule, cellOf);
  if (column === null) {
    return text === '' ? BLANK : leftOutCell('null-token');
  }
  const reading: Reading = { context, cellOf, target: rule.target, dateFormats: rule.dateFormats[column] ?? null };
  switch (transform.kind) {
    case 'owner-id':
      return valueOf(context.ownerOf(text)?.targetId);
    case 'owner-name':
      return valueOf(context.ownerOf(text)?.name ?? text);
    case 'ranges':
      return byRange(text, transform.ranges);
    case 'lookup': {
      const found = context.lookup(transform.through, text, transform.column)?.trim() ?? '';
      return found === '' || isNullToken(found) ? BLANK : readCell(found, transform.of ?? { kind: 'text' }, reading);
    }
    default:
      return readCell(text, transform, reading);
  }
}

/** Of the columns, without those that only help to read the others, the first that holds something; else null, with a token for nothing where there is one. */
function firstFilled({ columns, transform }: Pick<CompiledRule, 'columns' | 'transform'>, cellOf: (column: string) => string | null): readonly [column: string | null, text: string] {
  const helper = 'countryColumn' in transform ? transform.countryColumn : undefined;
  let token = '';
  for (const column of columns) {
    const text = column === helper ? '' : (cellOf(column)?.trim() ?? '');
    if (text !== '' && !isNullToken(text)) {
      return [column, text];
    }
    token ||= text;
  }
  return [null, token];
}

/** What needs no cell, or all of them at once. */
type Together = Extract<CompiledRule['transform'], { kind: 'constant' | 'currency' | 'pipeline' | 'stage' | 'joined' | 'template' }>;
const TOGETHER: ReadonlySet<string> = new Set<Together['kind']>(['constant', 'currency', 'pipeline', 'stage', 'joined', 'template']);
const isReadTogether = (transform: CompiledRule['transform']): transform is Together => TOGETHER.has(transform.kind);

function readTogether(transform: Together, cells: readonly (string | null)[], context: MappingContext): CellResult {
  switch (transform.kind) {
    case 'constant':
      return valueOf(transform.value);
    case 'currency':
      return valueOf(context.currencyOf(cells[0]?.trim() ?? null));
    case 'pipeline':
      return isBlank(cells[0]) ? BLANK : valueOf(context.stageOf(cells)?.pipelineId);
    case 'stage':
      return isBlank(cells[0]) ? BLANK : valueOf(context.stageOf(cells)?.stageId, 'stage');
    case 'joined':
      return joined(cells, transform.separator ?? ' ');
    case 'template':
      return filledTemplate(transform.parts, cells);
  }
}

const isBlank = (cell: string | null | undefined): boolean => (cell?.trim() ?? '') === '';

/** @param text trimmed, and something */
function readCell(text: string, transform: TransformSetting | TableTransform, reading: Reading): CellResult {
  return transform.kind === 'table' ? readByTable(text, transform, reading) : readSetting(text, transform, reading);
}

function readByTable(text: string, table: TableTransform, reading: Reading): CellResult {
  if (table.of?.kind === 'multi') {
    return severalOf(text, { separator: table.of.separator ?? ';', semicolon: table.of.semicolon ?? null, table }, optionsOf(reading));
  }
  const read = table.of === undefined ? valueOf(text) : readSetting(text, table.of, reading);
  return read.kind === 'value' ? byTable(read.value, table, optionsOf(reading)) : read;
}

/** Is this one of the values that the target property is limited to? */
const optionsOf = ({ target }: Reading) => (wanted: string): boolean => target.options?.some(({ value }) => value === wanted) ?? false;

function readSetting(text: string, transform: TransformSetting, reading: Reading): CellResult {
  const { context, cellOf, dateFormats } = reading;
  switch (transform.kind) {
    case 'text':
      return fitted(text, transform.tooLong ?? 'drop');
    case 'case':
      return inCase(text, transform.to);
    case 'street':
      return street(text);
    case 'joined':
      return joined([text], transform.separator ?? ' ');
    case 'name-part':
      return namePart(text, transform.part);
    case 'email':
      return emailOf(text);
    case 'domain':
      return domainOf(text);
    case 'phone': {
      const country = transform.countryColumn === undefined ? null : countryCodeOf(cellOf(transform.countryColumn) ?? '');
      return phoneOf(text, country ?? transform.country ?? null);
    }
    case 'number':
      return numberOf(text, transform.decimal, transform.percent);
    case 'bool':
      return boolOf(text, transform.true, transform.false);
    case 'day':
      return dayOf(text, formatsOf(transform.format) ?? dateFormats, context);
    case 'day-at':
      return dayAtOf(text, formatsOf(transform.format) ?? dateFormats, context);
    case 'datetime':
      return datetimeOf(text, formatsOf(transform.format) ?? dateFormats, transform.timeZone === undefined ? context : { ...context, sourceTimeZone: transform.timeZone });
    case 'multi':
      return severalOf(text, { separator: transform.separator ?? ';', semicolon: transform.semicolon ?? null, table: null }, optionsOf(reading));
    case 'html':
      return htmlText(text, transform.tooLong ?? 'cut');
    case 'country':
      return countryOf(text, transform.to);
    case 'state':
      return stateOf(text, transform.to, cellOf(transform.countryColumn));
  }
}

const formatsOf = (format: string | readonly string[] | undefined): readonly string[] | null => (format === undefined ? null : [format].flat());

function domainOf(text: string): CellResult {
  const domain = domainOfWebsite(text);
  if (domain === null) {
    return leftOutCell('no-domain');
  }
  return isSharedHost(domain) ? leftOutCell('domain-shared') : valueOf(domain);
}

function emailOf(text: string): CellResult {
  const { email, others, isMalformed } = parseEmailCell(text);
  if (email === null) {
    return { kind: 'dropped', code: 'invalid-email', invalid: true };
  }
  return { kind: 'value', value: email, changed: others.length > 0 || isMalformed ? 'first-of-several' : null, others };
}
