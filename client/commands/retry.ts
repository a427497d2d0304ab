import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { withLines } from '../../domain/migration-file-lines';
import type { RetrySelection } from '../../ledger/retry-store';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import { ENDED_STATES } from '../migration-status';
import { explainNotStarted } from '../outcome';
import type { Migration, PortageClient } from '../portage-client';
import { renderSchema } from '../render-schema';
import type { RetryProposal } from '../retry';
import { countObjects, formatCount } from '../words';
import { followToEnd } from './start';

interface RetryFlags {
  readonly file?: string;
  readonly reason?: string;
  readonly onlyFailed?: true;
  readonly onlySkipped?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly detach?: true;
  readonly json?: true;
}

const POLL_MS = 200;

export function registerRetry(program: Command, context: CommandContext): void {
  program
    .command('retry')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description('Plans failed and skipped records anew, by a mended migration file, shows what it would write, and asks (a simulated portal is not asked for). The rest of the run is not touched.')
    .option('--file <file>', 'the mended migration file; without it, planned as before, for a portal that was mended')
    .option('--reason <code>', 'only those that failed, or were skipped, for this code or reason (portage report shows them); --reason filter also takes what a filter left out')
    .option('--only-failed', 'only records that the portal refused')
    .option('--only-skipped', 'only records that were left out')
    .option('--dry-run', 'only show what would be done')
    .option('--yes', 'go on without being asked')
    .option('--detach', 'do not follow')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  portage retry acme-2026 --file migration.yaml --reason INVALID_OPTION\n')
    .action(async (id: string | undefined, flags: RetryFlags) => {
      const selection = toSelection(flags);
      await context.withClient((portage) => retry(portage, id, selection, flags, context));
    });
}

function toSelection({ onlyFailed, onlySkipped, reason = null }: Omit<RetryFlags, 'reason'> & { readonly reason?: string | null }): RetrySelection {
  if (onlyFailed === true && onlySkipped === true) {
    throw new CommandError(EXIT.usage, '--only-failed and --only-skipped leave nothing.', 'Give one of them, or neither for both.');
  }
  return { which: onlyFailed === true ? 'failed' : onlySkipped === true ? 'skipped' : 'all', reason };
}

async function retry(portage: PortageClient, id: string | undefined, selection: RetrySelection, flags: RetryFlags, { terminal, exit, folder }: CommandContext): Promise<void> {
  const migration = await portage.migration(id);
  await remarkNoWorker(portage, terminal, 'Waiting for it.');
  if (selection.reason !== null) {
    await assertReason(portage, migration.run, selection.reason);
  }
  const proposal = await portage.retry(migration.run, { selection, ...(flags.file === undefined ? {} : { file: flags.file }) });
  const { plan } = proposal;
  if (plan === null) {
    const findings = await portage.ledger.runs.readFindings(proposal.planning);
    const told = flags.file === undefined ? findings : withLines(findings, await readFile(resolve(folder, flags.file), 'utf8'), flags.file);
    const { lines, exitCode } = await explainNotStarted(portage.ledger, proposal.planning, told);
    lines.forEach((line) => terminal.remark(line));
    throw new CommandError(exitCode, 'The records could not be planned anew; nothing was written.', 'Mend what is named above and ask again.');
  }
  if (flags.dryRun === true && flags.json === true) {
    terminal.printJson({ run: proposal.run, planning: proposal.planning, types: proposal.types });
    return;
  }
  renderProposal(proposal).forEach((line) => (flags.dryRun === true ? terminal.print(line) : terminal.remark(line)));
  if (flags.dryRun === true) {
    return;
  }
  if (plan.undecided > 0) {
    throw new CommandError(EXIT.planRefused, `${formatCount(plan.undecided)} matches or owners wait for a decision; nothing was written.`, 'Decide in the migration file (ambiguous, owners.unmatched), then ask again.');
  }
  if (proposal.types.every(({ write, combine }) => write + combine === 0)) {
    throw new CommandError(EXIT.refusedRecords, 'None of them can be written by this mapping; nothing was changed.', `portage report ${proposal.run} shows the groups with what to do about each.`);
  }
  if (!plan.portal.simulator && flags.yes !== true && (terminal.interactive ? await terminal.ask('\nType yes to write these records to the portal: ') : '') !== 'yes') {
    throw new CommandError(EXIT.waitsForPerson, 'Nothing was written.', `Go on without being asked: portage retry ${proposal.run} --yes`);
  }
  const { round } = await proposal.proceed();
  if (flags.detach === true) {
    terminal.remark(`Round ${round} of run ${proposal.run} was asked for. Watch it with portage watch ${proposal.run}.`);
    return;
  }
  await untilRoundBegins(portage, migration, round);
  await followToEnd(portage, migration, { terminal, exit }, flags.json === true ? 'json' : 'text');
}

/** A reason that nothing failed or was skipped for is a slip of the pen, not a round without records. */
async function assertReason(portage: PortageClient, run: string, reason: string): Promise<void> {
  const counts = await portage.ledger.facts.problemCounts(run);
  const reasons = [...new Set(counts.flatMap(({ code }) => code.split(' ')))].sort();
  if (!reasons.includes(reason)) {
    throw new CommandError(EXIT.usage, `No record of run ${run} failed or was skipped for the reason ${reason}.`, reasons.length === 0 ? 'None failed or was skipped at all.' : `The reasons there are: ${reasons.join(', ')}.`);
  }
}

/** The signal is taken by the workflow a moment later; following must not see the state from before. */
async function untilRoundBegins(portage: PortageClient, migration: Migration, round: number): Promise<void> {
  for (;;) {
    const [asked, { state }] = [await portage.ledger.retries.read(migration.run, round), await migration.status()];
    if (asked?.state !== 'asked' || !ENDED_STATES.has(state)) {
      return;
    }
    await sleep(POLL_MS);
  }
}

function renderProposal({ run, types, schemaChanges }: RetryProposal): readonly string[] {
  if (types.length === 0) {
    return [`No record of run ${run} failed or was skipped.`];
  }
  return [
    `Trying records of run ${run} again would`,
    ...types.flatMap(({ objectType, write, combine, stay }) => [
      ...(write === 0 ? [] : [`  write ${countObjects(write, objectType)}, with the associations that wait for them`]),
      ...(combine === 0 ? [] : [`  combine ${countObjects(combine, objectType)} with records that are there or are written now`]),
      ...(stay === 0 ? [] : [`  leave ${countObjects(stay, objectType)} failed or skipped as before (portage report ${run} says why)`]),
    ]),
    ...(schemaChanges.length === 0 ? [] : ["  add to the portal's schema first:", ...renderSchema(schemaChanges).map((line) => `    ${line}`)]),
    'A row that cannot be read, or repeats an id, needs another source; what was written before stays as it is.',
  ];
}
