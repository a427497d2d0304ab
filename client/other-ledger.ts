/** Two ledgers on one Temporal may hold migrations of one id: what belongs to the other is neither followed nor told anything. */
import type { Client } from '@temporalio/client';
import { taskQueues, workflowIds } from '../workflows/messages';
import { CommandError, EXIT } from './command-error';
import { describeMigration, findOpenRuns } from './run-workflows';

const LEDGER_QUEUE = taskQueues.ledger('');
const ANOTHER_PLACE = 'Work where that ledger is (its folder, or PORTAGE_LEDGER), or give this migration an id of its own, or a Temporal namespace of its own (TEMPORAL_NAMESPACE).';

/** @throws CommandError where an open run of this migration belongs to another ledger. Nothing has been opened yet. */
export async function refuseWhereAnotherLedgerMoves(client: Client, migrationId: string, ledgerId: string): Promise<void> {
  const other = (await findOpenRuns(client, migrationId)).find(({ taskQueue }) => taskQueue !== taskQueues.ledger(ledgerId));
  if (other !== undefined) {
    throw belongsToAnother(other.run, other.taskQueue);
  }
}

/** @throws CommandError where the run's workflow, open or closed, is another ledger's */
export async function refuseAnotherLedgers(client: Client, run: string, ledgerId: string): Promise<void> {
  const standing = await describeMigration(client, run);
  if (standing !== null && standing.taskQueue !== taskQueues.ledger(ledgerId)) {
    throw belongsToAnother(run, standing.taskQueue);
  }
}

/** @throws CommandError as the other does, for a look at source and portal */
export const planningOfAnother = (run: string): CommandError =>
  new CommandError(EXIT.planRefused, `Another ledger on this Temporal is at work on ${workflowIds.planning(run)}: both have a migration of this id.`, ANOTHER_PLACE);

function belongsToAnother(run: string, taskQueue: string): CommandError {
  return new CommandError(EXIT.planRefused, `Run ${run} in Temporal belongs to another ledger (${taskQueue.slice(LEDGER_QUEUE.length)}), not to this one: nothing was started and nothing was told to it.`, `${ANOTHER_PLACE} If that ledger is lost: portage recover ${run} --file migration.yaml.`);
}
