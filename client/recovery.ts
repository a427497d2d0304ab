/** Rebuilds one home of a run's memory from the other: what is lost is said before anything is done. */
import type { Client } from '@temporalio/client';
import { definitionDigest } from '../domain/definition-digest';
import { planFacts } from '../domain/migration-plan';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { OnlyId } from '../domain/only-ids';
import { OVER_STATES } from '../domain/phase';
import { stateFromLedger, stateFromWorkflows } from '../domain/recovered-state';
import { STATE_WORDS } from '../domain/words';
import type { Ledger, RunRow } from '../ledger/ledger';
import { taskQueues } from '../workflows/messages';
import type { MigrationInput } from '../workflows/messages';
import { CommandError, EXIT } from './command-error';
import { readLostPairs, readLostStory } from './run-histories';
import { describeMigration, findOpenRuns, roundsOf, shardsOf, terminateAll, workflowsOf } from './run-workflows';
import type { WorkflowStanding } from './run-workflows';
import { startMigrationWorkflow, toMigrationInput } from './start-migration';

export interface Recovery {
  readonly run: string;
  readonly lost: 'temporal' | 'ledger';
  /** What nothing brings back, one sentence each. */
  readonly losses: readonly string[];
  /** Whether it waits for `portage resume` once it stands again. */
  readonly startsPaused: boolean;
  /** Does it. Repeatable: broken off anywhere, it is simply asked for again. */
  proceed(): Promise<RunRow>;
}

export interface RecoveryScene {
  readonly ledger: Ledger;
  readonly ledgerId: string;
  readonly client: Client;
  /** The list of `--only` that the run was started with, where its ledger is lost. */
  readonly only: readonly OnlyId[] | null;
  /** What the caller knows better than the defaults. */
  readonly known: Pick<MigrationInput, 'searchLagMs'>;
}

const LOST_WITH_TEMPORAL: readonly string[] = [
  'What was set by hand: the share of the rate, the reserve, pauses. They are as the migration file says, and the run waits until you resume it.',
  'How fast it went: the expected end is known again after a minute.',
];
const LOST_WITH_TEMPORAL_UNDOING = 'Whether the rollback was to undo edited records too: it leaves them alone.';
const LOST_WITH_LEDGER: readonly string[] = [
  'The values that stood in the portal before (pre-images): a rollback can no longer restore records that were there before the run; it lists them.',
  'Which associations the run added: a rollback leaves those between records that stay.',
  'Which properties, groups and pipelines the run made: a rollback leaves them.',
  'Which records the portal refused, and why: they are tried once more.',
  'What was counted and found so far: calls, differences, the report. It is read back and reported anew.',
];

/**
 * Looks at both homes and says what can be done. Changes nothing.
 * @param id a migration or a run; null: the migration of the file, or the only one in the ledger
 * @param definition the migration file: needed where the ledger is lost, which alone held it
 */
export async function assembleRecovery(scene: RecoveryScene, id: string | null, definition: MigrationDefinition | null): Promise<Recovery> {
  const row = await findRow(scene.ledger, id ?? definition?.id ?? null);
  const standing = row === null ? null : await describeMigration(scene.client, row.run);
  const isAnotherLedgers = standing !== null && standing.taskQueue !== taskQueues.ledger(scene.ledgerId);
  if (row !== null && !isAnotherLedgers) {
    return fromLedger(scene, row, standing);
  }
  return fromWorkflows(scene, await nameRun(scene.client, row?.run ?? id, definition), definition);
}

async function findRow(ledger: Ledger, id: string | null): Promise<RunRow | null> {
  const rows = (await ledger.runs.list()).filter((row) => row.kind === 'migration');
  const named = id === null ? rows : rows.filter((row) => row.run === id || row.migrationId === id);
  if (id === null && new Set(named.map((row) => row.migrationId)).size > 1) {
    throw new CommandError(EXIT.usage, 'There are several migrations in this ledger.', 'Name one of those that portage list shows.');
  }
  return named[0] ?? null;
}

async function nameRun(client: Client, id: string | null, definition: MigrationDefinition | null): Promise<string> {
  const migrationId = id ?? definition?.id;
  if (migrationId === undefined) {
    throw new CommandError(EXIT.usage, 'There is no migration in this ledger.', 'If the ledger was lost, say which migration is to be recovered: portage recover --file migration.yaml. PORTAGE_LEDGER says which ledger is read.');
  }
  const [newest] = /\.\d+$/.test(migrationId) ? [migrationId] : (await findOpenRuns(client, migrationId)).map(({ run }) => run);
  if (newest === undefined) {
    throw new CommandError(EXIT.usage, `Neither this ledger nor Temporal knows an open run of "${migrationId}".`, 'PORTAGE_LEDGER and TEMPORAL_ADDRESS say where is looked; portage list shows what the ledger has.');
  }
  return newest;
}

// ---------------------------------------------------------------- Temporal is lost

