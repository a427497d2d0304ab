import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Tries to break every wall between rooms, from the table in the contributors' guide, not from the linter's configuration:
 * a wall that somebody takes out of the configuration by accident falls here.
 */
const ROOT = join(__dirname, '..', '..');
const ROOMS = ['domain', 'connectors', 'ledger', 'simulator', 'local', 'activities', 'workflows', 'worker', 'client'] as const;
type Room = (typeof ROOMS)[number];

const MAY_IMPORT: Readonly<Record<Room, { readonly values: readonly Room[]; readonly types: readonly Room[] }>> = {
  domain: { values: [], types: [] },
  simulator: { values: [], types: [] },
  local: { values: [], types: [] },
  connectors: { values: ['domain'], types: [] },
  ledger: { values: ['domain'], types: [] },
  activities: { values: ['domain'], types: ['connectors', 'ledger'] },
  workflows: { values: ['domain'], types: ['activities'] },
  worker: { values: ['domain', 'simulator', 'local', 'connectors', 'ledger', 'activities', 'workflows'], types: [] },
  client: { values: ['domain', 'ledger', 'local', 'workflows'], types: ['simulator'] },
};

interface Case {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  /** The rule that refuses it; null = nothing does. */
  readonly refusedBy: string | null;
}

const IMPORTS = '@typescript-eslint/no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';

const betweenRooms: readonly Case[] = ROOMS.flatMap((room) =>
  ROOMS.filter((other) => other !== room).flatMap((other): Case[] => {
    const { values, types } = MAY_IMPORT[room];
    const mayImportValues = values.includes(other);
    return [
      { what: `${room} ${mayImportValues ? 'may' : 'may not'} import values from ${other}`, file: `${room}/anything.ts`, text: imports(`../${other}/thing`), refusedBy: mayImportValues ? null : IMPORTS },
      { what: `${room} ${mayImportValues || types.includes(other) ? 'may' : 'may not'} import types from ${other}`, file: `${room}/anything.ts`, text: importsType(`../${other}/thing`), refusedBy: mayImportValues || types.includes(other) ? null : IMPORTS },
    ];
  }),
);

const aroundRooms: readonly Case[] = [
  ...ROOMS.map((room): Case => ({ what: `${room} may not import from test`, file: `${room}/anything.ts`, text: imports('../test/support/builders'), refusedBy: IMPORTS })),
  { what: 'a folder deeper in a room meets the same wall', file: 'connectors/hubspot/anything.ts', text: imports('../../worker/create-worker'), refusedBy: IMPORTS },
  { what: 'passing a value on is importing it', file: 'client/anything.ts', text: "export { thing } from '../connectors/hubspot/client';", refusedBy: IMPORTS },
  { what: 'passing everything on is importing it', file: 'client/anything.ts', text: "export * from '../activities/write-records';", refusedBy: IMPORTS },
];

const pureRooms: readonly Case[] = [
  ...['node:fs', 'fs', 'node:crypto', 'node:timers/promises', 'node:child_process', '@temporalio/workflow', 'kysely', 'better-sqlite3', 'papaparse', '@hubspot/api-client', 'commander'].map(
    (library): Case => ({ what: `domain may not import ${library}`, file: 'domain/anything.ts', text: imports(library), refusedBy: SYNTAX }),
  ),
  ...['node:fs', '@temporalio/workflow', 'kysely'].map((library): Case => ({ what: `a schema of domain may not import ${library}`, file: 'domain/anything.schema.ts', text: imports(library), refusedBy: SYNTAX })),
  { what: 'domain may not import zod', file: 'domain/anything.ts', text: imports('zod'), refusedBy: SYNTAX },
  { what: 'domain may not import the value of a schema', file: 'domain/anything.ts', text: imports('./plan.schema'), refusedBy: SYNTAX },
  { what: 'domain may import the type of a schema', file: 'domain/anything.ts', text: importsType('./plan.schema'), refusedBy: null },
  { what: 'a schema of domain may import zod', file: 'domain/anything.schema.ts', text: imports('zod'), refusedBy: null },
  { what: 'domain has no clock (new Date)', file: 'domain/anything.ts', text: 'export const now = new Date();', refusedBy: SYNTAX },
  { what: 'domain has no clock (Date.now)', file: 'domain/anything.ts', text: 'export const now = Date.now();', refusedBy: SYNTAX },
  { what: 'domain may read an instant that it is given', file: 'domain/anything.ts', text: 'export const year = (at: string) => new Date(at).getUTCFullYear();', refusedBy: null },
  { what: 'domain has no randomness', file: 'domain/anything.ts', text: 'export const dice = Math.random();', refusedBy: SYNTAX },
  { what: 'domain has no timers', file: 'domain/anything.ts', text: 'setTimeout(() => undefined, 1);', refusedBy: 'no-restricted-globals' },
  { what: 'domain has no process', file: 'domain/anything.ts', text: 'export const id = process.pid;', refusedBy: 'no-restricted-globals' },
  { what: 'domain has no network', file: 'domain/anything.ts', text: "export const page = fetch('http://127.0.0.1');", refusedBy: 'no-restricted-globals' },
  ...['node:crypto', 'zlib', 'events', 'zod', 'zod/v4', '../domain/report.schema'].map((library): Case => ({ what: `workflows may not import ${library}`, file: 'workflows/anything.ts', text: imports(library), refusedBy: SYNTAX })),
  { what: 'workflows may import the type of a schema', file: 'workflows/anything.ts', text: importsType('../domain/report.schema'), refusedBy: null },
  { what: 'workflows may import the SDK', file: 'workflows/anything.ts', text: imports('@temporalio/workflow'), refusedBy: null },
];

