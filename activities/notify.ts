import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { RunRow } from '../ledger/ledger';
import type { LedgerActivities } from './migration-activities';
import { requireRow, toIso, withHeartbeat } from './run-context';
import type { UnfencedLedger, UnfencedWrites } from './unfenced-ledger';

/** Runs a person's own program; `null` when it ended with 0, else a word for what happened. It never throws for what the program does. */
export type TellCommand = (command: string, told: { readonly words: readonly string[]; readonly line: string }, signal: AbortSignal) => Promise<string | null>;

interface Collaborators {
  readonly ledger: UnfencedLedger & UnfencedWrites;
  readonly tellCommand: TellCommand;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/**
 * At least once: who dies after the command ran and before that is written down lets it run a second time; the `key` in its line says that it is the same news. A command
 * that fails is a finding, and nothing more: it is not run again.
 */
export function createNotify({ ledger, tellCommand, clock }: Collaborators): Pick<LedgerActivities, 'notify'> {
  return {
    notify: ({ run, key, event, state, reasons }) =>
      withHeartbeat(async (signal) => {
        const row = await requireRow(ledger, run);
        const command = row.definition.notify?.command;
        if (command === undefined || (await ledger.facts.hasNotice(run, key))) {
          return { told: false };
        }
        const line = JSON.stringify({ key, event, run, migration: row.migrationId, state, reasons, counts: await countsOf(ledger, row) });
        const problem = await tellCommand(command, { words: [run, event, state], line }, signal);
        await ledger.facts.keepNotice(run, key, toIso(clock()));
        if (problem !== null) {
          await ledger.runs.addFindings(run, [
            { code: 'notify-failed', severity: 'warning', place: 'notify.command', message: `The command that is to be told of pauses and of the end failed (${problem}).`, remedy: 'Check that the file is there on the worker\'s machine, may be executed, and ends within 30 s with 0. The migration goes on without it.', count: 1 },
          ]);
        }
        return { told: problem === null };
      }),
  };
}

/** Counts by outcome and type. Nothing else of a record leaves the ledger this way. */
async function countsOf(ledger: UnfencedLedger, { run }: RunRow): Promise<Readonly<Record<string, object>>> {
  const { records, associations } = await ledger.facts.tallies(run);
  return Object.fromEntries([...OBJECT_TYPES.map((type) => [type, records[type]] as const), ...ASSOCIATION_TYPES.map((type) => [type, associations[type]] as const)].flatMap(([type, tally]) => (tally === undefined ? [] : [[type, { ...tally }]])));
}
