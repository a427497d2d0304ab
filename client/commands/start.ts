import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { withLines } from '../../domain/migration-file-lines';
import { isDriftToAccept } from '../../domain/verdict-changes';
import { CommandError, EXIT } from '../command-error';
import { followMigration, type FollowOptions } from '../follow';
import type { MigrationStatus } from '../migration-status';
import { exitCodeOf, explainNotStarted } from '../outcome';
import type { Migration, PortageClient } from '../portage-client';
import { renderPlan, SIDE_EFFECTS } from '../render-plan';
import { renderRecordDrift } from '../render-record-drift';
import { renderReport } from '../render-report';
import { renderUndo } from '../render-undo';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import type { Terminal } from '../terminal';
import { withRehearsal } from '../rehearsal';

interface StartFlags {
  readonly plan?: string;
  readonly yes?: true;
  readonly acceptLeftOut?: string;
  readonly acceptDrift?: true;
  readonly only?: string;
  readonly detach?: true;
  readonly simulate?: true;
  readonly json?: true;
}

export function registerStart(program: Command, context: CommandContext): void {
  program
    .command('start')
    .argument('<file>', 'the migration file')
    .description('Starts a migration and follows it; Ctrl-C leaves it running. Stops after the plan and asks, unless the portal is simulated.')
    .option('--plan <digest>', 'start exactly this plan (the beginning of its digest is enough); refused if source, mapping, portal or Portage are not what it was made of')
    .option('--yes', 'approve the plan without being asked')
    .option('--accept-left-out <n>', 'with --yes: accept that exactly n records are skipped for reasons that are not your own decision')
    .option('--accept-drift', 'with --plan: accept that more than 1 % of its records got another verdict since')
    .option('--only <file>', 'move only the records of this list: one source id a line, of any object')
    .option('--detach', 'do not follow')
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--json', 'print the final report as JSON')
    .addHelpText('after', '\nExample:\n  portage start migration.yaml --plan 3f9c…\n')
    .action(async (file: string, flags: StartFlags) => {
      const acceptLeftOut = parseCount(flags.acceptLeftOut ?? '0');
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => start(portage, file, { ...flags, acceptLeftOut }, rehearsed)), file);
      if (flags.simulate === true) {
        context.terminal.remark('This was a rehearsal: portal, ledger and run are gone with it, and portage report knows nothing of them.');
      }
    });
}

