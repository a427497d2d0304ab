import type { Command } from 'commander';
import { EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { explainNotStarted } from '../outcome';
import type { PortageClient } from '../portage-client';
import { renderFindings, renderPlan, SIDE_EFFECTS } from '../render-plan';
import { withRehearsal } from '../rehearsal';
import type { PlanningInput } from '../../workflows/messages';

interface PlanFlags {
  readonly simulate?: true;
  readonly only?: string;
  readonly json?: true;
}

export function registerCheck(program: Command, context: CommandContext): void {
  register(program, context, 'check', 'preflight', 'Checks source, token and portal; writes nothing.');
}

export function registerPlan(program: Command, context: CommandContext): void {
  register(program, context, 'plan', 'plan', 'Dry run: says what would become of every record; writes nothing to the portal.');
}

function register(program: Command, context: CommandContext, verb: string, stopAfter: PlanningInput['stopAfter'], description: string): void {
  program
    .command(verb)
    .argument('<file>', 'the migration file')
    .description(description)
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--only <file>', 'only the records of this list: one source id a line, of any object')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  portage ${verb} migration.yaml\n`)
    .action(async (file: string, flags: PlanFlags) => {
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => run(portage, file, stopAfter, flags, rehearsed)), file);
    });
}

async function run(portage: PortageClient, file: string, stopAfter: PlanningInput['stopAfter'], flags: PlanFlags, { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>): Promise<void> {
  const planning = await portage.plan(file, stopAfter, flags.only === undefined ? {} : { only: flags.only });
  if (!(await portage.hasWorker())) {
    terminal.remark('No worker of this ledger is polling yet: start one with portage worker (or portage dev). Waiting for it.');
  }
  await planning.ended();
  const findings = await portage.ledger.runs.readFindings(planning.run);
  const row = await portage.ledger.runs.find(planning.run);
  const plan = stopAfter === 'plan' && row !== null ? await portage.ledger.plans.read(row.stagingId) : null;
  const failure = row?.state === 'not-started' ? await explainNotStarted(portage.ledger, planning.run) : null;
  if (flags.json === true) {
    terminal.printJson({ run: planning.run, findings, plan });
  } else {
    (failure?.lines ?? renderFindings(findings)).forEach((line) => terminal.print(line));
    if (plan !== null) {
      renderPlan(plan).forEach((line) => terminal.print(line));
      terminal.print('\nSide effects to decide on before the start:');
      SIDE_EFFECTS.forEach((line) => terminal.print(`  [ ] ${line}`));
      terminal.print(flags.simulate === true ? `\nNothing was written; this plan is for the simulated portal that ends now. Rehearse the whole run with: portage start ${file} --simulate` : `\nNothing was written. Start exactly this plan with: portage start ${file}${flags.only === undefined ? '' : ` --only ${flags.only}`} --plan ${plan.digest}`);
    } else if (failure === null) {
      terminal.print(`Source and portal are ready. Nothing was written. Next: portage plan ${file}${flags.simulate === true ? ' --simulate' : ''}`);
    }
  }
  exit(failure?.exitCode ?? EXIT.done);
}
