/**
 * Starts, watches and ends processes of one machine. A child runs in a process group of its own, so that Ctrl-C in a terminal
 * reaches only us and we decide in which order things end; a tether ends it when we die without a word.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error';

export interface ChildOptions {
  /** For messages: "the worker". */
  readonly name: string;
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly workingFolder?: string;
  /** The whole environment of the child; see inheritedEnvironment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gets what the child writes; appended to. Its folder is made. */
  readonly logFile: string;
  /** 'piped' gives us its stdout, 'logged' sends that to the log as well. */
  readonly stdout: 'piped' | 'logged';
  readonly lifetime?: Lifetime;
}

/** Default 'ends-with-us'. */
export type Lifetime = 'ends-with-us' | 'outlives-us';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningChild {
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  readonly isRunning: () => boolean;
  /** SIGTERM, then SIGKILL when it is still there after `graceMs` (default 10 s). Settles when it is gone. */
  readonly stop: (graceMs?: number) => Promise<ChildExit>;
  /** SIGKILL: as a power cut would. Settles when it is gone. */
  readonly kill: () => Promise<ChildExit>;
  /** SIGSTOP: it stands still, with its sockets open. */
  readonly suspend: () => void;
  /** SIGCONT. */
  readonly resume: () => void;
}

const STOP_GRACE_MS = 10_000;

/** @throws LocalError when the executable cannot be started. */
export async function startChild(options: ChildOptions): Promise<{ readonly child: RunningChild; readonly process: ChildProcess }> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a', 0o600);
  const spawned = spawn(options.executable, [...options.arguments], {
    cwd: options.workingFolder,
    env: { ...options.environment },
    stdio: ['ignore', options.stdout === 'piped' ? 'pipe' : log, log],
    detached: true,
  });
  closeSync(log);

  const pid = await new Promise<number>((resolve, reject) => {
    spawned.once('spawn', () => (spawned.pid === undefined ? reject(new LocalError(`${options.name} has no process id.`)) : resolve(spawned.pid)));
    spawned.once('error', (cause) => reject(new LocalError(`Cannot start ${options.name}: ${options.executable} (${cause.message}).`, { cause })));
  });
  const exited = new Promise<ChildExit>((resolve) => spawned.once('exit', (code, signal) => resolve({ code, signal })));
  const cutTether = (options.lifetime ?? 'ends-with-us') === 'ends-with-us' ? tether(pid) : () => undefined;
  void exited.then(cutTether);
  if (options.lifetime === 'outlives-us') {
    spawned.unref();
    if (spawned.stdout instanceof Socket) spawned.stdout.unref();
  }

  const isRunning = () => spawned.exitCode === null && spawned.signalCode === null;
  const kill = () => {
    if (isRunning()) spawned.kill('SIGKILL');
    return exited;
  };
  const child: RunningChild = {
    pid,
    logFile: options.logFile,
    exited,
    isRunning,
    kill,
    async stop(graceMs = STOP_GRACE_MS) {
      if (!isRunning()) return exited;
      spawned.kill('SIGTERM');
      // A suspended process takes its SIGTERM only when it goes on.
      spawned.kill('SIGCONT');
      const patience = new AbortController();
      const outOfTime = sleep(graceMs, null, { signal: patience.signal }).catch(() => null);
      const ended = await Promise.race([exited, outOfTime]);
      patience.abort();
      return ended ?? kill();
    },
    suspend: () => void spawned.kill('SIGSTOP'),
    resume: () => void spawned.kill('SIGCONT'),
  };
  return { child, process: spawned };
}

/** The last lines of a log, for a message about a process that ended too early. */
export function lastLines(logFile: string, count = 8): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}

/**
 * A shell that waits for our end of its input to close, which the system does however we die, and then ends the child.
 * There is no portable way to ask for that directly. Returns what cuts it; it must be cut when the child is gone, because ids are used again.
 */
function tether(pid: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  const script = 'read -r _; kill -CONT "$0"; kill -TERM "$0"; sleep 5; kill -KILL "$0"';
  const watcher = spawn('/bin/sh', ['-c', script, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  // Without a shell the child merely outlives us.
  watcher.on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined);
  watcher.unref();
  // Neither the shell nor the pipe to it keeps us alive.
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  return () => void watcher.kill('SIGKILL');
}
