import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** The script of README.md as a reader copies it. */
export function readmeScript(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const script = /^## From a script\n[\s\S]*?^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1];
  if (script === undefined) {
    throw new Error('README.md has no script below "From a script"');
  }
  return script;
}

/** The same for a file that lies elsewhere: only its import is made absolute. */
export function readmeScriptFromAnywhere(): string {
  const script = readmeScript();
  const moved = script.replaceAll("'./client/", `'${join(ROOT, 'client')}/`);
  if (moved === script) {
    throw new Error("The script of README.md imports nothing from './client/'");
  }
  return moved;
}
