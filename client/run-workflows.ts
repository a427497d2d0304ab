/** The workflows of a run in Temporal: where they stand, and how they are ended. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { retryPhase, workflowIds } from '../workflows/messages';

export interface WorkflowStanding {
  /** `ended`: terminated, cancelled, failed or timed out. */
  readonly status: 'open' | 'completed' | 'ended';
  readonly taskQueue: string;
  /** ISO-8601: the start of its first execution. */
  readonly startedAt: string;
  /** As the list of workflows shows them. */
  readonly phase: string | null;
  readonly state: string | null;
}

export interface OpenRun {
  readonly run: string;
  readonly taskQueue: string;
}

/** The newest workflow of a run; null where there is none. */
export async function describeMigration(client: Client, run: string): Promise<WorkflowStanding | null> {
  const workflowId = workflowIds.migration(run);
  try {
    const { status, taskQueue, startTime, typedSearchAttributes, raw } = await client.workflow.getHandle(workflowId).describe();
    const firstRunId = raw.workflowExecutionInfo?.firstRunId;
    const first = firstRunId ? await client.workflow.getHandle(workflowId, firstRunId).describe().catch(() => null) : null;
    const shown = (name: string): string | null => {
      const value = typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value;
      return typeof value === 'string' ? value : null;
    };
    return {
      status: status.name === 'RUNNING' ? 'open' : status.name === 'COMPLETED' ? 'completed' : 'ended',
      taskQueue,
      startedAt: (first?.startTime ?? startTime).toISOString(),
      phase: shown('PortagePhase'),
      state: shown('PortageState'),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return null;
    }
    throw error;
  }
}

/** Open migrations of this id, of any ledger, newest run first. Temporal's list may lag seconds behind. */
export async function findOpenRuns(client: Client, migrationId: string): Promise<readonly OpenRun[]> {
  const runs: OpenRun[] = [];
  for await (const { workflowId, taskQueue } of client.workflow.list({ query: `WorkflowType = "migration" AND ExecutionStatus = "Running"` })) {
    const run = workflowId.slice(workflowIds.migration('').length);
    if (run.slice(0, run.lastIndexOf('.')) === migrationId) {
      runs.push({ run, taskQueue });
    }
  }
  const numberOf = ({ run }: OpenRun): number => Number(run.slice(run.lastIndexOf('.') + 1));
  return runs.sort((one, other) => numberOf(other) - numberOf(one));
}

interface Planned {
  readonly records: readonly { readonly objectType: ObjectType; readonly partitions: readonly { readonly partition: number }[] }[];
  readonly associations: readonly { readonly partitions: readonly unknown[] }[];
}

export const shardsOf = (run: string, { records }: Planned): readonly string[] => records.flatMap(({ objectType, partitions }) => partitions.map(({ partition }) => workflowIds.shard(run, objectType, partition)));

/** How often records were tried again: each round has partitions of its own. */
export const roundsOf = ({ records }: { readonly records: readonly { readonly partitions: readonly { readonly round?: number | undefined }[] }[] }): number => Math.max(0, ...records.flatMap(({ partitions }) => partitions.map(({ round = 0 }) => round)));

/** The migration first, so that it starts none of the others again. @param rounds of retry that were begun */
export function workflowsOf(run: string, planned: Planned | null, rounds = 0): readonly string[] {
  const recordCount = (objectTypes: readonly ObjectType[]): number => (planned?.records ?? []).filter(({ objectType }) => objectTypes.includes(objectType)).reduce((sum, { partitions }) => sum + partitions.length, 0);
  const associationCount = (planned?.associations ?? []).reduce((sum, { partitions }) => sum + partitions.length, 0);
  const phases: readonly (readonly [name: string, partitions: number])[] = [
    ...OBJECT_TYPES.flatMap((objectType) => [objectType, `undo-${objectType}`].map((name) => [name, recordCount([objectType])] as const)),
    ['relink', associationCount],
    ['undo-associations', associationCount],
    ['verify', recordCount(OBJECT_TYPES) + associationCount],
  ];
  const retried = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) => phases.filter(([name]) => !name.startsWith('undo-')).map(([name, count]) => [retryPhase(round, name), count] as const));
  return [
    workflowIds.migration(run),
    workflowIds.rollback(run),
    ...[...phases, ...retried].map(([name]) => workflowIds.phase(run, name)),
    ...[...phases, ...retried].flatMap(([name, count]) => Array.from({ length: count }, (_, index) => workflowIds.partition(run, name, index))),
  ];
}

/** Ends what is open of these; what is closed or unknown stays as it is. Their histories stay readable. */
export async function terminateAll(client: Client, ids: readonly string[], reason: string): Promise<void> {
  for (const workflowId of ids) {
    try {
      await client.workflow.getHandle(workflowId).terminate(reason);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) {
        throw error;
      }
    }
  }
}
