import { MigrationError } from '../domain/migration-error';

/** What the database's own error code means for the caller. */
export type LedgerTrouble = 'busy' | 'disk-full' | 'unreadable' | 'not-writable' | 'run-unknown';

/** The database is reached, but full: nothing was written, so the call may be repeated once there is space. */
export function ledgerDiskFull(cause: unknown): MigrationError {
  return new MigrationError('TransientError', 'The disk that holds the ledger is full. Nothing was written; free some space and the migration goes on by itself.', { code: 'ledger-disk-full', mayHaveLanded: false }, { cause });
}

export function ledgerLocked(cause: unknown): MigrationError {
  return new MigrationError('TransientError', 'Another process holds the ledger locked. Nothing was written; the call is repeated.', { code: 'ledger-locked', mayHaveLanded: false }, { cause });
}

export function ledgerUnreadable(cause: unknown): MigrationError {
  return new MigrationError('IdentityError', 'The ledger cannot be read: the file is damaged or is no ledger. Restore it, or name another with PORTAGE_LEDGER.', { code: 'ledger-unreadable', exitCode: 8 }, { cause });
}

export function ledgerNotWritable(cause: unknown): MigrationError {
  return new MigrationError('PlanError', 'The ledger cannot be opened for writing. Check the path and the rights of its folder.', { code: 'ledger-not-writable', exitCode: 8 }, { cause });
}

export function ledgerNewer(migrationName: string): MigrationError {
  return new MigrationError('PlanError', `The ledger was made by a newer version of Portage (it knows the change ${migrationName}). Use that version, or another ledger.`, { code: 'ledger-newer', exitCode: 8 });
}

export function ledgerPostgresLater(): MigrationError {
  return new MigrationError('PlanError', 'A ledger in Postgres is not supported yet. Name a file with PORTAGE_LEDGER.', { code: 'ledger-postgres-later', exitCode: 3 });
}

/** A row says what no code of ours writes. The row is named by place, never by content. */
export function ledgerRowInvalid(place: string, cause?: unknown): MigrationError {
  return new MigrationError('InvariantError', `The ledger holds a row that this version cannot read: ${place}.`, { code: 'ledger-row-invalid' }, { cause });
}

/** The file was deleted or replaced while it was open: what is written into it would be lost, so nothing may be sent on its word. */
export function ledgerReplaced(): MigrationError {
  return new MigrationError('IdentityError', 'The ledger file was deleted or replaced while this process had it open. Stop the process; `portage recover` rebuilds the ledger.', { code: 'ledger-replaced', exitCode: 8 });
}

/** The run was recovered since this work began: it belongs to the world before. */
export function otherEpoch(run: string, epoch: number): MigrationError {
  return new MigrationError('IdentityError', `Run ${run} was recovered since: what was begun in epoch ${epoch} writes no more.`, { code: 'other-epoch' });
}

/** A migration that is started twice: the first stands. */
export function runStands(run: string): MigrationError {
  return new MigrationError('PlanError', `Run ${run} of this migration is not over.`, { code: 'run-stands', exitCode: 5 });
}

/** What was begun before the run was undone, or after it ended, writes no more. */
export function runUndone(run: string): MigrationError {
  return new MigrationError('IdentityError', `Run ${run} is being undone, or is over: nothing is sent for it any more.`, { code: 'run-undone' });
}

/** What was begun before the plan was ready changes it no more. */
export function planInUse(run: string): MigrationError {
  return new MigrationError('IdentityError', `The plan of run ${run} is being carried out: it is not made anew.`, { code: 'plan-in-use' });
}

/** The run is not in this ledger: it was made by another, or the wrong file is open. */
export function runUnknown(): MigrationError {
  return new MigrationError('IdentityError', 'The run is not in this ledger. Check PORTAGE_LEDGER.', { code: 'run-unknown', exitCode: 8 });
}
