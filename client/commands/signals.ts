import type { Command } from 'commander';
import type { RunState } from '../../domain/phase';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import type { Migration } from '../portage-client';
import { STATE_WORDS } from '../../domain/words';
import { parseCount } from './start';

/** Nothing is at work any more, though some of these can still be rolled back. */
const FINISHED: readonly RunState[] = ['verified', 'differs', 'finished-with-refusals', 'rolled-back', 'finalized', 'not-started'];

interface JsonFlag {
  readonly json?: true;
}

export function registerPause(program: Command, context: CommandContext): void {
  signalCommand(program, context, 'pause', 'Stops before the next batch; the batch in flight ends.').action(async (id: string | undefined, flags: JsonFlag) => {
    await tell(context, id, flags, 'told to pause: the batches in flight end, no other starts', async (migration) => {
      const { state } = await migration.status();
      if (FINISHED.includes(state)) {
        throw new CommandError(EXIT.usage, `Run ${migration.run} is finished (${STATE_WORDS[state]}): there is nothing to pause.`, `portage status ${migration.run} shows it.`);
      }
      await migration.pause();
    });
  });
}

export function registerResume(program: Command, context: CommandContext): void {
  signalCommand(program, context, 'resume', 'Goes on after a pause; with --approve it approves a plan.', 'portage resume acme-2026 --approve 3f9c… --accept-left-out 37')
    .option('--approve <digest>', 'the digest of the plan to approve')
    .option('--accept-left-out <n>', 'accept that exactly n records are skipped')
    .option('--accept-drift', 'accept that more than 1 % of the records got another verdict since the plan was made')
    .action(async (id: string | undefined, flags: JsonFlag & { approve?: string; acceptLeftOut?: string; acceptDrift?: true }) => {
      const input = { ...(flags.acceptDrift === undefined ? {} : { acceptDrift: flags.acceptDrift }), ...(flags.approve === undefined ? {} : { approve: flags.approve }), ...(flags.acceptLeftOut === undefined ? {} : { acceptLeftOut: parseCount(flags.acceptLeftOut) }) };
      let waited = true;
      await tell(context, id, flags, () => (waited ? 'told to go on' : 'not waiting for anything; it was told to go on all the same'), async (migration) => {
        const { state, reasons } = await migration.status();
        if (FINISHED.includes(state)) {
          throw new CommandError(EXIT.usage, `Run ${migration.run} is finished (${STATE_WORDS[state]}): there is nothing to resume.`, `portage status ${migration.run} shows it.`);
        }
        waited = reasons.length > 0;
        await migration.resume(input);
      });
    });
}

export function registerFinalize(program: Command, context: CommandContext): void {
  signalCommand(program, context, 'finalize', 'Ends the time in which the migration can be rolled back.').action(async (id: string | undefined, flags: JsonFlag) => {
    await tell(context, id, flags, 'told to finalize: it can no longer be rolled back', async (migration) => {
      const { state } = await migration.status();
      if (!['verified', 'differs', 'finished-with-refusals'].includes(state)) {
        const isOver = FINISHED.includes(state);
        throw new CommandError(EXIT.usage, `Run ${migration.run} cannot be finalized: ${STATE_WORDS[state]}.`, isOver ? 'Nothing is left to do: its time for rollback has ended.' : `Only a finished run can be finalized: portage watch ${migration.run} follows it to its end.`);
      }
      await migration.finalize();
    });
  });
}

export function registerThrottle(program: Command, context: CommandContext): void {
  signalCommand(program, context, 'throttle', 'Changes the share of the allowed rate, and of the day, that is used.', 'portage throttle acme-2026 --rate 60% --reserve 40%')
    .option('--rate <share>', 'share of the allowed rate to use, e.g. 60%')
    .option('--reserve <share>', "share of the day's calls that stay for other apps, e.g. 40%")
    .action(async (id: string | undefined, flags: JsonFlag & { rate?: string; reserve?: string }) => {
      if (flags.rate === undefined && flags.reserve === undefined) {
        throw new CommandError(EXIT.usage, 'Neither a rate nor a reserve is given.', 'Give one or both, e.g. --rate 60% --reserve 40%.');
      }
      const input = { ...(flags.rate === undefined ? {} : { rate: parseShare(flags.rate, 1, 100) }), ...(flags.reserve === undefined ? {} : { reserve: parseShare(flags.reserve, 0, 99) }) };
      await tell(context, id, flags, 'told its new shares', (migration) => migration.throttle(input));
    });
}

function signalCommand(program: Command, _context: CommandContext, verb: string, description: string, example = `portage ${verb} acme-2026`): Command {
  return program.command(verb).argument('[id]', 'migration or run; may be left out while there is one migration').description(description).option('--json', 'print the status as JSON').addHelpText('after', `\nExample:\n  ${example}\n`);
}

async function tell(context: CommandContext, id: string | undefined, flags: JsonFlag, done: string | (() => string), action: (migration: Migration) => Promise<void>): Promise<void> {
  await context.withClient(async (portage) => {
    const migration = await portage.migration(id);
    await action(migration);
    if (flags.json === true) {
      context.terminal.printJson(await migration.status());
    } else {
      context.terminal.print(`Run ${migration.run} was ${typeof done === 'string' ? done : done()}. portage status ${migration.run} shows it.`);
    }
  });
}

/** A run that may make no call at all would stand still without a word: that is what pause is for. */
function parseShare(text: string, lowest: number, highest: number): number {
  const percent = /^\d{1,3}%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  if (Number.isNaN(percent) || percent < lowest || percent > highest) {
    throw new CommandError(EXIT.usage, `"${text}" is not a share from ${lowest}% to ${highest}%.`, 'Give a percentage, e.g. 60%; portage pause stops the run altogether.');
  }
  return percent / 100;
}