const manners: readonly Case[] = [
  { what: 'nobody reads the environment but a config', file: 'ledger/anything.ts', text: 'export const ledger = process.env.PORTAGE_LEDGER;', refusedBy: 'no-restricted-properties' },
  { what: 'a config reads the environment', file: 'worker/config.ts', text: 'export const ledger = process.env.PORTAGE_LEDGER;', refusedBy: null },
  { what: 'nobody writes to the console', file: 'worker/anything.ts', text: "console.log('hello');", refusedBy: 'no-console' },
  { what: 'no default exports', file: 'client/anything.ts', text: 'export default function anything(): void {}', refusedBy: 'import-x/no-default-export' },
  { what: 'no any', file: 'connectors/anything.ts', text: 'export const value: any = 1;', refusedBy: '@typescript-eslint/no-explicit-any' },
  { what: 'no casts', file: 'connectors/anything.ts', text: 'export const value = JSON.parse("1") as number;', refusedBy: '@typescript-eslint/consistent-type-assertions' },
  { what: 'as const is no cast', file: 'connectors/anything.ts', text: "export const value = ['a'] as const;", refusedBy: null },
  { what: 'no non-null assertions', file: 'connectors/anything.ts', text: 'export const first = (list: string[]) => list[0]!;', refusedBy: '@typescript-eslint/no-non-null-assertion' },
  { what: 'no file over 300 lines', file: 'worker/anything.ts', text: Array.from({ length: 301 }, (_, line) => `export const value${line} = ${line};`).join('\n'), refusedBy: 'max-lines' },
  { what: 'a file of 300 lines', file: 'worker/anything.ts', text: Array.from({ length: 300 }, (_, line) => `export const value${line} = ${line};`).join('\n'), refusedBy: null },
];

const CASES = [...betweenRooms, ...aroundRooms, ...pureRooms, ...manners];
const found = new Map<Case, readonly string[]>();

beforeAll(() => {
  const linted = spawnSync(process.execPath, [join(__dirname, 'lint-texts.mjs'), ROOT], { input: JSON.stringify(CASES.map(({ file, text }) => ({ file: join(ROOT, file), text }))), encoding: 'utf8', cwd: ROOT });
  if (linted.status !== 0) throw new Error(linted.stderr);
  const rules = JSON.parse(linted.stdout) as string[][];
  CASES.forEach((attempt, index) => found.set(attempt, rules[index] ?? ['not linted']));
}, 120_000);

describe('the walls', () => {
  it.each(CASES)('$what', (attempt) => {
    expect([...new Set(found.get(attempt))]).toEqual(attempt.refusedBy === null ? [] : [attempt.refusedBy]);
  });
});

function imports(from: string): string {
  return `import { thing } from '${from}';\nexport const used = thing;\n`;
}
function importsType(from: string): string {
  return `import type { Thing } from '${from}';\nexport type Used = Thing;\n`;
}
