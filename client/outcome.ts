import type { Ledger } from '../ledger/ledger';
import { EXIT } from './command-error';
import type { MigrationStatus } from './migration-status';

/** How a command ends that followed a run to this status. */
export async function exitCodeOf(status: MigrationStatus, ledger: Ledger): Promise<number> {
  switch (status.state) {
    case 'verified':
    case 'rolled-back':
    case 'finalized':
      return EXIT.done;
    case 'differs':
      return EXIT.differs;
    case 'finished-with-refusals':
      return EXIT.refusedRecords;
    case 'not-started':
      return exitCodeOfFindings(ledger, status.run);
    case 'planning':
    case 'running':
    case 'rolling-back':
      return EXIT.done;
    case 'paused':
      return EXIT.waitsForPerson;
  }
}

/** The first error among the findings names the exit code; without one nothing is wrong with the input. */
export async function exitCodeOfFindings(ledger: Ledger, run: string): Promise<number> {
  const errors = (await ledger.runs.readFindings(run)).filter(({ severity }) => severity === 'error');
  return errors.length === 0 ? EXIT.bug : (errors.find(({ exitCode }) => exitCode !== undefined)?.exitCode ?? EXIT.configuration);
}
