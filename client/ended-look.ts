import type { Ledger, RunRow } from '../ledger/ledger';
import { CommandError, EXIT } from './command-error';

/** The run behind a look at source and portal, once its workflow has ended. @throws CommandError where it ended without having come to an end: no answer is no good answer */
export async function readEndedLook(ledger: Ledger, run: string): Promise<RunRow> {
  const row = await ledger.runs.find(run);
  if (row === null || (row.state !== 'planned' && row.state !== 'not-started')) {
    throw new CommandError(EXIT.unreachable, 'The look at source and portal was cut off: Temporal went away, or somebody ended it.', 'portage doctor says what is missing; then try again. Nothing was changed.');
  }
  return row;
}
