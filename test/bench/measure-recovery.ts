/** How long nothing happens after a kill: of the worker, then of Temporal's server, each started again at once, in the middle of writing contacts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Migration, PortageClient } from '../../client/portage-client';
import { openScene } from './scene';

export interface RecoveryFigures {
  /** From `kill -9` until a record has an outcome that had none; the restart of the process is in it. */
  readonly workerSeconds: number;
  /** From `kill -9` until more records have an outcome than had been sent by then: what was on its way ends without the server. */
  readonly temporalSeconds: number;
  readonly state: string;
}

const CONTACTS = 20_000;
const POLL_MS = 50;

export async function measureRecovery(): Promise<RecoveryFigures> {
  const scene = await openScene({ accounts: 100, contacts: CONTACTS, opportunities: 0 }, 'professional');
  try {
    const { portage, stack, file } = scene;
    const migration = await portage.start(file);
    await untilSettled(portage, migration, CONTACTS / 10);

    const workerKilledAt = performance.now();
    await stack.worker().kill();
    const { settled } = await contactsOf(portage, migration);
    await stack.startWorker();
    await untilSettled(portage, migration, settled + 1);
    const workerSeconds = secondsSince(workerKilledAt);

    await untilSettled(portage, migration, CONTACTS / 2);
    const temporalKilledAt = performance.now();
    await stack.temporal().kill();
    const { settled: settledThen, inDoubt } = await contactsOf(portage, migration);
    await stack.startTemporal();
    await untilSettled(portage, migration, settledThen + inDoubt + 1);
    const temporalSeconds = secondsSince(temporalKilledAt);

    return { workerSeconds, temporalSeconds, state: (await migration.ended()).state };
  } finally {
    await scene.end();
  }
}

async function contactsOf({ ledger }: PortageClient, { run }: Migration): Promise<{ readonly settled: number; readonly inDoubt: number }> {
  const { contacts } = (await ledger.facts.tallies(run)).records;
  return { settled: contacts === undefined ? 0 : contacts.created + contacts.updated + contacts.unchanged + contacts.refused, inDoubt: contacts?.inDoubt ?? 0 };
}

async function untilSettled(portage: PortageClient, migration: Migration, count: number): Promise<void> {
  while ((await contactsOf(portage, migration)).settled < count) {
    await sleep(POLL_MS);
  }
}

const secondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) / 100) / 10;
