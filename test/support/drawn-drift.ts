/** Draws what may happen to a plan's parts between the plan and its start: changes that matter, and changes that do not. */
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { MigrationDefinition } from '../../domain/migration-definition.schema';
import { canonicalJson } from '../../domain/plan-digest';
import type { PortalObject, PortalSnapshot } from '../../domain/portal-snapshot.schema';

/** From 0 up to 1, drawn from a seed. */
export type Random = () => number;

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

type Json = { [key: string]: unknown };

/** Settings of the file that say nothing of how a record is planned. */
const NOT_PLANNED = /^(quota|notify|rollbackWindowDays|source\.files)(\.|$)/;
const VALUES: readonly unknown[] = [
  'ask', 'create', 'leave-out', 'fill-blanks', 'overwrite', 'leave', 'drop-cell', 'leave-out-record', 'same-person', 'same-email', 'never', 'forward', 'set', 'off', 'by-record-type', 'single', 'refuse', 'accept', 'all', 'none', 'leave-empty',
  'add-option', 'another', 'Title', 'MailingCity', 'EUR', 'CHF', 'GB', 'Europe/Berlin', '09:30', 'boss@acme.com', '77', 'equals', 'not-equals', 'contains', 'string', 'number', true, 0.5, 7, 30, null, ['key'], ['email', 'key'], ['Contact'], ['Lead', 'Contact'],
  { kind: 'text' }, { from: 'Title' }, { constant: 'x' }, { template: '{FirstName}!' },
];

function paths(value: unknown, above: readonly string[] = []): readonly (readonly string[])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).flatMap(([key, member]) => [[...above, key], ...paths(member, [...above, key])]) : [];
}

function changedAt(value: Json, [key, ...rest]: readonly string[], to: unknown): Json {
  return { ...value, [key!]: rest.length === 0 ? to : changedAt(value[key!] as Json, rest, to) };
}

/** Another valid migration file, with one setting changed: any that it has or may have. */
export function drawMapping(random: Random, definition: MigrationDefinition, which: 'planned' | 'not-planned'): { readonly definition: MigrationDefinition; readonly what: string } {
  const settings = [...paths(definition), ['objects', pick(random, ['companies', 'contacts', 'deals']), 'match'], ['source', 'phoneCountry'], ['objects', 'contacts', 'properties', pick(random, ['jobtitle', 'city', 'fax'])]].filter(
    (path) => NOT_PLANNED.test(path.join('.')) === (which === 'not-planned') && path.join('.') !== 'id',
  );
  for (;;) {
    // What a setting may be is the schema's to say: of the values that it takes, one.
    const path = pick(random, settings);
    const others = VALUES.flatMap((value) => migrationDefinitionSchema.safeParse(changedAt(definition, path, value)).data ?? []).filter((parsed) => canonicalJson(parsed) !== canonicalJson(definition));
    if (others.length > 0) {
      return { definition: pick(random, others), what: path.join('.') };
    }
  }
}

type Edit = readonly [what: string, edit: (object: PortalObject) => PortalObject];
const onProperty = (random: Random, object: PortalObject, edit: (property: PortalObject['properties'][number]) => PortalObject['properties'][number], isFit: (property: PortalObject['properties'][number]) => boolean = () => true): PortalObject => {
  const { name } = pick(random, object.properties.filter(isFit));
  return { ...object, properties: object.properties.map((property) => (property.name === name ? edit(property) : property)) };
};

