/** Every crash point that the code passes, read from the code itself, so that no list of them can grow old. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallKind } from '../../domain/pace';
import type { CrashPoint } from '../../domain/crash-point';

const ROOT = join(__dirname, '..', '..');
const CALL_KINDS: Readonly<Record<CallKind, true>> = {
  account: true, 'schema-read': true, 'schema-write': true, list: true, read: true, create: true, update: true, archive: true, 'association-read': true, 'association-write': true, search: true,
};

/** Sorted. Calls are named by their kind, activities by their type: those names are types, and the compiler keeps the lists whole. */
export function crashPointsInCode(): readonly CrashPoint[] {
  const commits = namesIn('ledger', /\b(?:write|writePage|writeUnsynced|committed)\('([a-z-]+)'/g).map((name): CrashPoint => `ledger:${name}`);
  const calls = Object.keys(CALL_KINDS).map((kind): CrashPoint => `call:${kind}`);
  const activities = namesIn('activities', /^ {2}(\w+)\(input: /gm, 'migration-activities.ts').map((name): CrashPoint => `activity:${name}`);
  const steps = namesIn('workflows', /\batCrashPoint\('workflow:([a-z-]+)'/g).map((name): CrashPoint => `workflow:${name}`);
  return [...new Set([...commits, ...calls, ...activities, ...steps])].sort();
}

function namesIn(room: string, pattern: RegExp, onlyFile?: string): readonly string[] {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter((file) => (onlyFile === undefined ? file.endsWith('.ts') : file === onlyFile));
  return files.flatMap((file) => [...readFileSync(join(ROOT, room, file), 'utf8').matchAll(pattern)].map((match) => match[1] ?? ''));
}
