import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Tries to break every wall between rooms, from the table in the contributors' guide, not from the linter's configuration:
 * a wall that somebody takes out of the configuration by accident falls here.
 */
const ROOT = join(__dirname, '..', '..');
const ROOMS = ['domain', 'connectors', 'ledger', 'simulator', 'local', 'activities', 'workflows', 'worker', 'client'] as const;
type Room = (typeof ROOMS)[number];

/** Rooms, or files of them. Of what it may load as values, a room may load types too. */
const MAY_LOAD: Readonly<Record<Room, { readonly values: readonly string[]; readonly types: readonly string[] }>> = {
  domain: { values: [], types: [] },
  simulator: { values: [], types: [] },
  local: { values: [], types: [] },
  connectors: { values: ['domain'], types: [] },
  ledger: { values: ['domain'], types: [] },
  activities: { values: ['domain'], types: ['connectors', 'ledger'] },
  workflows: { values: ['domain'], types: ['activities'] },
  worker: { values: ['domain', 'simulator', 'local', 'connectors', 'ledger', 'activities', 'workflows'], types: [] },
  client: { values: ['domain', 'ledger', 'local', 'workflows/messages'], types: ['workflows', 'simulator/control-plane'] },
};
const FILES = [...ROOMS.map((room) => `${room}/thing`), 'workflows/messages', 'simulator/control-plane', 'test/support/builders'];

const MAY_NOT_LOAD: Readonly<Record<Room, readonly string[]>> = {
  domain: ['node:fs', 'fs', 'fs/promises', 'node:crypto', 'perf_hooks', '@temporalio/workflow', 'kysely', 'better-sqlite3', 'papaparse', '@hubspot/api-client', 'commander', 'zod', 'zod/v4'],
  simulator: ['@hubspot/api-client', '@temporalio/client', 'kysely', 'better-sqlite3'],
  local: ['@hubspot/api-client', 'kysely', 'better-sqlite3'],
  connectors: ['@temporalio/activity', '@temporalio/common', 'kysely', 'better-sqlite3'],
  ledger: ['@temporalio/activity', '@hubspot/api-client'],
  activities: ['@temporalio/workflow', '@hubspot/api-client', 'kysely', 'better-sqlite3'],
  workflows: ['node:crypto', 'zlib', 'events', 'zod', 'zod/v4', '@temporalio/activity', '@temporalio/client', 'luxon'],
  worker: ['@hubspot/api-client', 'kysely', 'better-sqlite3'],
  client: ['@hubspot/api-client', 'kysely', 'better-sqlite3'],
};
const MAY_LOAD_LIBRARY: readonly (readonly [file: string, library: string])[] = [
  ['domain/anything.ts', 'luxon'], ['domain/anything.ts', '@noble/hashes/sha2'], ['domain/anything.schema.ts', 'zod'], ['connectors/anything.ts', 'node:https'], ['ledger/anything.ts', 'kysely'],
  ['activities/anything.ts', '@temporalio/activity'], ['workflows/anything.ts', '@temporalio/workflow'], ['workflows/anything.ts', '@temporalio/common'], ['worker/anything.ts', '@temporalio/worker'],
];

/** The ways in which a file can load values, or types, of another. */
const FORMS: Readonly<Record<'values' | 'types', readonly ((from: string) => string)[]>> = {
  values: [
    (from) => `import { thing } from '${from}';\nexport const used = thing;\n`,
    (from) => `import thing from '${from}';\nexport const used = thing;\n`,
    (from) => `import * as thing from '${from}';\nexport const used = thing;\n`,
    (from) => `import '${from}';\n`,
    (from) => `export { thing } from '${from}';\n`,
    (from) => `export * from '${from}';\n`,
    (from) => `export * as thing from '${from}';\n`,
    (from) => `export const thing = import('${from}');\n`,
  ],
  types: [
    (from) => `import type { Thing } from '${from}';\nexport type Used = Thing;\n`,
    (from) => `import type * as thing from '${from}';\nexport type Used = thing.Thing;\n`,
    (from) => `export type { Thing } from '${from}';\n`,
    (from) => `export type * from '${from}';\n`,
  ],
};
const KINDS = ['values', 'types'] as const;

interface Case {
  readonly what: string;
  readonly file: string;
  /** Each must fare alike. */
  readonly texts: readonly string[];
  /** The rule that refuses it; null = nothing does. */
  readonly refusedBy: string | null;
}

const SYNTAX = 'no-restricted-syntax';
const GLOBALS = 'no-restricted-globals';

