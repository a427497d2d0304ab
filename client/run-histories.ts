/** Reads what the workflows of a run knew from their histories: those stand in Temporal whether or not a worker of theirs still runs. Changes nothing. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError, isGrpcServiceError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { idMapDigest } from '../domain/id-map';
import type { IdPair } from '../domain/id-map';
import type { ObjectType } from '../domain/object-type';
import { workflowIds } from '../workflows/messages';
import { batchResultSchema, migrationInputSchema, planFactsSchema, retriedSchema, shardInputSchema } from './lost-memory.schema';
import type { LostInput, LostPlan } from './lost-memory.schema';

/** gRPC's code of what there is not; a history that is asked for is not translated by the client as other answers are. */
const NOT_FOUND = 5;

/** The events of an execution as far as they are needed: its input, and the results of its activities by type. */
interface Story {
  readonly input: unknown;
  readonly results: readonly { readonly activity: string; readonly result: unknown }[];
}

export interface LostStory {
  readonly input: LostInput;
  /** Null where no plan was made before the ledger was lost. */
  readonly plan: LostPlan | null;
}

/** The run's input and plan, from the newest of its executions that has one: a recovery that was itself broken off has none yet. */
export async function readLostStory(client: Client, run: string): Promise<LostStory> {
  const workflowId = workflowIds.migration(run);
  const newest = await readStory(client, client.workflow.getHandle(workflowId));
  const input = migrationInputSchema.parse(newest.input);
  for (let story: Story | null = newest, seen = 0; story !== null; seen += 1, story = await readEarlier(client, workflowId, seen)) {
    const planned = story.results.findLast(({ activity }) => activity === 'planMigration' || activity === 'rematchRecords' || activity === 'planRetry');
    const plan = planned === undefined ? (migrationInputSchema.parse(story.input).carried?.facts ?? null) : planned.activity === 'planRetry' ? retriedSchema.parse(planned.result).facts : planFactsSchema.parse(planned.result);
    if (plan !== null) {
      return { input, plan };
    }
  }
  return { input, plan: null };
}

/** Pairs of one partition: its shard's where it was sealed, else what its batches had landed. The shard's own digest says whether it is whole. */
export async function readLostPairs(client: Client, run: string, objectType: ObjectType, partition: number): Promise<readonly IdPair[]> {
  const sealed = await unlessUnknown(async () => shardInputSchema.parse((await readStory(client, client.workflow.getHandle(workflowIds.shard(run, objectType, partition)))).input));
  if (sealed !== null && idMapDigest(sealed.pairs) === sealed.digest) {
    return sealed.pairs;
  }
  const open = await unlessUnknown(() => readStory(client, client.workflow.getHandle(workflowIds.partition(run, objectType, partition))));
  return (open?.results ?? []).filter(({ activity }) => activity === 'writeRecords').flatMap(({ result }) => batchResultSchema.parse(result).pairs);
}

/** The execution before the `seen` + 1 newest ones; null where there is none. */
async function readEarlier(client: Client, workflowId: string, seen: number): Promise<Story | null> {
  let index = 0;
  for await (const execution of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    if (index === seen + 1) {
      return readStory(client, client.workflow.getHandle(workflowId, execution.runId));
    }
    index += 1;
  }
  return null;
}

async function readStory(client: Client, handle: WorkflowHandle): Promise<Story> {
  const converter = client.options.loadedDataConverter;
  const decode = async (payloads: Parameters<typeof decodeArrayFromPayloads>[1]): Promise<unknown> => (await decodeArrayFromPayloads(converter, payloads))[0];
  const { events } = await handle.fetchHistory();
  const activities = new Map<string, string>();
  const results: { activity: string; result: unknown }[] = [];
  let input: unknown;
  for (const event of events ?? []) {
    const { workflowExecutionStartedEventAttributes: started, activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
    if (started) {
      input = await decode(started.input?.payloads);
    } else if (scheduled) {
      activities.set(String(event.eventId), scheduled.activityType?.name ?? '');
    } else if (completed) {
      results.push({ activity: activities.get(String(completed.scheduledEventId)) ?? '', result: await decode(completed.result?.payloads) });
    }
  }
  return { input, results };
}

async function unlessUnknown<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND)) {
      return null;
    }
    throw error;
  }
}
