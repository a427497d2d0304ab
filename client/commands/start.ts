import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { withLines } from '../../domain/migration-file-lines';
import { CommandError, EXIT } from '../command-error';
import { followMigration } from '../follow';
import { exitCodeOf, explainNotStarted } from '../outcome';
import type { Migration, PortageClient } from '../portage-client';
import { renderPlan, SIDE_EFFECTS } from '../render-plan';
import { renderReport } from '../render-report';
import { renderUndo } from '../render-undo';
import type { CommandContext } from '../context';
import type { Terminal } from '../terminal';
import { withRehearsal } from '../rehearsal';

interface StartFlags {
  readonly plan?: string;
  readonly yes?: true;
  readonly acceptLeftOut?: string;
  readonly detach?: true;
  readonly simulate?: true;
  readonly json?: true;
}

export function registerStart(program: Command, context: CommandContext): void {
  program
    .command('start')
    .argument('<file>', 'the migration file')
    .description('Starts a migration and follows it; Ctrl-C leaves it running. Stops after the plan and asks, unless the portal is simulated.')
    .option('--plan <digest>', 'start only if exactly this plan comes out again')
    .option('--yes', 'approve the plan without being asked')
    .option('--accept-left-out <n>', 'with --yes: accept that exactly n records are skipped for reasons that are not your own decision')
    .option('--detach', 'do not follow')
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--json', 'print the final report as JSON')
    .addHelpText('after', '\nExample:\n  portage start migration.yaml --plan 3f9c…\n')
    .action(async (file: string, flags: StartFlags) => {
      const acceptLeftOut = parseCount(flags.acceptLeftOut ?? '0');
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => start(portage, file, { ...flags, acceptLeftOut }, rehearsed)), file);
    });
}

async function start(portage: PortageClient, file: string, { acceptLeftOut, ...flags }: Omit<StartFlags, 'acceptLeftOut'> & { readonly acceptLeftOut: number }, { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>): Promise<void> {
  const migration = await portage.start(file, {
    ...(flags.plan === undefined ? {} : { planDigest: flags.plan }),
    ...(flags.yes === true ? { approve: { acceptLeftOut } } : {}),
  });
  terminal.remark(`Started run ${migration.run}.`);
  if (!(await portage.hasWorker())) {
    terminal.remark('No worker of this ledger is polling yet: start one with portage worker (or portage dev). The run waits for it.');
  }
  if (flags.detach === true) {
    terminal.remark(`Watch it with portage watch ${migration.run}, see it in the browser with portage open ${migration.run}.`);
    if (flags.json === true) {
      terminal.printJson(await migration.status());
    }
    return;
  }
  await followToEnd(portage, migration, { terminal, exit }, flags.json === true ? 'json' : 'text', file);
}

/**
 * Follows, asks for approval at a terminal, prints findings or the report, and sets the exit code. Shared by start, watch and resume.
 * @param file the migration file, where the command was given one: findings name their line in it
 */
export async function followToEnd(portage: PortageClient, migration: Migration, { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>, format: 'text' | 'json', file?: string): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const status = await followMigration(migration, terminal, { signal: interrupted.signal, onPersonNeeded: () => askForApproval(portage, migration, terminal) });
    if (interrupted.signal.aborted) {
      terminal.remark(`\nThe migration goes on. Watch it with portage watch ${migration.run}; stop it with portage pause ${migration.run}.`);
      return;
    }
    const report = await migration.report();
    if (status.state === 'not-started') {
      const findings = await portage.ledger.runs.readFindings(migration.run);
      (await explainNotStarted(portage.ledger, migration.run, file === undefined ? findings : withLines(findings, await readFile(file, 'utf8'), file))).lines.forEach((line) => terminal.remark(line));
      terminal.remark(`Run ${migration.run} was not started: nothing was written.`);
    } else if (report !== null && format === 'text') {
      renderReport(report).forEach((line) => terminal.print(line));
      if (status.state === 'rolled-back') {
        ['', ...renderUndo(await portage.ledger.facts.undoTally(migration.run))].forEach((line) => terminal.print(line));
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

async function askForApproval(portage: PortageClient, migration: Migration, terminal: Terminal): Promise<void> {
  const status = await migration.status();
  const plan = await portage.ledger.plans.read(migration.row.stagingId);
  if (plan === null || !status.reasons.some(({ kind }) => kind === 'approval')) {
    terminal.remark(status.reasons.map(({ remedy }) => remedy).join('\n'));
    return;
  }
  renderPlan(plan).forEach((line) => terminal.remark(line));
  terminal.remark('\nBefore you say yes:');
  SIDE_EFFECTS.forEach((line) => terminal.remark(`  [ ] ${line}`));
  if ((await terminal.ask('\nType yes to write this plan to the portal: ')) !== 'yes') {
    throw new CommandError(EXIT.waitsForPerson, `Run ${migration.run} was not approved and waits.`, `portage resume ${migration.run} --approve ${plan.digest} goes on; portage rollback ${migration.run} gives it up.`);
  }
  const acceptLeftOut = plan.leftOutToAccept === 0 ? 0 : parseCount(await terminal.ask(`${plan.leftOutToAccept} records will be skipped. Type their number to accept that: `));
  await migration.resume({ approve: plan.digest, acceptLeftOut });
}

export function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new CommandError(EXIT.usage, `"${text}" is not a number of records.`, 'Give a whole number, e.g. --accept-left-out 37.');
  }
  return Number(text);
}
