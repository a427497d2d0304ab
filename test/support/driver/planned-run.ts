/** Runs that begin with their plan made: what is shown is in the writing, and planning is two fifths of a small run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { CrashPoint } from '../../../domain/crash-point';
import { dyingWhen } from './crash-orders';
import type { DrivenRun, DrivenScene } from './driven-scene';

/** Ledger, its log and the history of a run that has its plan and has written nothing, in that order. */
export type PlannedRun = readonly Buffer[];

export const FIRST_WRITE: CrashPoint = 'activity:applySchema';

const filesOf = ({ options }: DrivenRun): readonly string[] => [options.ledgerFile, `${options.ledgerFile}-wal`, options.historyFile];

/** Where nothing else is under way and no transaction is open: the files are a whole. */
export const readPlanned = (run: DrivenRun): PlannedRun => filesOf(run).map((file) => (existsSync(file) ? readFileSync(file) : Buffer.alloc(0)));

/** The same portal gives its records the same ids each time: the plan fits another run, on a fresh one. */
export function putPlanned(run: DrivenRun, planned: PlannedRun): void {
  filesOf(run).forEach((file, place) => writeFileSync(file, planned[place] ?? ''));
}

/** A run that dies with its plan made. */
export async function planOnce(scene: DrivenScene): Promise<PlannedRun> {
  const run = await scene.begin();
  await run.driveUntilDeath(dyingWhen((_, point) => point === FIRST_WRITE));
  return readPlanned(run);
}