function objectEdits(random: Random): readonly Edit[] {
  const hasOptions = ({ options }: PortalObject['properties'][number]): boolean => options.length > 0;
  const place = random();
  const rule = { property: 'name', ruleType: pick(random, ['FORMAT', 'MIN_LENGTH', 'BEFORE_DURATION']), arguments: [String(random())], normalizes: false };
  return [
    ['an option added', (object) => onProperty(random, object, (property) => ({ ...property, options: [...property.options, { value: 'drawn', label: 'Drawn', hidden: false }] }), hasOptions)],
    ['an option gone', (object) => onProperty(random, object, (property) => ({ ...property, options: property.options.slice(1) }), hasOptions)],
    ['an option hidden', (object) => onProperty(random, object, (property) => ({ ...property, options: property.options.map((option, at) => (at === 0 ? { ...option, hidden: true } : option)) }), hasOptions)],
    ['an option renamed', (object) => onProperty(random, object, (property) => ({ ...property, options: property.options.map((option, at) => (at === 0 ? { ...option, label: 'Drawn' } : option)) }), hasOptions)],
    ['another type', (object) => onProperty(random, object, (property) => ({ ...property, type: 'phone_number' }))],
    ['another field type', (object) => onProperty(random, object, (property) => ({ ...property, fieldType: 'drawn' }))],
    ['unique by now', (object) => onProperty(random, object, (property) => ({ ...property, hasUniqueValue: !property.hasUniqueValue }))],
    ['read-only by now', (object) => onProperty(random, object, (property) => ({ ...property, readOnly: !property.readOnly }))],
    ['a property gone', (object) => ({ ...object, properties: object.properties.filter(({ name }, _, all) => name !== all[Math.floor(place * all.length)]!.name) })],
    ['a property added', (object) => ({ ...object, properties: [...object.properties, { ...object.properties[0]!, name: 'drawn' }] })],
    ['a rule added', (object) => ({ ...object, validationRules: [...object.validationRules, { ...object.validationRules[0], ...rule }] })],
    ['required by now', (object) => ({ ...object, requiredOnCreate: [...object.requiredOnCreate, 'phone'] })],
    ['a group added', (object) => ({ ...object, groups: [...object.groups, 'drawn'] })],
  ];
}

/** The portal with one thing configured otherwise. */
export function drawPortal(random: Random, snapshot: PortalSnapshot): { readonly snapshot: PortalSnapshot; readonly what: string } {
  const objectType = pick(random, ['companies', 'contacts', 'deals'] as const);
  const onObject = (edit: (object: PortalObject) => PortalObject): PortalSnapshot => ({ ...snapshot, objects: snapshot.objects.map((object) => (object.objectType === objectType ? edit(object) : object)) });
  const onDeals = (edit: (object: PortalObject) => PortalObject): PortalSnapshot => ({ ...snapshot, objects: snapshot.objects.map((object) => (object.objectType === 'deals' ? edit(object) : object)) });
  const onStages = (edit: (stages: PortalObject['pipelines'][number]['stages']) => PortalObject['pipelines'][number]['stages']) => onDeals((deals) => ({ ...deals, pipelines: deals.pipelines.map((pipeline, at) => (at === 0 ? { ...pipeline, stages: edit(pipeline.stages) } : pipeline)) }));
  const edits: readonly (readonly [string, () => PortalSnapshot])[] = [
    ...objectEdits(random).map(([what, edit]) => [`${objectType}: ${what}`, () => onObject(edit)] as const),
    ['currency', () => ({ ...snapshot, currency: 'CHF' })],
    ['further currency', () => ({ ...snapshot, additionalCurrencies: [...snapshot.additionalCurrencies, 'CHF'] })],
    ['time zone', () => ({ ...snapshot, timeZone: 'Asia/Tokyo' })],
    ['account type', () => ({ ...snapshot, accountType: 'SANDBOX' })],
    ['a stage added', () => onStages((stages) => [...stages, { id: 'drawn', label: 'Drawn', probability: '0.5', isClosed: false }])],
    ['a stage gone', () => onStages((stages) => stages.slice(1))],
    ['a stage renamed', () => onStages((stages) => stages.map((stage, at) => (at === 0 ? { ...stage, label: 'Drawn' } : stage)))],
    ['stages in another order', () => onStages((stages) => [...stages].reverse())],
    ['a pipeline added', () => onDeals((deals) => ({ ...deals, pipelines: [...deals.pipelines, { id: 'drawn', label: 'Drawn', archived: false, stages: [] }] }))],
    ['an owner of the source gone', () => ({ ...snapshot, owners: snapshot.owners.filter(({ id }) => id !== '1') })],
    ['an owner of the source archived', () => ({ ...snapshot, owners: snapshot.owners.map((owner) => (owner.id === '1' ? { ...owner, archived: true } : owner)) })],
    ['an owner of the source added', () => ({ ...snapshot, owners: [...snapshot.owners, { id: '3', email: 'Bob@acme.com', archived: false }] })],
  ];
  const [what, edit] = pick(random, edits);
  return { snapshot: edit(), what };
}

