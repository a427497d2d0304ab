import { Command } from 'commander';
import { EXIT_CODE_HELP } from './command-error';
import { registerCheck } from './commands/check';
import { registerDemo } from './commands/demo';
import { registerDev } from './commands/dev';
import { registerDoctor } from './commands/doctor';
import { registerInit } from './commands/init';
import { registerOpen } from './commands/open';
import { registerPlan } from './commands/plan';
import { registerProcesses } from './commands/processes';
import { registerRecover } from './commands/recover';
import { registerReport } from './commands/report';
import { registerRetry } from './commands/retry';
import { registerRollback } from './commands/rollback';
import { registerFinalize, registerPause, registerResume, registerThrottle } from './commands/signals';
import { registerStart } from './commands/start';
import { registerList, registerStatus, registerWatch } from './commands/status';
import type { CommandContext } from './context';

export function createProgram(context: CommandContext): Command {
  const program = new Command('portage')
    .description('Moves a CRM into HubSpot as a durable, resumable, reversible migration on Temporal.')
    .showHelpAfterError('(portage <command> --help shows an example)')
    .showSuggestionAfterError(true)
    .addHelpText('after', `\n${EXIT_CODE_HELP}\n\nBegin with portage demo, which needs nothing of yours. With your own export: portage dev --simulate in one terminal, portage init --files ./export in another.`);
  const { out, err } = context.terminal;
  program.configureOutput({ writeOut: (text) => void out.write(text), writeErr: (text) => void err.write(text) });
  program.exitOverride();
  for (const register of [registerDemo, registerDev, registerInit, registerCheck, registerPlan, registerStart, registerStatus, registerWatch, registerList, registerOpen, registerPause, registerResume, registerThrottle, registerRetry, registerRollback, registerFinalize, registerRecover, registerReport, registerDoctor, registerProcesses]) {
    register(program, context);
  }
  return program;
}
