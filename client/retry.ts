/** Plans the failed and skipped records of a run anew, and says what a retry would do with them. Nothing is written before a person has seen it. */
import type { Client } from '@temporalio/client';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { furtherSchema } from '../domain/retried-plan';
import { STATE_WORDS } from '../domain/words';
import type { Ledger, RunRow } from '../ledger/ledger';
import type { RetrySelection } from '../ledger/retry-store';
import { retrySignal, workflowIds } from '../workflows/messages';
import { CommandError, EXIT } from './command-error';
import { refuseAnotherLedgers } from './other-ledger';

export interface RetryProposal {
  readonly run: string;
  /** Id of the dry run. */
  readonly planning: string;
  /** Null where it could not be planned: the findings of the dry run say why. */
  readonly plan: PlanSummary | null;
  /** What it would add to the portal's schema. */
  readonly schemaChanges: PlanSummary['schemaChanges'];
  /** By type: written, combined with another record, and how many stay as they are. */
  readonly types: readonly { readonly objectType: ObjectType; readonly write: number; readonly combine: number; readonly stay: number }[];
  /** Gives it to the migration. @throws PlanError `retry-stands` while another round is under way */
  proceed(): Promise<{ readonly round: number }>;
}

export interface RetryScene {
  readonly ledger: Ledger;
  readonly ledgerId: string;
  readonly client: Client;
  /** Starts a dry run and waits for its end. */
  readonly plan: (definition: MigrationDefinition, retryOf: string) => Promise<string>;
}

/** @param definition the mended migration file; null: as the run was planned, e.g. because the portal was mended */
export async function proposeRetry({ ledger, ledgerId, client, plan: planned }: RetryScene, row: RunRow, definition: MigrationDefinition | null, selection: RetrySelection): Promise<RetryProposal> {
  if (!['paused', 'verified', 'differs', 'finished-with-refusals'].includes(row.state)) {
    throw new CommandError(EXIT.usage, `Nothing of run ${row.run} can be tried again: ${STATE_WORDS[row.state]}.`, `Records are tried again once a run is through, or waits: portage status ${row.run} shows where it is.`);
  }
  if (definition !== null && definition.id !== row.migrationId) {
    throw new CommandError(EXIT.usage, `The file is of migration "${definition.id}", run ${row.run} of "${row.migrationId}".`, 'Give the file that the run was started with, mended.');
  }
  const planning = await planned(definition ?? row.definition, row.run);
  const plan = await ledger.plans.read((await ledger.runs.find(planning))?.stagingId ?? planning);
  const before = await ledger.plans.read(row.stagingId);
  return {
    run: row.run,
    planning,
    plan,
    schemaChanges: plan === null || before === null ? [] : furtherSchema(before.schema, plan.schema),
    types: plan === null ? [] : await typesOf(ledger, row, planning, selection),
    async proceed() {
      await refuseAnotherLedgers(client, row.run, ledgerId);
      const { round } = await ledger.retries.open(row.run, { ...selection, planning, now: new Date().toISOString() });
      await client.workflow.getHandle(workflowIds.migration(row.run)).signal(retrySignal, { round });
      return { round };
    },
  };
}

async function typesOf(ledger: Ledger, row: RunRow, planning: string, selection: RetrySelection): Promise<RetryProposal['types']> {
  const takes = await ledger.retries.decide({ run: row.run, ...selection }, planning);
  const { records } = await ledger.facts.tallies(row.run);
  return OBJECT_TYPES.flatMap((objectType) => {
    const tally = records[objectType];
    const open = (tally?.refused ?? 0) + (tally?.leftOut ?? 0);
    const combine = takes[objectType].filter(({ foldInto }) => foldInto !== null).length;
    return open === 0 ? [] : [{ objectType, write: takes[objectType].length - combine, combine, stay: open - takes[objectType].length }];
  });
}
