/**
 * Starts the bundled program that its argument names, with what V8 made of its code in an earlier process: of a second that a process lives before it is killed it
 * would spend a sixth on compiling the same again. Code that V8 does not recognise as its own is compiled.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

const program = process.argv[2] ?? '';
const compiled = `${program}.v8`;
const isKnown = existsSync(compiled);
const script = new Script(wrap(readFileSync(program, 'utf8')), { filename: program, ...(isKnown ? { cachedData: readFileSync(compiled) } : {}) });

if (!isKnown) {
  // At the end, when all that it needs has been compiled; one that is killed leaves nothing.
  process.once('exit', () => {
    const unfinished = `${compiled}.${process.pid}`;
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, compiled);
  });
}
const module = { exports: {} };
(script.runInThisContext() as (...given: unknown[]) => void)(module.exports, createRequire(program), module, program, dirname(program));
