/** A whole Portage on loopback for one suite: server, worker, simulated portal, ledger, and a client. Nothing of it outlives `end`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationStatus } from '../../client/migration-status';
import { connectPortage, type Migration, type PortageClient } from '../../client/portage-client';
import type * as localStack from '../../local/stack';
import type { LocalStack, StackOptions } from '../../local/stack';
import { compiled } from './compiled';
import { simulatedPortal, type SimulatedPortal } from './simulated-portal';

export const NPSP_FOLDER = join(__dirname, '..', '..', 'samples', 'salesforce-npsp-1k');

export interface Rehearsal {
  readonly folder: string;
  readonly stack: LocalStack;
  readonly portal: SimulatedPortal;
  readonly portage: PortageClient;
  /** Writes a migration file for this source folder; further lines are appended as they are. */
  migrationFile(sourceFolder: string, more?: string, id?: string): string;
  /** Writes CSV files into a folder of its own and gives its path. */
  sourceFolder(name: string, files: Readonly<Record<string, string>>): string;
  end(): Promise<void>;
}

/** A status is a dozen of the ledger's sums: to ask for it all the time slows down what is waited for. */
const POLL_MS = 200;

export async function startRehearsal(options: Partial<StackOptions> = {}): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-test-'));
  const { startStack } = compiled<typeof localStack>('local/stack');
  const stack = await startStack({ folder, latency: 'none', ui: 'none', ...options });
  const portage = await connectPortage({ environment: stack.environment, folder, userConfigFile: 'ignore' });
  return {
    folder,
    stack,
    portal: simulatedPortal(stack.simulatorUrl),
    portage,
    migrationFile(sourceFolder, more = '', id = 'test') {
      const path = join(folder, `${id}.yaml`);
      writeFileSync(path, `id: ${id}\nsource: { crm: salesforce, files: ${JSON.stringify(sourceFolder)}, currency: USD }\ntarget: { crm: hubspot }\n${more}\n`);
      return path;
    },
    sourceFolder(name, files) {
      const path = join(folder, name);
      writeFiles(path, files);
      return path;
    },
    async end() {
      await portage.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function writeFiles(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text);
  }
}

/** Polls a run until it is as wanted; fails with the last status when it takes too long. */
export async function until(migration: Migration, isWanted: (status: MigrationStatus) => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<MigrationStatus> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const status = await migration.status();
    if (await isWanted(status)) {
      return status;
    }
    if (Date.now() > deadline) {
      throw new Error(`Not as wanted in time: ${JSON.stringify(status, null, 1)}`);
    }
    await sleep(POLL_MS);
  }
}
