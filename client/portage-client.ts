/**
 * The typed API behind the command line, for scripts: start a migration, tell it things, read where it stands.
 *
 *     const portage = await connectPortage();
 *     const migration = await portage.start('./migration.yaml');
 *     const status = await migration.ended();
 *     await portage.close();
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { parseMigrationFile } from '../domain/migration-file.schema';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { OVER_STATES } from '../domain/phase';
import type { Report } from '../domain/report.schema';
import type { Ledger, RunRow } from '../ledger/ledger';
import { openLedger } from '../ledger/open-ledger';
import type { RetrySelection } from '../ledger/retry-store';
import type { PlanningInput, ResumeInput, RollbackInput, StatusView, ThrottleInput } from '../workflows/messages';
import { finalizeSignal, pauseSignal, resumeSignal, rollbackSignal, statusQuery, taskQueues, throttleSignal, workflowIds } from '../workflows/messages';
import { definitionDigest } from '../domain/definition-digest';
import { CommandError, EXIT } from './command-error';
import { loadConfig, processEnvironment } from './config';
import { ENDED_STATES, readStatus, type MigrationStatus } from './migration-status';
import { openRun, stands } from './open-run';
import { planningOfAnother, refuseAnotherLedgers, refuseWhereAnotherLedgerMoves } from './other-ledger';
import { assembleRecovery, type Recovery } from './recovery';
import { describeMigration } from './run-workflows';
import type { OnlyId } from '../domain/only-ids';
import { readOnlyIds } from './read-only-ids';
import { proposeRetry, type RetryProposal } from './retry';
import { startMigrationWorkflow, toMigrationInput } from './start-migration';
import { ANSWER_MS, createTemporalAccess } from './temporal-access';
import type { TemporalAccess } from './temporal-access';
import { isTemporalAway } from './temporal-away';

export interface ConnectOptions {
  /** Defaults to the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here; defaults to the working folder. */
  readonly folder?: string;
  /** Read `temporalio/temporal.toml` of the user as the SDK does. */
  readonly userConfigFile?: 'read' | 'ignore';
  /** How long the portal's search lags behind its writes, where it is known better than by default: for rehearsals. */
  readonly searchLagMs?: number;
}

export interface StartOptions {
  /** Start only if this plan comes out again. */
  readonly planDigest?: string;
  /** Approve the plan that comes out, if exactly so many records are left out for reasons that are not the user's own. */
  readonly approve?: { readonly acceptLeftOut: number };
  /** Go on although more than a hundredth of that plan's records got another verdict since. */
  readonly acceptDrift?: true;
  /** Path of a list of source ids: nothing else is moved. */
  readonly only?: string;
}

