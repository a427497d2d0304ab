import type { Client } from '@temporalio/client';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { taskQueues, workflowIds } from '../workflows/messages';
import type { MigrationInput } from '../workflows/messages';
import type { MigrationWorkflowInput, migration } from '../workflows/migration';

const HUNDRED_YEARS = '876000h';

/** What the migration file says of a run, as its workflow takes it. */
export function toMigrationInput(definition: MigrationDefinition, given: Pick<MigrationInput, 'run' | 'ledgerId' | 'epoch' | 'expectedPlanDigest' | 'approve' | 'acceptDrift' | 'searchLagMs'>): MigrationInput {
  return {
    ...given,
    migrationId: definition.id,
    rate: definition.quota.rate,
    reserve: definition.quota.reserve,
    ...(definition.notify === undefined ? {} : { notify: true }),
    rollbackWindowMs: definition.rollbackWindowDays * 24 * 60 * 60 * 1000,
  };
}

/** @param reuse whether an earlier workflow of the run, one that has closed, may be followed by this one */
export async function startMigrationWorkflow(client: Client, definition: MigrationDefinition, input: MigrationWorkflowInput, reuse: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE'): Promise<void> {
  await client.workflow.start<typeof migration>('migration', {
    workflowId: workflowIds.migration(input.run),
    taskQueue: taskQueues.ledger(input.ledgerId),
    args: [input],
    workflowIdReusePolicy: reuse,
    workflowExecutionTimeout: HUNDRED_YEARS,
    staticSummary: `Migration ${definition.id}: ${definition.source.crm} to ${definition.target.crm}`,
    staticDetails: `Run \`${input.run}\`. Pause, resume, roll back and finalize are signals of this workflow, or commands: \`portage --help\`.`,
  });
}
