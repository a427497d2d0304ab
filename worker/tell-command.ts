/** Runs the program that a migration file names under `notify`. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { TellCommand } from '../activities/notify';
import type { Environment } from './config';

const TIMEOUT_MS = 30_000;
/** What a program needs to find others and to speak a person's language. Nothing else: no token, no address, no key of this worker. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot'] as const;

/**
 * Without a shell: the command is the path of one program. It gets run, event and state as arguments, and one line of JSON on its standard input; what it says is not
 * read. After 30 s it is killed, with what it started.
 */
export function createTellCommand(environment: Environment, timeoutMs: number = TIMEOUT_MS): TellCommand {
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
  return (command, { words, line }, signal) =>
    new Promise((resolve) => {
      // A group of its own, so that what it has started ends with it.
      const child = spawn(command, [...words], { cwd: dirname(command), env, shell: false, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      const kill = () => {
        if (child.pid !== undefined) {
          try {
            process.kill(-child.pid, 'SIGKILL');
          } catch {
            // It has ended in this very moment.
          }
        }
      };
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        kill();
      }, timeoutMs);
      signal.addEventListener('abort', kill, { once: true });
      const end = (problem: string | null) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', kill);
        resolve(problem);
      };
      child.on('error', (error) => end('code' in error && typeof error.code === 'string' ? error.code : 'not-started'));
      child.on('close', (code, killedBy) => end(isLate ? 'took-too-long' : code === 0 ? null : code === null ? (killedBy ?? 'killed') : `exit-code-${code}`));
      // A program that does not read its input closes it: that is its own business.
      child.stdin.on('error', () => undefined);
      child.stdin.end(`${line}\n`);
    });
}