export interface PortageClient {
  /** Opens a run of the migration in this file and starts it. Throws CommandError before anything is started. */
  start(file: string, options?: StartOptions): Promise<Migration>;
  /** Starts preflight alone, or preflight, staging and plan. */
  plan(file: string, stopAfter: PlanningInput['stopAfter'], options?: Pick<StartOptions, 'only'>): Promise<Planning>;
  /**
   * Plans failed and skipped records of a run anew, by a mended file or as before; `proceed` of what it gives writes those that can be written now.
   * @throws CommandError where the run is not through and does not wait, or the file is another migration's
   */
  retry(run: string, options: { readonly file?: string; readonly selection: RetrySelection }): Promise<RetryProposal>;
  /** Looks at source and portal for a migration file that is still to be made, or to be added to. `source.files` is an absolute path. */
  sample(definition: MigrationDefinition): Promise<Planning>;
  /** The newest run of a migration (`acme-2026`) that was not refused at its start, or one run of it (`acme-2026.2`); without an id, the only migration there is. */
  migration(id?: string): Promise<Migration>;
  list(): Promise<readonly RunRow[]>;
  /**
   * Looks which home of a run's memory was lost, and says what that costs; `proceed` rebuilds it from the other. `file`, and the list of `--only` if there was one, are needed where the ledger was lost.
   * @throws CommandError where nothing is lost, or nothing is left to recover from
   */
  recovery(id?: string, file?: string, only?: string): Promise<Omit<Recovery, 'proceed'> & { proceed(): Promise<Migration> }>;
  /** Is a worker of this ledger polling? */
  hasWorker(ledgerId?: string): Promise<boolean>;
  /** Ids of other ledgers that some worker of this Temporal server polls for. */
  workersElsewhere(): Promise<readonly string[]>;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

export interface Planning {
  readonly run: string;
  /** Resolves when the planning workflow has closed. The plan and the findings are in the ledger. */
  ended(): Promise<void>;
}

export interface Migration {
  readonly run: string;
  readonly row: RunRow;
  pause(): Promise<void>;
  resume(input?: ResumeInput): Promise<void>;
  /** Without `confirm` it pauses and prepares the dry run; with the run's id it acts. */
  rollback(input?: RollbackInput): Promise<void>;
  throttle(input: ThrottleInput): Promise<void>;
  finalize(): Promise<void>;
  status(): Promise<MigrationStatus>;
  /** Asks the workflow itself; null when no worker answers in time. */
  live(): Promise<StatusView | null>;
  /** Is the run's workflow open? Null when Temporal does not answer. A run that is over has none. */
  workflow(): Promise<'open' | 'gone' | null>;
  report(): Promise<Report | null>;
  /** Polls the ledger until the run is verified, differs, is rolled back, finalized or not started; gives that status. */
  ended(pollMs?: number): Promise<MigrationStatus>;
}

/** As Temporal's Web UI shows them. */
const SUMMARIES: Readonly<Record<PlanningInput['stopAfter'], string>> = { sample: 'Look at the source', preflight: 'Preflight', plan: 'Dry run' };

export async function connectPortage(options: ConnectOptions = {}): Promise<PortageClient> {
  const environment = options.environment ?? processEnvironment();
  const folder = options.folder ?? process.cwd();
  const config = loadConfig(environment, folder);
  const ledger = await openLedger({ location: config.ledger });
  const { ledgerId } = await ledger.identity();
  const known = options.searchLagMs === undefined ? {} : { searchLagMs: options.searchLagMs };
  const temporal = createTemporalAccess(environment, options.userConfigFile ?? 'read');

  const migrationOf = (row: RunRow): Migration => createMigration({ row, ledger, ledgerId, temporal });
  const startPlanning = async (definition: MigrationDefinition, asked: Pick<PlanningInput, 'stopAfter' | 'retryOf'>, only: readonly OnlyId[] | null = null): Promise<Planning> => {
    const client = await temporal.client();
    const { run } = await ledger.runs.open({ migrationId: definition.id, kind: 'planning', definition, definitionDigest: definitionDigest(definition, only), now: new Date().toISOString() });
    if (only !== null) {
      await ledger.drift.saveOnly(run, only);
    }
    const input: PlanningInput = { run, ledgerId, ...asked };
    const handle = await client.workflow
      .start('planning', {
        workflowId: workflowIds.planning(run),
        taskQueue: taskQueues.ledger(ledgerId),
        args: [input],
        staticSummary: `${SUMMARIES[asked.stopAfter]} of migration ${definition.id}`,
      })
      .catch((error: unknown) => {
        throw error instanceof WorkflowExecutionAlreadyStartedError ? planningOfAnother(run) : error;
      });
    return {
      run,
      async ended() {
        // A planning that fails has left its findings in the ledger: they are the answer.
        await handle.result().catch(() => undefined);
      },
    };
  };

  return {
    ledger,
    async start(file, startOptions = {}) {
      const definition = await readDefinition(resolve(folder, file));
      const planDigest = startOptions.planDigest === undefined ? null : await wholeDigest(ledger, definition.id, startOptions.planDigest);
      const only = startOptions.only === undefined ? null : await readOnlyIds(resolve(folder, startOptions.only));
      const client = await temporal.client();
      await refuseWhereAnotherLedgerMoves(client, definition.id, ledgerId);
      const row = await openRun({ ledger, client }, definition, only);
      if (only !== null) {
        await ledger.drift.saveOnly(row.run, only);
      }
      const { approve = null, acceptDrift } = startOptions;
      const input = toMigrationInput(definition, { run: row.run, ledgerId, epoch: row.epoch, expectedPlanDigest: planDigest, approve, ...(acceptDrift === undefined ? {} : { acceptDrift }), ...known });
      try {
        await startMigrationWorkflow(client, definition, input, 'REJECT_DUPLICATE');
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
          throw error;
        }
        await refuseAnotherLedgers(client, row.run, ledgerId).catch(async (refusal: unknown) => {
          await ledger.runs.update(row.run, { state: 'not-started', endedAt: new Date().toISOString() });
          throw refusal;
        });
        throw stands(row, 'open');
      }
      return migrationOf(row);
    },
    plan: async (file, stopAfter, { only } = {}) => startPlanning(await readDefinition(resolve(folder, file)), { stopAfter }, only === undefined ? null : await readOnlyIds(resolve(folder, only))),
    sample: (definition) => startPlanning(definition, { stopAfter: 'sample' }),
    async retry(run, { file, selection }) {
      const definition = file === undefined ? null : await readDefinition(resolve(folder, file));
      const row = await ledger.runs.find(run);
      if (row === null) {
        throw new CommandError(EXIT.usage, `No run is called "${run}".`, 'portage list shows what there is.');
      }
      const plan = async (mended: MigrationDefinition, retryOf: string): Promise<string> => {
        const planning = await startPlanning(mended, { stopAfter: 'plan', retryOf });
        await planning.ended();
        return planning.run;
      };
      return proposeRetry({ ledger, ledgerId, client: await temporal.client(), plan }, row, definition, selection);
    },
    async migration(id) {
      const rows = (await ledger.runs.list()).filter((row) => row.kind === 'migration');
      const named = id === undefined ? rows : rows.filter((row) => row.run === id || row.migrationId === id);
      // A start that was refused has written nothing: the run before it is the one that has.
      const newest = named.find(({ state }) => state !== 'not-started') ?? named[0];
      if (newest === undefined) {
        throw new CommandError(EXIT.usage, id === undefined ? 'There is no migration in this ledger yet.' : `No migration or run is called "${id}".`, 'portage list shows what there is; PORTAGE_LEDGER says which ledger is read. If the ledger was lost: portage recover --file migration.yaml.');
      }
      if (id === undefined && new Set(named.map((row) => row.migrationId)).size > 1) {
        throw new CommandError(EXIT.usage, 'There are several migrations in this ledger.', 'Name one of those that portage list shows.');
      }
      return migrationOf(newest);
    },
    list: () => ledger.runs.list(),
    async recovery(id, file, list) {
      const definition = file === undefined ? null : await readDefinition(resolve(folder, file));
      const only = list === undefined ? null : await readOnlyIds(resolve(folder, list));
      const recovery = await assembleRecovery({ ledger, ledgerId, client: await temporal.client(), only, known }, id ?? null, definition);
      return { ...recovery, proceed: async () => migrationOf(await recovery.proceed()) };
    },
    hasWorker: () => temporal.hasWorker(ledgerId),
    workersElsewhere: () => temporal.workersElsewhere(ledgerId),
    async close() {
      await temporal.close();
      await ledger.close();
    },
  };
}

