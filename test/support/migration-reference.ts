/** The reference of the migration file, made from its schema and from the transforms themselves, so that it cannot say what the code does not do. */
import { parse } from 'yaml';
import { z } from 'zod';
import { applyTransform } from '../../domain/transforms/apply-transform';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { transformSchema } from '../../domain/transform.schema';

export const SCHEMA_FILE = 'docs/migration.schema.json';
export const REFERENCE_FILE = 'docs/migration-file.md';

/** The JSON Schema that editors read. */
export const migrationSchemaText = (): string =>
  `${JSON.stringify({ ...z.toJSONSchema(migrationDefinitionSchema, { io: 'input', reused: 'ref' }), title: 'Portage migration file' }, null, 2)}\n`;

type Node = z.core.JSONSchema.BaseSchema;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** What may stand there, in a word or two. */
function shapeOf(node: Node): string {
  const { anyOf, oneOf, type, items } = node;
  if (node.const !== undefined) {
    return code(JSON.stringify(node.const).replaceAll('"', ''));
  }
  if (node.enum !== undefined) {
    return node.enum.map((value) => code(String(value))).join(' ');
  }
  if (anyOf !== undefined || oneOf !== undefined) {
    return [...new Set([...(anyOf ?? []), ...(oneOf ?? [])].filter(isNode).map(shapeOf))].join(' or ');
  }
  if (type === 'array') {
    return isNode(items) ? `list of ${shapeOf(items)}` : 'list';
  }
  return { string: 'text', integer: 'number', object: 'settings', null: 'nothing' }[Array.isArray(type) ? 'string' : String(type)] ?? String(type);
}

const OBJECT_TYPES = ['companies', 'contacts', 'deals'];

interface SettingRow {
  readonly path: string;
  /** The other cells of its row. */
  readonly rest: string;
}

/** Every setting with its path, its shape, its default and what it is for. */
function settingRows(node: Node, path: string, required: boolean): readonly SettingRow[] {
  const members = membersOf(node);
  if (members.length === 0) {
    const { default: fallback } = node;
    const given = fallback === undefined ? (required ? 'needed' : '') : code(JSON.stringify(fallback).replaceAll('"', ''));
    return [{ path, rest: `${shapeOf(node)} | ${given} | ${node.description ?? ''} |` }];
  }
  return members.flatMap(([name, member]) => settingRows(member, path === '' ? name : `${path}.${name}`, node.required?.includes(name) ?? false));
}

const membersOf = (node: Node): readonly (readonly [string, Node])[] => Object.entries(node.properties ?? {}).flatMap(([name, member]) => (isNode(member) ? [[name, member] as const] : []));

function settingsTable(): string {
  const root: Node = z.toJSONSchema(migrationDefinitionSchema, { io: 'input' });
  const rows = settingRows(root, '', true);
  const isThere = (path: string, rest: string): boolean => rows.some((row) => row.path === path && row.rest === rest);
  // What all object types have alike is told once.
  const told = rows.map(({ path, rest }) => {
    const [, member = ''] = /^objects\.[a-z]+\.(.*)$/.exec(path) ?? [];
    return { path: member !== '' && OBJECT_TYPES.every((type) => isThere(`objects.${type}.${member}`, rest)) ? `objects.<type>.${member}` : path, rest };
  });
  return ['| setting | value | default | what it does |', '|---|---|---|---|', ...new Set(told.map(({ path, rest }) => `| ${code(path)} | ${rest}`))].join('\n');
}

