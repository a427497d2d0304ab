import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Plants what needs types, or more than one file, to be seen: a rule that somebody takes out of `.oxlintrc.json` by accident falls here. */
const ROOT = join(__dirname, '..', '..');

/** By the rule that must refuse it; null: nothing may. */
const PLANTED: readonly (readonly [file: string, text: string, rule: string | null])[] = [
  ['domain/wrong-type.ts', "export const count: number = 'one';", 'typescript(TS2322)'],
  ['domain/unused.ts', 'export function used(): void {\n  const unused = 1;\n}', 'typescript(TS6133)'],
  ['domain/one.ts', "import { two } from './two';\nexport const one = (): unknown => two;", 'import(no-cycle)'],
  ['domain/two.ts', "import { one } from './one';\nexport const two = (): unknown => one;", 'import(no-cycle)'],
  ['ledger/floating.ts', 'export const later = async (): Promise<void> => undefined;\nexport const forgetful = (): void => {\n  later();\n};', 'typescript(no-floating-promises)'],
  ['ledger/misused.ts', 'export const wrong = (list: number[]): void => list.forEach(async (each) => void each);', 'typescript(no-misused-promises)'],
  ['ledger/awaits.ts', 'export const wrong = async (): Promise<number> => await 1;', 'typescript(await-thenable)'],
  ['client/throws.ts', "export const wrong = (): never => {\n  throw 'words';\n};", 'typescript(only-throw-error)'],
  ['client/prints.ts', 'export const wrong = (value: unknown): string => `${value}`;', 'typescript(restrict-template-expressions)'],
  ['client/switches.ts', "export const wrong = (value: 'a' | 'b'): void => {\n  switch (value) {\n    case 'a':\n  }\n};", 'typescript(switch-exhaustiveness-check)'],
  ['client/unsafe-call.ts', 'export const wrong = (text: string): unknown => JSON.parse(text)();', 'typescript(no-unsafe-call)'],
  ['client/unsafe-member.ts', 'export const wrong = (text: string): unknown => JSON.parse(text).length;', 'typescript(no-unsafe-member-access)'],
  ['client/unsafe-return.ts', 'export const wrong = (text: string): number => JSON.parse(text);', 'typescript(no-unsafe-return)'],
  ['client/unsafe-assignment.ts', 'export const wrong = (text: string): void => {\n  const value = JSON.parse(text);\n  void value;\n};', 'typescript(no-unsafe-assignment)'],
  ['client/unsafe-argument.ts', 'export const wrong = (text: string): number => Math.abs(JSON.parse(text));', 'typescript(no-unsafe-argument)'],
  ['client/unbound.ts', 'class Counter {\n  count(): number {\n    return 1;\n  }\n}\nexport const wrong = new Counter().count;', 'typescript(unbound-method)'],
  ['client/sound.ts', "export const sound = async (text: string): Promise<string> => `${await Promise.resolve(text)} ${1} ${true}`;", null],
];

describe('the linter that knows types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portage-lint-'));
  const refused = new Map<string, ReadonlySet<string>>();

  beforeAll(() => {
    copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { types: [] }, include: ['**/*.ts'] }));
    for (const [file, text] of PLANTED) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\n`);
    }
    const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--format', 'json'], { cwd: folder, encoding: 'utf8' });
    const { diagnostics } = JSON.parse(stdout || stderr) as { diagnostics: readonly { readonly code: string; readonly filename: string }[] };
    for (const { code, filename } of diagnostics) refused.set(filename, new Set([...(refused.get(filename) ?? []), code]));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(PLANTED)('%s', (file, _, rule) => {
    expect([...(refused.get(file) ?? [])]).toEqual(rule === null ? [] : [rule]);
  });
});