function createMigration({ row, ledger, ledgerId, temporal }: { row: RunRow; ledger: Ledger; ledgerId: string; temporal: TemporalAccess }): Migration {
  const handle = async (): Promise<WorkflowHandle> => (await temporal.client()).workflow.getHandle(workflowIds.migration(row.run));
  const told = async (tell: (workflow: WorkflowHandle) => Promise<void>): Promise<void> => {
    await refuseAnotherLedgers(await temporal.client(), row.run, ledgerId);
    try {
      await tell(await handle());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) {
        if (!OVER_STATES.includes((await current()).state)) {
          throw new CommandError(EXIT.usage, `Temporal has no open workflow of run ${row.run}, but the run is not over.`, `Recover it: portage recover ${row.run}`, { cause: error });
        }
        throw new CommandError(EXIT.usage, `Run ${row.run} is over: no workflow of it is open.`, 'portage status shows how it ended.', { cause: error });
      }
      throw error;
    }
  };
  const current = async (): Promise<RunRow> => (await ledger.runs.find(row.run)) ?? row;
  const status = async () => readStatus(ledger, await current());
  return {
    run: row.run,
    row,
    pause: async () => told((workflow) => workflow.signal(pauseSignal)),
    resume: async (input) => told((workflow) => workflow.signal(resumeSignal, input)),
    rollback: async (input) => told((workflow) => workflow.signal(rollbackSignal, input)),
    throttle: async (input) => told((workflow) => workflow.signal(throttleSignal, input)),
    finalize: async () => told((workflow) => workflow.signal(finalizeSignal)),
    status,
    async live() {
      try {
        const client = await temporal.client();
        const open = await handle();
        return await client.connection.withDeadline(Date.now() + ANSWER_MS, () => open.query(statusQuery));
      } catch {
        // No worker, no server or a closed workflow: the ledger's status stands.
        return null;
      }
    },
    async workflow() {
      try {
        const client = await temporal.client();
        const standing = await client.connection.withDeadline(Date.now() + ANSWER_MS, () => describeMigration(client, row.run));
        return standing?.status === 'open' && standing.taskQueue === taskQueues.ledger(ledgerId) ? 'open' : 'gone';
      } catch (error) {
        if (error instanceof CommandError || isTemporalAway(error)) {
          return null;
        }
        throw error;
      }
    },
    report: () => ledger.facts.readReport(row.run),
    async ended(pollMs = 500) {
      for (;;) {
        const run = await current();
        if (ENDED_STATES.has(run.state)) {
          return status();
        }
        await sleep(pollMs);
      }
    },
  };
}

