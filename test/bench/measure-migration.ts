/** One whole migration: calls, time, memory and history. */
import { Client } from '@temporalio/client';
import type { Report } from '../../domain/report.schema';
import { connectToTemporal } from '../../local/temporal-server';
import { workflowIds } from '../../workflows/messages';
import { callFloor, secondsFloor, WORKING_PHASES } from './floor';
import { openScene, watchingMemory, type Limits, type MemoryMb } from './scene';

export interface MigrationFigures {
  readonly records: number;
  readonly limits: Limits;
  readonly state: Report['state'];
  readonly calls: { readonly total: number; readonly floor: number; readonly ratio: number; readonly tooManyRequests: number; readonly byKind: Readonly<Record<string, number>> };
  /** From the first write to the last read-back. `floor` is what the limits of Professional allow; it says nothing where they are off. */
  readonly seconds: { readonly actual: number; readonly floor: number; readonly ratio: number };
  /** Written, linked and read back; the wait for the portal's search to catch up is in it. */
  readonly recordsPerSecond: number;
  readonly secondsByPhase: Readonly<Record<string, number>>;
  readonly workerMemoryMb: MemoryMb;
  /** Of the first partition of contacts, if it holds the full 10,000 records. */
  readonly eventsOfFullPartition: number | null;
}

const RECORDS_OF_FULL_PARTITION = 10_000;

/** A fifth accounts, half contacts, the rest opportunities with an account and a contact each. */
export async function measureMigration(records: number, limits: Limits): Promise<MigrationFigures> {
  const contacts = Math.round(records * 0.5);
  const scene = await openScene({ accounts: Math.round(records * 0.2), contacts, opportunities: Math.round(records * 0.3) }, limits);
  try {
    const { portage, portal, stack, file } = scene;
    const { result, memoryMb } = await watchingMemory(stack.worker().pid, async () => {
      const migration = await portage.start(file);
      const status = await migration.ended();
      return { run: migration.run, status, report: await migration.report() };
    });
    const { run, status, report } = result;
    if (report === null) {
      throw new Error(`The bench ended as ${status.state} without a report.`);
    }
    const actual = WORKING_PHASES.reduce((sum, phase) => sum + (report.durations[phase] ?? 0), 0) / 1000;
    const floor = secondsFloor(await portage.ledger.facts.readCalls(run));
    return {
      records,
      limits,
      state: report.state,
      calls: { total: report.calls.total, floor: callFloor(report), ratio: rounded(report.calls.total / callFloor(report)), tooManyRequests: (await portal.calls()).rateLimited, byKind: report.calls.byKind },
      seconds: { actual: rounded(actual), floor: rounded(floor), ratio: rounded(actual / floor) },
      recordsPerSecond: Math.round(records / actual),
      secondsByPhase: Object.fromEntries(Object.entries(report.durations).map(([phase, ms]) => [phase, rounded(ms / 1000)])),
      workerMemoryMb: memoryMb,
      eventsOfFullPartition: contacts < RECORDS_OF_FULL_PARTITION ? null : await eventsOf(stack.temporal().address, workflowIds.partition(run, 'contacts', 0)),
    };
  } finally {
    await scene.end();
  }
}

async function eventsOf(address: string, workflowId: string): Promise<number> {
  const connection = await connectToTemporal(address);
  try {
    return (await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory()).events?.length ?? 0;
  } finally {
    await connection.close();
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
