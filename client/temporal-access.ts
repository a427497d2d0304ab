/** A client's way to Temporal's server. */
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { taskQueues } from '../workflows/messages';
import { CommandError, EXIT } from './command-error';
import { otherLedgers } from './doctor/look-at-temporal';

/** A server that is silent for longer is as good as away, for whoever only looks. */
export const ANSWER_MS = 3_000;

export interface TemporalAccess {
  /** Connects at the first use, so that what only reads the ledger needs no Temporal. */
  client(): Promise<Client>;
  hasWorker(ledgerId: string): Promise<boolean>;
  workersElsewhere(ledgerId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function createTemporalAccess(environment: Readonly<Record<string, string | undefined>>, userConfigFile: 'read' | 'ignore'): TemporalAccess {
  const variables = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: variables, disableFile: userConfigFile === 'ignore' });
  let connection: Connection | null = null;
  const client = async (): Promise<Client> => {
    try {
      connection ??= await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
    } catch (error) {
      throw new CommandError(EXIT.unreachable, `Temporal does not answer at ${connectionOptions.address ?? 'localhost:7233'}.`, 'Start one on this machine with portage dev, or set TEMPORAL_ADDRESS.', { cause: error });
    }
    return new Client({ connection, ...(namespace === undefined ? {} : { namespace }) });
  };
  return {
    client,
    async hasWorker(ledgerId) {
      const { connection: open, options } = await client();
      try {
        const described = await open.withDeadline(Date.now() + ANSWER_MS, () => open.workflowService.describeTaskQueue({ namespace: options.namespace, taskQueue: { name: taskQueues.ledger(ledgerId) }, taskQueueType: 1 }));
        return described.pollers.length > 0;
      } catch (error) {
        if (isGrpcServiceError(error)) {
          return false;
        }
        throw error;
      }
    },
    async workersElsewhere(ledgerId) {
      const { connection: open, options } = await client();
      try {
        return await open.withDeadline(Date.now() + ANSWER_MS, () => otherLedgers(open, options.namespace, [taskQueues.ledger(ledgerId), taskQueues.portal(ledgerId)]));
      } catch (error) {
        if (isGrpcServiceError(error)) {
          return [];
        }
        throw error;
      }
    },
    async close() {
      await connection?.close();
    },
  };
}