/** Examples; what comes of them is computed. The source is in Berlin, the portal in New York. */
const EXAMPLES: readonly { readonly setting: string; readonly cells: readonly (string | readonly string[])[] }[] = [
  { setting: '{ kind: text }', cells: ['  as it stands ', '#N/A'] },
  { setting: '{ kind: case, to: title }', cells: ['JEAN-LUC O’NEIL'] },
  { setting: '{ kind: case, to: lower }', cells: ['ÉCOLE'] },
  { setting: '{ kind: street }', cells: ['1 Main St\nFloor 2'] },
  { setting: "{ kind: joined, separator: ', ' }", cells: [['Ann', '', 'Lee']] },
  { setting: '{ kind: name-part, part: first }', cells: ['Ann Maria Lee', 'Cher'] },
  { setting: '{ kind: name-part, part: last }', cells: ['Ann Maria Lee', 'Cher'] },
  { setting: '{ kind: email }', cells: ['Ann Lee <Ann@Acme.COM>', 'a@acme.com; b@acme.com', 'ann@acme'] },
  { setting: '{ kind: domain }', cells: ['https://www.acme.co.uk:8080/en', 'gmail.com', 'n/a'] },
  { setting: '{ kind: phone, country: DE }', cells: ['030 123456', '+1 (212) 736-5000', '030 123456 ext 5', 'see notes'] },
  { setting: '{ kind: phone, countryColumn: MailingCountry }', cells: [['030 123456', 'Deutschland']] },
  { setting: '{ kind: number }', cells: ['1234.50', '1.5E6', '1,234.50', '45%'] },
  { setting: '{ kind: number, decimal: point }', cells: ['$1,234.50', '($5)', '12,34,567', '1,5'] },
  { setting: '{ kind: number, decimal: comma }', cells: ['1.234,50 €', 'CHF 1 234,5', '1.234'] },
  { setting: '{ kind: number, decimal: either }', cells: ['$1,234.50', '1.234,50', '1,5', '1,234'] },
  { setting: '{ kind: number, percent: fraction }', cells: ['45%'] },
  { setting: '{ kind: bool }', cells: ['1', 'Checked', 'nein', 'maybe'] },
  { setting: "{ kind: bool, 'true': [active], 'false': [left, retired] }", cells: ['Active', 'retired', 'yes'] },
  { setting: '{ kind: day }', cells: ['2024-03-10', '2024-03-10 00:00:00', '2024-03-10T23:30:00Z', '03/04/2024'] },
  { setting: '{ kind: day, format: dd.MM.yyyy }', cells: ['31.12.2024', '12/31/2024'] },
  { setting: '{ kind: day, format: [d/M/yyyy, M/d/yyyy] }', cells: ['31/12/2024', '04/04/2024', '03/04/2024'] },
  { setting: '{ kind: day, format: excel }', cells: ['45631'] },
  { setting: '{ kind: day-at }', cells: ['2024-07-31', '2024-07-31 00:00:00', '2024-07-31 09:15:00'] },
  { setting: '{ kind: datetime }', cells: ['2024-07-31 09:15:00', '2024-07-31T09:15:00.000+0000', '2024-07-31'] },
  { setting: '{ kind: datetime, format: M/d/yyyy h:mm a }', cells: ['7/31/2024 9:15 PM'] },
  { setting: '{ kind: datetime, format: epoch-s }', cells: ['1722417300'] },
  { setting: '{ kind: datetime, timeZone: Asia/Tokyo }', cells: ['2024-07-31 09:15:00'] },
  { setting: '{ kind: multi }', cells: ['red;green;red'] },
  { setting: "{ kind: multi, separator: ',', semicolon: '/' }", cells: ['red, a;b'] },
  { setting: "{ kind: multi, separator: ',' }", cells: ['red, a;b'] },
  { setting: '{ kind: html }', cells: ['<p>Hi <b>Ann</b> &amp; Bo</p>', '<a href="https://acme.com">site</a>'] },
  { setting: '{ kind: country, to: code }', cells: ['Deutschland', 'U.S.A.', 'Narnia'] },
  { setting: '{ kind: country, to: name }', cells: ['DE', 'Suisse'] },
  { setting: '{ kind: state, to: name, countryColumn: MailingCountry }', cells: [['CA', 'USA'], ['WA', 'Australia']] },
];

const context = { sourceTimeZone: 'Europe/Berlin', portalTimeZone: 'America/New_York', dateAt: '12:00', ownerOf: () => null, stageOf: () => null, currencyOf: () => null, lookup: () => null };

const shown = (cell: string): string => code(cell.replaceAll('\n', '⏎').replaceAll('|', '\\|'));

function resultOf(setting: string, cells: readonly string[]): string {
  const transform = transformSchema.parse(parse(setting));
  const helper = 'countryColumn' in transform ? transform.countryColumn : undefined;
  const columns = cells.map((_, at) => (at > 0 && helper !== undefined ? helper : String(at)));
  const target = { name: 'x', type: 'string', options: null, isMultiple: true, rules: [] };
  const result = applyTransform({ columns, transform, target, dateFormats: {} }, (column) => cells[columns.indexOf(column)] ?? null, context);
  return result.kind === 'value' ? shown(result.value) : result.kind === 'blank' ? 'nothing' : `not written: ${code(result.code)}`;
}

function transformSections(): string {
  const root: Node = z.toJSONSchema(transformSchema, { io: 'input' });
  return (root.oneOf ?? root.anyOf ?? [])
    .filter(isNode)
    .map((node) => {
      const members = membersOf(node);
      const kind = String(members.find(([name]) => name === 'kind')?.[1].const);
      const parameters = members.filter(([name]) => name !== 'kind').map(([name, member]) => `- ${code(name)}: ${shapeOf(member)}${node.required?.includes(name) === true ? ', needed' : ''}${member.description === undefined ? '' : `. ${member.description}`}`);
      const examples = EXAMPLES.filter(({ setting }) => new RegExp(`kind: ${kind}[ ,]`).test(setting));
      if (examples.length === 0) {
        throw new Error(`The reference has no example of ${kind}.`);
      }
      const rows = examples.flatMap(({ setting, cells }) => cells.map((cell) => [cell].flat()).map((cell, at) => `| ${at === 0 ? code(setting) : ''} | ${cell.map((one) => (one === '' ? 'empty' : shown(one))).join(', ')} | ${resultOf(setting, cell)} |`));
      return [`### ${kind}`, '', node.description ?? '', '', ...(parameters.length > 0 ? [...parameters, ''] : []), '| transform | cell | written |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

/** The page with its generated parts made anew; what stands between them is kept. */
export function referenceText(page: string): string {
  const part = (text: string, name: string, content: string): string => {
    const [open, close] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from < 0 || to < from) {
      throw new Error(`The page has no place for ${name}.`);
    }
    return `${text.slice(0, from)}${open}\n${content}\n${text.slice(to)}`;
  };
  return part(part(page, 'settings', settingsTable()), 'transforms', transformSections());
}