async function start(portage: PortageClient, file: string, { acceptLeftOut, ...flags }: Omit<StartFlags, 'acceptLeftOut'> & { readonly acceptLeftOut: number }, { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>): Promise<void> {
  const migration = await portage.start(file, {
    ...(flags.plan === undefined ? {} : { planDigest: flags.plan }),
    ...(flags.yes === true ? { approve: { acceptLeftOut } } : {}),
    ...(flags.acceptDrift === true ? { acceptDrift: true } : {}),
    ...(flags.only === undefined ? {} : { only: flags.only }),
  });
  terminal.remark(`Checks and plans before anything is written (run ${migration.run}).`);
  await remarkNoWorker(portage, terminal, 'The run waits for it.');
  if (flags.detach === true) {
    terminal.remark(`Watch it with portage watch ${migration.run}, see it in the browser with portage open ${migration.run}.`);
    if (flags.json === true) {
      terminal.printJson(await migration.status());
    }
    return;
  }
  const isTold = { started: false };
  const tellStarted = async ({ state }: MigrationStatus): Promise<void> => {
    if (!isTold.started && !['planning', 'planned', 'paused', 'not-started'].includes(state) && !terminal.interactive) {
      isTold.started = true;
      terminal.remark(`Started run ${migration.run}.`);
    }
  };
  await followToEnd(portage, migration, { terminal, exit }, flags.json === true ? 'json' : 'text', { file, onStatus: tellStarted });
}

/**
 * Follows, asks for approval at a terminal, prints findings or the report, and sets the exit code. Shared by start, watch and resume.
 * @param more.file the migration file, where the command was given one: findings name their line in it
 */
export async function followToEnd(portage: PortageClient, migration: Migration, { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>, format: 'text' | 'json', { file, onStatus }: { readonly file?: string; readonly onStatus?: FollowOptions['onStatus'] } = {}): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const status = await followMigration(migration, terminal, {
      signal: interrupted.signal,
      onPersonNeeded: () => askForApproval(portage, migration, terminal),
      onStandstill: () => standstill(portage, migration),
      ...(onStatus === undefined ? {} : { onStatus }),
    });
    if (interrupted.signal.aborted) {
      terminal.remark(`\nThe migration goes on. Watch it with portage watch ${migration.run}; stop it with portage pause ${migration.run}.`);
      return;
    }
    const report = await migration.report();
    if (status.state === 'not-started') {
      const findings = await portage.ledger.runs.readFindings(migration.run);
      const { lines, reason } = await explainNotStarted(portage.ledger, migration.run, file === undefined ? findings : withLines(findings, await readFile(file, 'utf8'), file));
      lines.forEach((line) => terminal.remark(line));
      terminal.remark(`Run ${migration.run} was not started: nothing was written.${reason === null ? '' : ` ${reason}`}`);
    } else if (report !== null && format === 'text') {
      renderReport(report, status.state).forEach((line) => terminal.print(line));
      if (status.state === 'rolled-back') {
        ['', ...renderUndo(await portage.ledger.facts.undoTally(migration.run), await portage.ledger.schema.read(migration.run))].forEach((line) => terminal.print(line));
      }
    }
    if (format === 'json') {
      terminal.printJson(status.state === 'rolled-back' ? { ...(report ?? status), undone: await portage.ledger.facts.undoTally(migration.run) } : (report ?? status));
    }
    exit(await exitCodeOf(status, portage.ledger));
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** Why nothing moves, where that can be known from here. */
async function standstill(portage: PortageClient, migration: Migration): Promise<string | null> {
  if ((await migration.workflow()) === null) {
    return 'Temporal does not answer: nothing moves, the figures are what the ledger knows';
  }
  return (await portage.hasWorker()) ? null : 'no worker of this ledger polls: nothing moves until one runs (portage worker, or portage dev)';
}

async function askForApproval(portage: PortageClient, migration: Migration, terminal: Terminal): Promise<void> {
  const status = await migration.status();
  const plan = await portage.ledger.plans.read(migration.row.stagingId);
  if (plan === null || !status.reasons.some(({ kind }) => kind === 'approval')) {
    terminal.remark(status.reasons.map(({ remedy }) => remedy).join('\n'));
    return;
  }
  renderPlan(plan).forEach((line) => terminal.remark(line));
  const drift = plan.recordDrift;
  if (drift !== undefined && isDriftToAccept(drift)) {
    renderRecordDrift(drift).forEach((line) => terminal.remark(line));
    terminal.remark(`portage status ${migration.run} --changes FILE lists them.`);
  }
  if (plan.portal.simulator) {
    await askForDrift(migration, terminal);
    return;
  }
  terminal.remark('\nBefore you say yes:');
  SIDE_EFFECTS.forEach((line) => terminal.remark(`  [ ] ${line}`));
  if ((await terminal.ask('\nType yes to write this plan to the portal: ')) !== 'yes') {
    throw new CommandError(EXIT.waitsForPerson, `Run ${migration.run} was not approved and waits.`, `portage resume ${migration.run} --approve ${plan.digest} goes on; portage rollback ${migration.run} gives it up.`);
  }
  const acceptLeftOut = plan.leftOutToAccept === 0 ? 0 : parseCount(await terminal.ask(`${plan.leftOutToAccept} records will be skipped. Type their number to accept that: `));
  await migration.resume({ approve: plan.digest, acceptLeftOut, ...(drift === undefined ? {} : { acceptDrift: true }) });
}

/** A simulated portal needs no approval; that much of an approved plan became otherwise is asked everywhere. */
async function askForDrift(migration: Migration, terminal: Terminal): Promise<void> {
  if ((await terminal.ask('\nType yes to write the plan with these changes: ')) !== 'yes') {
    throw new CommandError(EXIT.waitsForPerson, `Run ${migration.run} was not approved and waits.`, `portage resume ${migration.run} --accept-drift goes on; portage rollback ${migration.run} gives it up.`);
  }
  await migration.resume({ acceptDrift: true });
}

export function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new CommandError(EXIT.usage, `"${text}" is not a number of records.`, 'Give a whole number, e.g. --accept-left-out 37.');
  }
  return Number(text);
}