function fromLedger({ ledger, ledgerId, client, known }: RecoveryScene, row: RunRow, standing: WorkflowStanding | null): Recovery {
  const { run, definition } = row;
  if (OVER_STATES.includes(row.state)) {
    throw new CommandError(EXIT.usage, `Run ${run} is over (${STATE_WORDS[row.state]}): there is nothing to recover.`, `portage status ${run} shows it.`);
  }
  if (standing?.status === 'open') {
    throw new CommandError(EXIT.usage, `Run ${run} needs no recovery: its workflow is open in Temporal, and the ledger knows it.`, `portage status ${run} shows what it waits for.`);
  }
  return {
    run,
    lost: 'temporal',
    losses: [...LOST_WITH_TEMPORAL, ...(row.phase === 'rollback' ? [LOST_WITH_TEMPORAL_UNDOING] : [])],
    startsPaused: true,
    async proceed() {
      // From here on nothing that was begun before can write any more.
      const epoch = await ledger.recovery.raiseEpoch(run);
      const plan = await ledger.plans.read(row.stagingId);
      const facts = plan === null ? null : planFacts(plan);
      await terminateAll(client, workflowsOf(run, facts, row.round), `recovered in epoch ${epoch}`);
      const { records, associations } = await ledger.facts.tallies(run);
      const { recordsCompared, cellsCompared, associationsCompared, differences } = await ledger.facts.readVerification(run);
      const input = toMigrationInput(definition, { run, ledgerId, epoch, expectedPlanDigest: null, approve: null, ...known });
      const carried = stateFromLedger({
        settings: definition.quota,
        portalId: row.portalId,
        facts,
        phase: row.phase,
        phases: await ledger.facts.readPhases(run),
        outcome: (await ledger.facts.readReport(run))?.state ?? null,
        written: {
          ...Object.fromEntries(OBJECT_TYPES.flatMap((type) => pick(type, records[type], ['created', 'updated', 'unchanged', 'refused']))),
          ...Object.fromEntries(ASSOCIATION_TYPES.flatMap((type) => pick(type, associations[type], ['added', 'alreadyThere', 'refused', 'endNotWritten']))),
        },
        verified: { recordsCompared, cellsCompared, associationsCompared, differences },
        rounds: (await ledger.retries.unfinished(run)).map(({ round }) => round),
        rollbackWindowMs: input.rollbackWindowMs,
        now: new Date().toISOString(),
      });
      // Seen at once, also while no worker polls.
      await ledger.runs.update(run, { state: 'paused', reasons: carried.controls.control.reasons });
      await startMigrationWorkflow(client, definition, { ...input, carried }, 'ALLOW_DUPLICATE');
      return { ...row, epoch };
    },
  };
}

function pick<Tally extends object>(type: string, tally: Tally | undefined, words: readonly (keyof Tally & string)[]): readonly (readonly [string, Readonly<Record<string, number>>])[] {
  return tally === undefined ? [] : [[type, Object.fromEntries(words.map((word) => [word, Number(tally[word])]))]];
}

// ---------------------------------------------------------------- the ledger is lost

async function fromWorkflows({ ledger, ledgerId, client, only, known }: RecoveryScene, run: string, definition: MigrationDefinition | null): Promise<Recovery> {
  const standing = await describeMigration(client, run);
  if (standing === null) {
    throw new CommandError(EXIT.usage, `Neither this ledger nor Temporal knows a run ${run}.`, 'PORTAGE_LEDGER and TEMPORAL_ADDRESS say where is looked.');
  }
  if (standing.status === 'completed') {
    throw new CommandError(EXIT.usage, `Run ${run} has ended in Temporal: there is nothing to recover.`, 'What it wrote can be found in the portal by its stamp, the property migration_provenance.');
  }
  if (definition === null) {
    throw new CommandError(EXIT.usage, `The ledger of run ${run} is lost, and with it the migration file's content, which nothing else holds.`, `Give the file that the run was started with: portage recover ${run} --file migration.yaml`);
  }
  const { input, plan } = await readLostStory(client, run);
  if (input.migrationId !== definition.id) {
    throw new CommandError(EXIT.usage, `The file is of migration "${definition.id}", run ${run} of "${input.migrationId}".`, 'Give the file that the run was started with.');
  }
  if (plan === null || standing.phase === null || ['preflight', 'stage', 'plan'].includes(standing.phase)) {
    throw new CommandError(EXIT.usage, `Run ${run} had written nothing when its ledger was lost: there is nothing to recover.`, `End its workflow (temporal workflow terminate --workflow-id migration/${run}) and start anew: portage start.`);
  }
  const now = standing.phase === 'rollback' ? 'rolling-back' : standing.state === 'paused' ? 'paused' : 'running';
  return {
    run,
    lost: 'ledger',
    losses: LOST_WITH_LEDGER,
    startsPaused: now !== 'running',
    async proceed() {
      const row = await ledger.recovery.adopt({ run, migrationId: definition.id, definition, definitionDigest: definitionDigest(definition, only), portalId: plan.portalId, epoch: input.epoch, createdAt: standing.startedAt });
      if (only !== null) {
        await ledger.drift.saveOnly(run, only);
      }
      // Copied before its keepers are ended. Told again, it is the same.
      for (const { objectType, partitions } of plan.records) {
        for (const { partition } of partitions) {
          await ledger.recovery.saveWitnesses(run, objectType, await readLostPairs(client, run, objectType, partition));
        }
      }
      await terminateAll(client, [...workflowsOf(run, plan, roundsOf(plan)), ...shardsOf(run, plan)], `recovered in epoch ${row.epoch}, ledger ${ledgerId}`);
      const carried = stateFromWorkflows({ settings: definition.quota, portalId: plan.portalId, expected: plan.parts ?? null, standing: now, now: new Date().toISOString() });
      await startMigrationWorkflow(client, definition, { ...toMigrationInput(definition, { run, ledgerId, epoch: row.epoch, expectedPlanDigest: null, approve: null, ...known }), carried }, 'ALLOW_DUPLICATE');
      return row;
    },
  };
}
