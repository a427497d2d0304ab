import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { withLines } from '../../domain/migration-file-lines';
import type { PlanOutput } from '../../domain/plan-view.schema';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import { explainNotStarted } from '../outcome';
import { writePlanFiles } from '../plan-files';
import type { PlanFilesInput } from '../plan-files';
import { planView } from '../plan-view';
import { blockersOf } from '../plan-warnings';
import type { PortageClient } from '../portage-client';
import { renderFindings, renderPlan, SIDE_EFFECTS } from '../render-plan';
import { withRehearsal } from '../rehearsal';
import type { PlanningInput } from '../../workflows/messages';

interface PlanFlags {
  readonly simulate?: true;
  readonly only?: string;
  readonly json?: true;
  readonly out?: string;
}

interface Asked {
  readonly file: string;
  readonly stopAfter: PlanningInput['stopAfter'];
  readonly flags: PlanFlags;
}

export function registerPlan(program: Command, context: CommandContext): void {
  register(program, context, 'plan', 'plan', 'Dry run: says what would become of every record; writes nothing to the portal.').option(
    '--out <folder>',
    'write there plan.html, plan.csv and further CSVs; they hold personal data (default: ./<migration id>-plan)',
  );
}

function register(program: Command, context: CommandContext, verb: string, stopAfter: PlanningInput['stopAfter'], description: string): Command {
  return program
    .command(verb)
    .argument('<file>', 'the migration file')
    .description(description)
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--only <file>', 'only the records of this list: one source id a line, of any object')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  portage ${verb} migration.yaml\n`)
    .action(async (file: string, flags: PlanFlags) => {
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => run(portage, { file, stopAfter, flags }, rehearsed)), file);
    });
}

async function run(portage: PortageClient, { file, stopAfter, flags }: Asked, { terminal, exit, folder: workingFolder }: CommandContext): Promise<void> {
  const planning = await portage.plan(file, stopAfter, flags.only === undefined ? {} : { only: flags.only });
  await remarkNoWorker(portage, terminal, 'Waiting for it.');
  await planning.ended();
  const { ledger } = portage;
  const findings = await ledger.runs.readFindings(planning.run);
  const told = withLines(findings, await readFile(resolve(workingFolder, file), 'utf8'), file);
  const row = await ledger.runs.find(planning.run);
  const plan = stopAfter === 'plan' && row !== null ? await ledger.plans.read(row.stagingId) : null;
  const failure = row?.state === 'not-started' ? await explainNotStarted(ledger, planning.run, told) : null;
  const folder = row === null || plan === null ? null : resolve(workingFolder, flags.out ?? `${row.migrationId}-plan`);
  if (row !== null && plan !== null && folder !== null) {
    await writeFiles({ ledger, row, plan, findings, folder });
    terminal.remark(`Written to ${shown(workingFolder, folder)}: plan.html and CSVs. They hold personal data and can be read by you alone; delete them when you are done.`);
  }
  const blocked = plan === null ? [] : blockersOf(plan);
  const exitCode = failure?.exitCode ?? (blocked.length > 0 ? EXIT.planRefused : EXIT.done);
  if (flags.json === true) {
    terminal.printJson({ run: planning.run, findings: [...findings], plan: row === null || plan === null ? null : planView(row.migrationId, plan), folder } satisfies PlanOutput);
    return exit(exitCode);
  }
  const noticed = failure?.lines ?? renderFindings(told);
  if (plan !== null && folder !== null) {
    [...renderPlan(plan), ...(noticed.length === 0 ? [] : ['', 'Noticed:']), ...noticed.map((line) => `  ${line}`)].forEach((line) => terminal.print(line));
    terminal.print('\nSide effects to decide on before the start:');
    SIDE_EFFECTS.forEach((line) => terminal.print(`  [ ] ${line}`));
    terminal.print(`\nLook at it in a browser: ${shown(workingFolder, folder)}/plan.html. Beside it plan.csv (every record), rejected-cells.csv (every value that is not written), matched.csv (before and after), folded.csv (combined duplicates) and unmade-associations.csv.`);
    const [blocker] = blocked;
    terminal.print(blocker !== undefined ? `\nCannot be started: ${blocker} Nothing was written to the portal. Then: portage plan ${file}${flags.simulate === true ? ' --simulate' : ''}` : flags.simulate === true ? `\nNothing was written to a portal; this plan is for the simulated one that ends now. Rehearse the whole run with: portage start ${file} --simulate` : `\nNothing was written to the portal. Start exactly this plan with: portage start ${file}${flags.only === undefined ? '' : ` --only ${flags.only}`} --plan ${plan.digest}`);
  } else {
    noticed.forEach((line) => terminal.print(line));
  }
  if (plan === null && failure === null) {
    terminal.print(`Source and portal are ready. Nothing was written. Next: portage plan ${file}${flags.simulate === true ? ' --simulate' : ''}`);
  }
  exit(exitCode);
}

async function writeFiles(input: PlanFilesInput): Promise<void> {
  try {
    await writePlanFiles(input);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'syscall' in error) {
      throw new CommandError(EXIT.usage, `The files of the plan cannot be written to ${input.folder}.`, 'Name a folder that you may write to, and that has space, with --out. The plan itself is in the ledger.', { cause: error });
    }
    throw error;
  }
}

/** As a person would type it from where they are. */
function shown(workingFolder: string, folder: string): string {
  const path = relative(workingFolder, folder);
  return path.startsWith('..') ? folder : `./${path}`;
}