const DIGEST_LENGTH = 64;

/** A plan may be named by the beginning of its digest. @throws CommandError where that names several, or none */
async function wholeDigest(ledger: Ledger, migrationId: string, given: string): Promise<string> {
  if (given.trim() === '') {
    throw new CommandError(EXIT.usage, '--plan names no plan: its digest is missing.', 'The last line of portage plan has it; portage list shows those of earlier plans.');
  }
  if (given.length >= DIGEST_LENGTH) {
    return given;
  }
  const plans = await Promise.all((await ledger.runs.list(migrationId)).map(({ stagingId }) => ledger.plans.read(stagingId)));
  const named = [...new Set(plans.flatMap((plan) => (plan?.digest.startsWith(given.replace(/…$/, '')) === true ? [plan.digest] : [])))];
  const [only] = named;
  if (only === undefined || named.length > 1) {
    throw new CommandError(EXIT.usage, only === undefined ? `No plan of "${migrationId}" has a digest that begins with ${given}.` : `${named.length} plans of "${migrationId}" have a digest that begins with ${given}.`, 'portage list shows the plans with their digests; the last line of portage plan has the whole one.');
  }
  return only;
}

/** Reads and checks a migration file; all its mistakes are told at once. Paths in it start at its own folder. */
export async function readDefinition(path: string): Promise<MigrationDefinition> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EISDIR') {
      throw new CommandError(EXIT.configuration, `${path} is a folder, not a migration file.`, 'Name the migration file, e.g. migration.yaml; portage init writes one for a folder with an export.', { cause: error });
    }
    throw new CommandError(EXIT.configuration, `The migration file ${path} cannot be read.`, 'Check the path; README has a file to start from.', { cause: error });
  });
  const parsed = parseMigrationFile(text, path);
  if ('problems' in parsed) {
    const lines = parsed.problems.map(({ line, message, suggestion }) => `  line ${line}: ${message.trim()}${suggestion === null ? '' : ` ${suggestion}`}`);
    throw new CommandError(EXIT.configuration, `${path} has ${parsed.problems.length} mistake${parsed.problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`, 'Mend the file and try again; nothing was started.');
  }
  const { definition } = parsed;
  const beside = (name: string): string => resolve(dirname(path), name);
  return { ...definition, source: { ...definition.source, files: beside(definition.source.files) }, ...(definition.notify === undefined ? {} : { notify: { command: beside(definition.notify.command) } }) };
}