const inEachForm = (file: string, verb: 'may' | 'may not', kind: 'values' | 'types', from: string): Case => ({
  what: `${file} ${verb} load ${kind} from ${from}`,
  file,
  texts: FORMS[kind].map((form) => form(from)),
  refusedBy: verb === 'may' ? null : SYNTAX,
});

const betweenRooms = ROOMS.flatMap((room) =>
  FILES.filter((file) => !file.startsWith(`${room}/`)).flatMap((file) =>
    KINDS.map((kind) => {
      const { values, types } = MAY_LOAD[room];
      const may = [...values, ...(kind === 'types' ? types : [])].some((open) => file.startsWith(`${open}/`) || file === open);
      return inEachForm(`${room}/anything.ts`, may ? 'may' : 'may not', kind, `../${file}`);
    }),
  ),
);

const aroundRooms: readonly Case[] = [
  inEachForm('connectors/hubspot/anything.ts', 'may not', 'values', '../../worker/create-worker'),
  inEachForm('connectors/anything.ts', 'may not', 'values', '../domain/../worker/create-worker'),
  inEachForm('connectors/anything.ts', 'may not', 'types', './../ledger/ledger'),
  inEachForm('connectors/hubspot/anything.ts', 'may', 'values', '../csv/read-csv-rows'),
  inEachForm('test/scenarios/anything.test.ts', 'may', 'values', '../../simulator/hubspot/portal'),
  inEachForm('test/scenarios/anything.test.ts', 'may', 'values', 'kysely'),
  ...ROOMS.flatMap((room): Case[] => [
    { what: `${room} may not hide what it loads`, file: `${room}/anything.ts`, texts: ['export const load = (from: string) => import(from);', 'export const thing = import(`./thing`);'], refusedBy: SYNTAX },
    { what: `${room} may not require`, file: `${room}/anything.ts`, texts: ["export const thing = require('./thing');", "import thing = require('./thing');\nexport const used = thing;", "import type thing = require('./thing');\nexport type Used = thing.Thing;"], refusedBy: '@typescript-eslint/no-require-imports' },
    { what: `${room} may not import a type in passing`, file: `${room}/anything.ts`, texts: ["export type Used = import('./thing').Thing;", "export type Used = typeof import('./thing');"], refusedBy: '@typescript-eslint/consistent-type-imports' },
  ]),
];

const libraries: readonly Case[] = [
  ...ROOMS.flatMap((room) => MAY_NOT_LOAD[room].flatMap((library) => KINDS.map((kind) => inEachForm(`${room}/anything.ts`, 'may not', kind, library)))),
  ...['node:fs', '@temporalio/workflow', 'kysely'].flatMap((library) => KINDS.map((kind) => inEachForm('domain/anything.schema.ts', 'may not', kind, library))),
  ...MAY_LOAD_LIBRARY.flatMap(([file, library]) => KINDS.map((kind) => inEachForm(file, 'may', kind, library))),
];

const CLOCKS = ['new Date()', 'Date()', 'Date.now()', '[1].map(Date.now)', 'DateTime.now()'];
const HOST = ['process.pid', 'globalThis.Date', 'Buffer.from("a")', 'setTimeout(() => undefined, 1)', 'setInterval(() => undefined, 1)', 'setImmediate(() => undefined)', 'fetch("http://127.0.0.1")', 'performance.now()', 'crypto.randomUUID()'];
const asTexts = (expressions: readonly string[]) => expressions.map((expression) => `export const value = ${expression};`);

const pureRooms: readonly Case[] = [
  inEachForm('domain/anything.ts', 'may not', 'values', './plan.schema'),
  inEachForm('domain/anything.ts', 'may', 'types', './plan.schema'),
  inEachForm('domain/anything.schema.ts', 'may', 'values', './plan.schema'),
  inEachForm('workflows/anything.ts', 'may not', 'values', '../domain/report.schema'),
  inEachForm('workflows/anything.ts', 'may', 'types', '../domain/report.schema'),
  ...['domain/anything.ts', 'domain/anything.schema.ts'].flatMap((file): Case[] => [
    { what: `${file} has no clock`, file, texts: asTexts(CLOCKS), refusedBy: SYNTAX },
    { what: `${file} may read an instant that it is given`, file, texts: ['export const year = (at: string) => new Date(at).getUTCFullYear();'], refusedBy: null },
    { what: `${file} has no randomness`, file, texts: [...asTexts(['Math.random()', '[1].map(Math.random)']), "import { randomBytes } from '@noble/hashes/utils';\nexport const used = randomBytes;\n"], refusedBy: SYNTAX },
    { what: `${file} has no host`, file, texts: asTexts(HOST), refusedBy: GLOBALS },
  ]),
  { what: 'workflows have no host', file: 'workflows/anything.ts', texts: asTexts(HOST), refusedBy: GLOBALS },
  { what: 'workflows have the clock and the chance of Temporal', file: 'workflows/anything.ts', texts: asTexts(['Date.now()', 'new Date()', 'Math.random()']), refusedBy: null },
];