/** The portal as it is a minute later: nothing is configured otherwise. */
export function drawQuietPortal(random: Random, snapshot: PortalSnapshot): PortalSnapshot {
  const shuffled = <T>(items: readonly T[]): T[] => items.map((item) => [random(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
  return {
    ...snapshot,
    takenAt: '2026-09-09T10:00:00.000Z',
    portalName: 'Renamed',
    quota: { limit: 650_000, remaining: Math.floor(random() * 650_000), resetsAt: '2026-09-10T04:00:00.000Z' },
    owners: [...shuffled(snapshot.owners), { id: '9', email: 'a-stranger@acme.com', archived: random() < 0.5 }],
    objects: snapshot.objects.map((object) => ({
      ...object,
      hasRecords: random() < 0.5,
      customPropertyCount: Math.floor(random() * 100),
      groups: shuffled(object.groups),
      validationRules: shuffled(object.validationRules),
      pipelines: shuffled(object.pipelines),
      properties: shuffled(object.properties).map((property) => ({ ...property, label: `Label ${random()}`, groupName: 'moved', options: shuffled(property.options) })),
    })),
  };
}

/** A copy of the export with one thing changed: any byte of any cell, a row, a file. */
export function drawSource(random: Random, from: string, to: string): string {
  copyExport(from, to);
  const files = readdirSync(to).sort();
  const file = pick(random, files);
  const path = join(to, file);
  const bytes = readFileSync(path);
  const lines = bytes.toString('utf8').trimEnd().split('\n');
  switch (pick(random, ['byte', 'byte', 'byte', 'row gone', 'row twice', 'rows swapped', 'file gone', 'file added', 'line break'] as const)) {
    case 'byte': {
      // Letters and digits of the rows: whatever the change does to a heading or an id ends the run before, with words of its own.
      const places = [...bytes.entries()].filter(([at, byte]) => at > bytes.indexOf(10) + 25 && /[a-z0-9]/.test(String.fromCharCode(byte)) && bytes[at - 1] !== 34).map(([at]) => at);
      const at = pick(random, places);
      bytes[at] = bytes[at] === 55 ? 56 : 55;
      writeFileSync(path, bytes);
      return `byte ${at} of ${file}`;
    }
    case 'row gone':
      writeFileSync(path, `${lines.filter((_, at) => at !== 1).join('\n')}\n`);
      return `a row of ${file} gone`;
    case 'row twice':
      appendFileSync(path, `${lines[1]!}\n`);
      return `a row of ${file} twice`;
    case 'rows swapped':
      writeFileSync(path, `${[lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n')}\n`);
      return `rows of ${file} swapped`;
    case 'file gone':
      rmSync(path);
      return `${file} gone`;
    case 'file added':
      writeFileSync(join(to, 'Account_2.csv'), '"Id","Name"\n"001000000000999","Late"\n');
      return 'a file added';
    case 'line break':
      writeFileSync(path, bytes.toString('utf8').replace(/\n/g, '\r\n'));
      return `line breaks of ${file}`;
  }
}

/** The same files in another folder, touched. */
export function copyExport(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    copyFileSync(join(from, file), join(to, file));
    utimesSync(join(to, file), new Date('2001-01-01'), new Date('2001-01-01'));
  }
}
