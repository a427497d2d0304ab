import type { Command } from 'commander';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import type { PortageClient } from '../portage-client';

interface RecoverFlags {
  readonly file?: string;
  readonly only?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function registerRecover(program: Command, context: CommandContext): void {
  program
    .command('recover')
    .argument('[id]', 'migration or run; may be left out while there is one migration, or where --file is given')
    .description("Rebuilds a run whose ledger, or whose workflows in Temporal, were lost. Says what is lost for good, and asks, before it does anything.")
    .option('--file <file>', 'the migration file; needed where the ledger was lost')
    .option('--only <file>', 'the list of records that the run was started with, if there was one')
    .option('--yes', 'go on without being asked')
    .option('--json', 'print the status as JSON')
    .addHelpText('after', '\nExample:\n  portage recover acme-2026                          Temporal lost, or the workflow ended by hand\n  portage recover acme-2026 --file migration.yaml    the ledger lost\n')
    .action(async (id: string | undefined, flags: RecoverFlags) => {
      await context.withClient((portage) => recover(portage, id, flags, context));
    });
}

async function recover(portage: PortageClient, id: string | undefined, flags: RecoverFlags, { terminal }: CommandContext): Promise<void> {
  const recovery = await portage.recovery(id, flags.file, flags.only);
  const { run, lost } = recovery;
  terminal.remark(lost === 'temporal' ? `Temporal has no open workflow of run ${run}; the ledger has all of its memory.` : `Run ${run} is in Temporal, and not in this ledger. If its own ledger is lost, its workflows and its marks in the portal are there; if it is not, work where it is and answer no.`);
  terminal.remark('Lost for good:');
  recovery.losses.forEach((loss) => terminal.remark(`  - ${loss}`));
  if (lost === 'ledger') {
    terminal.remark('Stop every worker that still has the lost ledger open before you go on.');
  }
  if (flags.yes !== true) {
    const answer = terminal.interactive ? await terminal.ask('Type yes to recover it: ') : '';
    if (answer !== 'yes') {
      throw new CommandError(terminal.interactive ? EXIT.usage : EXIT.waitsForPerson, 'Nothing was changed.', `portage recover ${run}${flags.file === undefined ? '' : ` --file ${flags.file}`}${flags.only === undefined ? '' : ` --only ${flags.only}`} --yes goes on without asking.`);
    }
  }
  const migration = await recovery.proceed();
  if (flags.json === true) {
    terminal.printJson(await migration.status());
  } else {
    terminal.print(`Run ${run} is recovered${recovery.startsPaused ? ` and waits: portage resume ${run} goes on` : `; it looks up what it wrote, and goes on: portage watch ${run}`}.`);
  }
  await remarkNoWorker(portage, terminal, 'The run waits for it.');
}
