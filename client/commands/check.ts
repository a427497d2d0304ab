import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withLines } from '../../domain/migration-file-lines';
import { worstOf } from '../../domain/preflight/preflight';
import { EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import { readEndedLook } from '../ended-look';
import { explainNotStarted } from '../outcome';
import type { PortageClient } from '../portage-client';
import { withRehearsal } from '../rehearsal';
import { renderCheck } from '../render-check';

interface CheckFlags {
  readonly simulate?: true;
  readonly json?: true;
}

export function registerCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .argument('<file>', 'the migration file')
    .description('Checks source, mapping, token and portal before anything is planned; writes nothing.')
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nExample:\n  portage check migration.yaml\n\nEnds with 0 when it is ready to plan, else by the worst mistake: 3 source, mapping or portal; 4 token; 8 not reachable.\n')
    .action(async (file: string, flags: CheckFlags) => {
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => check(portage, file, flags, rehearsed)), file);
    });
}

async function check(portage: PortageClient, file: string, flags: CheckFlags, { terminal, exit, folder }: Pick<CommandContext, 'terminal' | 'exit' | 'folder'>): Promise<void> {
  const planning = await portage.plan(file, 'preflight');
  await remarkNoWorker(portage, terminal, 'Waiting for it.');
  await planning.ended();
  const { state } = await readEndedLook(portage.ledger, planning.run);
  const findings = withLines(await portage.ledger.runs.readFindings(planning.run), await readFile(resolve(folder, file), 'utf8'), file);
  const worst = worstOf(findings);
  // What ends without a finding is told by the failure itself: a portal that does not answer, a bug.
  const failure = state === 'not-started' && worst === null ? await explainNotStarted(portage.ledger, planning.run) : null;
  const exitCode = failure?.exitCode ?? (worst === null ? EXIT.done : (worst.exitCode ?? EXIT.configuration));
  if (flags.json === true) {
    terminal.printJson({ run: planning.run, ready: exitCode === EXIT.done, exitCode, findings });
  } else {
    const next = `portage plan ${file}${flags.simulate === true ? ' --simulate' : ''}`;
    (failure?.lines ?? renderCheck(findings, next)).forEach((line) => terminal.print(line));
  }
  exit(exitCode);
}
