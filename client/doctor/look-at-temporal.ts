/** Temporal's server, and who polls there. */
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SEARCH_ATTRIBUTES } from '../../local/temporal-server';
import { taskQueues } from '../../workflows/messages';
import { ok, problem, unreachable, warning, type DoctorLine } from './doctor-line';

type Environment = Readonly<Record<string, string | undefined>>;

const CALL_TIMEOUT_MS = 3_000;
/** temporal.api.enums.v1.TaskQueueType */
const QUEUE_TYPE = { workflow: 1, activity: 2 } as const;
/** gRPC's status. */
const NOT_FOUND = 5;

/** @param ledgerId of the ledger that this shell names; null where it cannot be read, or is not there yet */
export async function lookAtTemporal(environment: Environment, ledgerId: string | null): Promise<readonly DoctorLine[]> {
  const set = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
  let settings: ReturnType<typeof loadClientConnectConfig>;
  try {
    settings = loadClientConnectConfig({ overrideEnvVars: set });
  } catch {
    return [problem('Temporal', 'TEMPORAL_* or the SDK\'s configuration file cannot be read', 'Mend them; .env.example explains each variable.')];
  }
  const address = settings.connectionOptions.address ?? 'localhost:7233';
  const namespace = settings.namespace ?? 'default';
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...settings.connectionOptions, connectTimeout: CALL_TIMEOUT_MS });
  } catch {
    return [unreachable('Temporal', `does not answer at ${address}`, 'Start one on this machine with portage dev, or set TEMPORAL_ADDRESS to where it runs.')];
  }
  try {
    return await connection.withDeadline(Date.now() + 4 * CALL_TIMEOUT_MS, async () => {
      const server = await lookAtNamespace(connection, address, namespace);
      return server.some(({ verdict }) => verdict === 'problem') ? server : [...server, ...(await lookAtAttributes(connection, namespace)), ...(await lookAtWorkers(connection, namespace, ledgerId))];
    });
  } finally {
    await connection.close();
  }
}

async function lookAtNamespace(connection: Connection, address: string, namespace: string): Promise<readonly DoctorLine[]> {
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    await connection.workflowService.describeNamespace({ namespace });
    return [ok('Temporal', `server ${serverVersion ?? ''} at ${address}, namespace ${namespace}`)];
  } catch (error) {
    if (isGrpcServiceError(error)) {
      return [Number(error.code) === NOT_FOUND ? problem('Temporal', `the server at ${address} has no namespace ${namespace}`, 'Make it, or correct TEMPORAL_NAMESPACE; compose/setup-namespace.sh shows how.') : unreachable('Temporal', `the server at ${address} refuses: ${error.details}`, 'Check TEMPORAL_API_KEY or the certificates, and the namespace.')];
    }
    throw error;
  }
}

/** A workflow that sets an attribute which is not registered waits until it is. */
async function lookAtAttributes(connection: Connection, namespace: string): Promise<readonly DoctorLine[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.keys(SEARCH_ATTRIBUTES).filter((name) => customAttributes?.[name] === undefined);
    return [missing.length === 0 ? ok('Search attributes', `all ${Object.keys(SEARCH_ATTRIBUTES).length} registered`) : problem('Search attributes', `not registered: ${missing.join(', ')}`, 'portage dev registers them on its own server; elsewhere: temporal operator search-attribute create, as compose/setup-namespace.sh does. Until then every run waits.')];
  } catch (error) {
    if (isGrpcServiceError(error)) {
      return [warning('Search attributes', 'this server does not list them', `In Temporal Cloud look at the namespace's page: ${Object.keys(SEARCH_ATTRIBUTES).join(', ')} must be there.`)];
    }
    throw error;
  }
}

const START_WORKER = 'Start one in this folder: portage dev, or portage worker with the same PORTAGE_LEDGER and TEMPORAL_ADDRESS.';

async function lookAtWorkers(connection: Connection, namespace: string, ledgerId: string | null): Promise<readonly DoctorLine[]> {
  const polled = polledBy(connection, namespace);
  const own = ledgerId === null ? [] : [taskQueues.ledger(ledgerId), taskQueues.portal(ledgerId)];
  const kinds = ledgerId === null ? [] : await Promise.all([polled(taskQueues.ledger(ledgerId), QUEUE_TYPE.workflow), polled(taskQueues.ledger(ledgerId), QUEUE_TYPE.activity), polled(taskQueues.portal(ledgerId), QUEUE_TYPE.activity)]);
  if (kinds.length > 0 && kinds.every(Boolean)) {
    return [ok('Worker', `polls ${own.join(' and ')}`)];
  }
  const others = await otherLedgers(connection, namespace, own);
  if (others.length > 0) {
    return [problem('Worker', `none for this ledger${ledgerId === null ? '' : ` (${ledgerId})`}, but one polls for another: ${others.join(', ')}`, 'Worker and command line must name the same ledger: set PORTAGE_LEDGER to the worker\'s file, or run this where its .portage/ is.')];
  }
  return [kinds.some(Boolean) ? warning('Worker', 'polls only some of its queues: it is just starting, or just ending', 'Ask again in a moment; if it stays so, restart it.') : warning('Worker', 'none polls', START_WORKER)];
}

const polledBy = (connection: Pick<Connection, 'workflowService'>, namespace: string) => async (name: string, taskQueueType: number): Promise<boolean> =>
  (await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType })).pollers.length > 0;

/** Ledgers of the newest workflows that some worker polls for. A list of queues there is none. */
export async function otherLedgers(connection: Pick<Connection, 'workflowService'>, namespace: string, own: readonly string[]): Promise<readonly string[]> {
  const polled = polledBy(connection, namespace);
  const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 100, query: 'WorkflowType IN ("migration", "planning")' });
  const queues = [...new Set(executions.flatMap(({ taskQueue }) => (taskQueue?.startsWith('portage-') === true && !own.includes(taskQueue) ? [taskQueue] : [])))];
  const isPolled = await Promise.all(queues.map((name) => polled(name, QUEUE_TYPE.workflow)));
  return queues.filter((_, at) => isPolled[at]).map((name) => name.slice('portage-'.length));
}
