import type { Ledger } from '../ledger/ledger';
import { exitCodeOf as exitCodeOfFailure } from '../domain/stop-cause';
import { EXIT } from './command-error';
import type { MigrationStatus } from './migration-status';
import type { Finding } from '../domain/finding';
import { blockersOf } from './plan-warnings';
import { renderFindings } from './render-plan';

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
      return (await explainNotStarted(ledger, status.run)).exitCode;
    case 'planning':
    case 'planned':
    case 'running':
    case 'rolling-back':
      return EXIT.done;
    case 'paused':
      return EXIT.waitsForPerson;
  }
}

/** Why a run was not started, in lines for a person, and how the command ends. */
export interface NotStarted {
  readonly lines: readonly string[];
  /** The first cause in one line, for a last word; null where none is known. */
  readonly reason: string | null;
  readonly exitCode: number;
}

/**
 * Findings tell it; where the portal or the ledger failed as a whole, the words of that failure do.
 * @param told the findings where they have been read already, and know their lines in the file
 */
export async function explainNotStarted(ledger: Ledger, run: string, told?: readonly Finding[]): Promise<NotStarted> {
  const findings = told ?? (await ledger.runs.readFindings(run));
  const errors = findings.filter(({ severity }) => severity === 'error');
  const lines = renderFindings(findings);
  const [first] = errors;
  if (first !== undefined) {
    return { lines, reason: `${first.place}: ${first.message}`, exitCode: errors.find(({ exitCode }) => exitCode !== undefined)?.exitCode ?? EXIT.configuration };
  }
  const row = await ledger.runs.find(run);
  const plan = row === null ? null : await ledger.plans.read(row.stagingId);
  const [blocker, ...further] = plan === null ? [] : blockersOf(plan);
  if (blocker !== undefined) {
    return { lines: [...lines, ...further], reason: blocker, exitCode: EXIT.planRefused };
  }
  const failure = await ledger.facts.lastError(run);
  if (failure === null) {
    return { lines, reason: null, exitCode: EXIT.bug };
  }
  // The ledger keeps the chain of causes for whoever looks for them; the first of them says what to do.
  const [cause = failure.message] = failure.message.split(' <- ');
  const words = `${cause} (${failure.code})`;
  return { lines: [...lines, words], reason: words, exitCode: exitCodeOfFailure({ type: failure.type, details: { code: failure.code } }) };
}
