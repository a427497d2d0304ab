import { CommanderError } from 'commander';
import { ZodError } from 'zod';
import { LocalError } from '../local/local-error';
import { MigrationError } from '../domain/migration-error';
import { CommandError, EXIT } from './command-error';
import type { CommandContext } from './context';
import { processEnvironment } from './config';
import { createProgram } from './program';
import { isTemporalAway } from './temporal-away';
import { createTerminal, type Terminal } from './terminal';
import { withPortage } from './with-portage';

/** Runs one command line; resolves with the exit code. */
export async function main(words: readonly string[], terminal: Terminal, environment: CommandContext['environment'], folder: string): Promise<number> {
  let exitCode: number = EXIT.done;
  const context: CommandContext = {
    terminal,
    environment,
    folder,
    exit: (code) => void (exitCode = code),
    withClient: (action) => withPortage({ environment, folder }, action),
  };
  try {
    await createProgram(context).parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, terminal);
  }
}

/** What happened, where, and what to do. Only a bug shows its stack. */
function tell(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof CommandError) {
    terminal.remark(`${error.message}\n→ ${error.remedy}`);
    return error.exitCode;
  }
  if (error instanceof MigrationError) {
    terminal.remark(`${error.message} (${error.details.code})`);
    return error.details.exitCode ?? EXIT.unreachable;
  }
  if (error instanceof ZodError) {
    terminal.remark(`Settings are wrong:\n${error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`).join('\n')}\n→ .env.example explains each variable.`);
    return EXIT.configuration;
  }
  if (error instanceof LocalError) {
    terminal.remark(error.message);
    return EXIT.unreachable;
  }
  if (isTemporalAway(error)) {
    terminal.remark('Temporal went away while it was asked: what runs goes on when it is back.\n→ portage doctor says what is missing; then ask again.');
    return EXIT.unreachable;
  }
  terminal.remark(`A bug in Portage: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.bug;
}

/** The process's own command line; client/portage.cjs calls it. */
export function runProcess(): void {
  // `portage report | head` closes the pipe early: that ends the command, it is no bug.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
    process.exit(EXIT.done);
  });
  const terminal = createTerminal({ input: process.stdin, out: process.stdout, err: process.stderr });
  void main(process.argv.slice(2), terminal, processEnvironment(), process.cwd()).then((code) => {
    process.exitCode = code;
  });
}
