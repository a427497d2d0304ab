/**
 * What every activity of a run does around its work: a liveness heartbeat, the cancellation signal down to the socket, counted calls, and the proof that token, ledger
 * and epoch are the run's.
 */
import { Context } from '@temporalio/activity';
import type { CallContext, TargetConnector } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import type { Phase } from '../domain/phase';
import type { FencedLedger, RunRow, RunStore } from '../ledger/ledger';
import { createAttemptSteadiness } from './attempt-steadiness';
import type { RunIdentity } from './migration-activities';
import type { UnfencedLedger } from './unfenced-ledger';

/** Half of what the workflow waits for (5 s) leaves room for a slow tick. */
const HEARTBEAT_EVERY_MS = 1_000;

export interface PortalCollaborators {
  readonly ledger: UnfencedLedger;
  readonly target: TargetConnector;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface RunScope {
  readonly row: RunRow;
  readonly ledger: FencedLedger;
  readonly signal: AbortSignal;
  readonly call: CallContext;
}

/**
 * Heartbeats once a second for as long as the work runs, so that a killed worker is noticed in seconds and a slow portal is not mistaken for one.
 * Work that fails because it was cancelled ends as cancelled, not as a failure of the portal.
 */
export async function withHeartbeat<T>(work: (signal: AbortSignal, isSteady: () => boolean) => Promise<T>): Promise<T> {
  const context = Context.current();
  const steadiness = createAttemptSteadiness();
  context.heartbeat();
  const ticking = setInterval(() => {
    steadiness.tick();
    context.heartbeat();
  }, HEARTBEAT_EVERY_MS);
  try {
    return await work(context.cancellationSignal, () => steadiness.isSteady());
  } catch (error) {
    throw context.cancellationSignal.aborted ? context.cancellationSignal.reason : error;
  } finally {
    clearInterval(ticking);
  }
}

/**
 * Runs the work for a run whose identity has been proven.
 * @throws IdentityError when the token's portal, the ledger's id, the run's epoch or its own portal are not the input's: a worker with another ledger or token must not write.
 * The epoch is compared again in each commit, because this activity may be suspended for as long as a recovery takes.
 */
export async function inRun<T>({ ledger, target }: Pick<PortalCollaborators, 'ledger' | 'target'>, identity: RunIdentity, phase: Phase, work: (scope: RunScope) => Promise<T>): Promise<T> {
  return withHeartbeat(async (signal, isSteady) => {
    const row = await requireRun(ledger, identity);
    const call: CallContext = { signal, isSteady, countedFor: { run: identity.run, phase } };
    const portalId = await target.portalId(call);
    if (portalId !== identity.portalId) {
      throw new MigrationError('IdentityError', `The token belongs to portal ${portalId}, run ${identity.run} writes to ${identity.portalId}. Give the worker that portal's token.`, { code: 'other-portal' });
    }
    // What this run gave up when it was done it must have again before it undoes.
    const other = phase === 'rollback' ? await ledger.runs.reclaimPortal(identity.run) : null;
    if (other !== null) {
      throw otherRunWriting(other, portalId);
    }
    try {
      return await work({ row, ledger: ledger.fenced(identity), signal, call });
    } catch (error) {
      throw await withResetTime(target, call, error);
    }
  });
}

/** The portal's answer that the day is used up does not say until when; who waits must know. */
async function withResetTime(target: TargetConnector, call: CallContext, error: unknown): Promise<unknown> {
  if (!(error instanceof MigrationError) || error.type !== 'QuotaExhaustedError' || error.details.resetsAt !== undefined) {
    return error;
  }
  const { resetsAt } = await target.readQuota(call);
  return new MigrationError('QuotaExhaustedError', error.message, { ...error.details, resetsAt }, { cause: error });
}

/** The run's row, if ledger, epoch and portal are those of the input. */
export async function requireRun(ledger: UnfencedLedger, { run, ledgerId, epoch, portalId }: RunIdentity): Promise<RunRow> {
  const own = await ledger.identity();
  if (own.ledgerId !== ledgerId) {
    throw new MigrationError('IdentityError', `Run ${run} belongs to ledger ${ledgerId}; this is ${own.ledgerId}. Start the worker on the run's ledger.`, { code: 'other-ledger' });
  }
  const row = await requireRow(ledger, run);
  if (row.epoch !== epoch) {
    throw new MigrationError('IdentityError', `Run ${run} was recovered and is in epoch ${row.epoch}; what was begun in epoch ${epoch} writes no more.`, { code: 'other-epoch' });
  }
  if (row.portalId !== null && row.portalId !== portalId) {
    throw new MigrationError('IdentityError', `Run ${run} was planned for portal ${row.portalId}, not ${portalId}.`, { code: 'other-portal' });
  }
  return row;
}

/**
 * For what comes before the first write and names no epoch: it belongs to the one in which it begins. A run that is recovered meanwhile is planned anew, and who was
 * suspended in the middle of planning it must not wake up and clear that plan. For a run that is not there nothing can be written.
 */
export async function inPresentEpoch<T>(ledger: UnfencedLedger, run: string, work: (ledger: FencedLedger) => Promise<T>): Promise<T> {
  const row = await ledger.runs.find(run);
  return work(ledger.fenced({ run, epoch: row?.epoch ?? 0 }));
}

export async function requireRow(ledger: { readonly runs: Pick<RunStore, 'find'> }, run: string): Promise<RunRow> {
  const row = await ledger.runs.find(run);
  if (row === null) {
    throw new MigrationError('IdentityError', `The ledger knows no run ${run}.`, { code: 'unknown-run' });
  }
  return row;
}

/** Two runs in the same object types of a portal would take each other's records for strangers'. */
export function otherRunWriting(other: string, portalId: string): MigrationError {
  return new MigrationError('PlanError', `Run ${other} is writing to portal ${portalId}, to object types that this run writes too. Let it end or roll it back, then resume.`, { code: 'other-run-writing' });
}

/** Fewer or more rows than the plan put into the batch: another plan, or another ledger. */
export function requireCount(actual: number, expected: number, what: string): void {
  if (actual !== expected) {
    throw new MigrationError('IdentityError', `The ledger holds ${actual} rows of ${what}, the plan counted ${expected}.`, { code: 'other-count' });
  }
}

export function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
