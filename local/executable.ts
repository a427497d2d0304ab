/** Looks at an executable without trusting it: is it there, does it run, which version does it say? */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from './config';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && statSync(path).size > 0;
  } catch {
    return false;
  }
}

/** First match in the folders, in their order. */
export function findOnPath(name: string, folders: readonly string[]): string | null {
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Output of a program that ends by itself; rejects with what it wrote to stderr. */
export function runToEnd(executable: string, argumentList: readonly string[], { timeoutMs }: { readonly timeoutMs: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(executable, [...argumentList], { timeout: timeoutMs, killSignal: 'SIGKILL', env: { ...inheritedEnvironment() }, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(error.killed === true ? `no answer within ${timeoutMs / 1000} s` : lastLine(stderr) || (typeof error.code === 'number' ? `it ended with code ${error.code}` : error.message.trim()), { cause: error }));
    });
  });
}

export interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** First x.y.z in the text. */
export function parseVersion(text: string): Version | null {
  const found = /(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?/.exec(text);
  return found === null ? null : { text: found[0], major: Number(found[1]), minor: Number(found[2]) };
}

export function isAtLeast(version: Version, least: { readonly major: number; readonly minor: number }): boolean {
  return version.major > least.major || (version.major === least.major && version.minor >= least.minor);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