const manners: readonly Case[] = [
  { what: 'nobody reads the environment but a config', file: 'ledger/anything.ts', texts: ['export const ledger = process.env.PORTAGE_LEDGER;'], refusedBy: 'no-restricted-properties' },
  { what: 'a config reads the environment', file: 'worker/config.ts', texts: ['export const ledger = process.env.PORTAGE_LEDGER;'], refusedBy: null },
  { what: 'nobody writes to the console', file: 'worker/anything.ts', texts: ["console.log('hello');"], refusedBy: 'no-console' },
  { what: 'no default exports', file: 'client/anything.ts', texts: ['export default function anything(): void {}', "export { thing as default } from './thing';"], refusedBy: 'import-x/no-default-export' },
  { what: 'no any', file: 'connectors/anything.ts', texts: ['export const value: any = 1;'], refusedBy: '@typescript-eslint/no-explicit-any' },
  { what: 'no casts', file: 'connectors/anything.ts', texts: ['export const value = JSON.parse("1") as number;'], refusedBy: '@typescript-eslint/consistent-type-assertions' },
  { what: 'as const is no cast', file: 'connectors/anything.ts', texts: ["export const value = ['a'] as const;"], refusedBy: null },
  { what: 'no non-null assertions', file: 'connectors/anything.ts', texts: ['export const first = (list: string[]) => list[0]!;'], refusedBy: '@typescript-eslint/no-non-null-assertion' },
  { what: 'no file over 300 lines', file: 'worker/anything.ts', texts: [Array.from({ length: 301 }, (_, line) => `export const value${line} = ${line};`).join('\n')], refusedBy: 'max-lines' },
  { what: 'a file of 300 lines', file: 'worker/anything.ts', texts: [Array.from({ length: 300 }, (_, line) => `export const value${line} = ${line};`).join('\n')], refusedBy: null },
];

const crashPoints: readonly Case[] = [
  { what: 'no commit without a crash point', file: 'ledger/anything.ts', texts: ['export const commit = (db: { transaction(): unknown }) => db.transaction();'], refusedBy: SYNTAX },
  { what: 'no call to the portal without a crash point', file: 'connectors/hubspot/anything.ts', texts: ["import { createTransport } from './transport';\nexport const send = createTransport();\n", "import * as https from 'node:https';\nexport const send = https.request;\n"], refusedBy: SYNTAX },
  { what: 'no call to the portal beside its crash point', file: 'connectors/hubspot/client.ts', texts: ['export const send = (transport: () => unknown) => transport();'], refusedBy: SYNTAX },
  { what: 'no step of a workflow without a crash point', file: 'workflows/anything.ts', texts: ["import { continueAsNew } from '@temporalio/workflow';\nexport const renew = () => continueAsNew();\n", "import { startChild } from '@temporalio/workflow';\nexport const start = () => startChild('phase');\n"], refusedBy: SYNTAX },
  { what: 'a step of a workflow within its crash point', file: 'workflows/anything.ts', texts: ["import { continueAsNew } from '@temporalio/workflow';\nimport { atCrashPoint } from './crash-points';\nexport const renew = () => atCrashPoint('workflow:renew', () => continueAsNew());\n"], refusedBy: null },
];

const CASES = [...betweenRooms, ...aroundRooms, ...libraries, ...pureRooms, ...manners, ...crashPoints];
/** For each text of each case the rules that refused it. */
const found = new Map<Case, readonly (readonly string[])[]>();

beforeAll(() => {
  const attempts = CASES.flatMap(({ file, texts }) => texts.map((text) => ({ file: join(ROOT, file), text })));
  const linted = spawnSync(process.execPath, [join(__dirname, 'lint-texts.mjs'), ROOT], { input: JSON.stringify(attempts), encoding: 'utf8', cwd: ROOT });
  if (linted.status !== 0) throw new Error(linted.stderr);
  const rules = JSON.parse(linted.stdout) as string[][];
  let next = 0;
  for (const attempt of CASES) {
    found.set(attempt, rules.slice(next, (next += attempt.texts.length)));
  }
}, 120_000);

describe('the walls', () => {
  it.each(CASES)('$what', (attempt) => {
    const fared = attempt.texts.map((text, index) => [text, [...new Set(found.get(attempt)?.[index] ?? ['not linted'])]]);

    expect(fared).toEqual(attempt.texts.map((text) => [text, attempt.refusedBy === null ? [] : [attempt.refusedBy]]));
  });
});
