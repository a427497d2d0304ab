/**
 * Starts one of our own programs (worker/main, simulator/main) as a process and waits until it says that it is ready.
 * The agreement: a program writes exactly one line of JSON to stdout, an object, when it is ready; everything else goes to stderr.
 */
import { createWriteStream, existsSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { lastLines, startChild, type ChildExit, type Lifetime, type RunningChild } from './child-process';
import { inheritedEnvironment } from './config';
import { LocalError } from './local-error';

export interface NodeProgramOptions {
  /** For messages: "the worker". */
  readonly name: string;
  /** Below the project's root, without extension: "worker/main". Or an absolute path with one. */
  readonly program: string;
  readonly arguments?: readonly string[];
  /** Added to what every child inherits; HUBSPOT_*, TEMPORAL_* and PORTAGE_* reach it only by being named here. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly lifetime?: Lifetime;
  /** Default 60 s. */
  readonly readyTimeoutMs?: number;
}

export interface RunningProgram extends RunningChild {
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
}

const ROOT = join(__dirname, '..');
/**
 * What our programs run with wherever they are started. glibc gives each of a worker's dozen threads a heap of its own and the system little of it back: with two
 * heaps a worker that plans needs hardly more memory for many records than for few. Other C libraries do not read it.
 */
export const PROGRAM_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const;
/** A worker that bundles workflows on a busy laptop; measured 2 s on an idle one. */
const READY_TIMEOUT_MS = 60_000;
const NEWLINE = 0x0a;
/** A line that is longer is no sign of readiness but a program gone wrong. */
const MAX_LINE_BYTES = 64 * 1024;

/** @throws LocalError when it ends early, says something else than JSON, or nothing in time; the end of its log is in the message. */
export async function startNodeProgram(options: NodeProgramOptions): Promise<RunningProgram> {
  const { child, process: spawned } = await startChild({
    name: options.name,
    executable: process.execPath,
    arguments: [...nodeArguments(options.program), ...(options.arguments ?? [])],
    // tsx would else read the tsconfig.json of whatever folder we are in.
    environment: { ...PROGRAM_ENVIRONMENT, ...inheritedEnvironment(), TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json'), ...options.environment },
    logFile: options.logFile,
    stdout: 'piped',
    lifetime: options.lifetime ?? 'ends-with-us',
  });
  if (spawned.stdout === null) throw new LocalError(`${options.name} has no output.`);
  try {
    const ready = await readyLine(spawned.stdout, child, options);
    // What it says later belongs to its log; an undrained pipe would block it.
    // Opened at once: the program may end, and its folder be gone, before a stream would open it.
    const log = createWriteStream(options.logFile, { fd: openSync(options.logFile, 'a', 0o600) });
    // A full disk costs lines of a log, not us.
    log.on('error', () => undefined);
    spawned.stdout.pipe(log);
    return { ...child, ready };
  } catch (error) {
    await child.kill();
    throw error;
  }
}

/** From source with tsx, from a build as it is: whichever this file itself is. */
export function nodeArguments(program: string): readonly string[] {
  const extension = extname(__filename);
  const path = existsSync(program) ? program : join(ROOT, `${program}${extension}`);
  if (!existsSync(path)) throw new LocalError(`There is no program ${path}.`);
  // Resolved from here, so that the folder it is started in does not matter.
  return extname(path) === '.ts' ? ['--require', require.resolve('tsx/cjs'), path] : ['--enable-source-maps', path];
}

function readyLine(stdout: Readable, child: RunningChild, options: NodeProgramOptions): Promise<Readonly<Record<string, unknown>>> {
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    let isSettled = false;
    const settle = (outcome: { readonly ready: Readonly<Record<string, unknown>> } | { readonly problem: string }) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      stdout.off('data', onData);
      if ('ready' in outcome) resolve(outcome.ready);
      else reject(new LocalError(`${options.name} ${outcome.problem}. The end of its log (${child.logFile}):\n${lastLines(child.logFile)}`));
    };
    const onData = (chunk: Buffer) => {
      const end = chunk.indexOf(NEWLINE);
      received.push(end === -1 ? chunk : chunk.subarray(0, end));
      if (end !== -1) settle(parseReady(Buffer.concat(received).toString('utf8')));
      else if (Buffer.concat(received).length > MAX_LINE_BYTES) settle({ problem: 'wrote something else than one line of JSON' });
    };
    const timer = setTimeout(() => settle({ problem: `did not get ready within ${timeoutMs / 1000} s` }), timeoutMs);
    stdout.on('data', onData);
    void child.exited.then((exit) => settle({ problem: `ended before it was ready (${inWords(exit)})` }));
  });
}

function parseReady(line: string): { readonly ready: Readonly<Record<string, unknown>> } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ready: Object.fromEntries(Object.entries(value)) };
  } catch {
    // Said below.
  }
  return { problem: 'wrote something else than one line of JSON' };
}

function inWords({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
