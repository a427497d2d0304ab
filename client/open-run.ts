import type { Client } from '@temporalio/client';
import { definitionDigest } from '../domain/definition-digest';
import { MigrationError } from '../domain/migration-error';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import type { OnlyId } from '../domain/only-ids';
import { OVER_STATES } from '../domain/phase';
import { STATE_WORDS } from '../domain/words';
import type { Ledger, RunRow } from '../ledger/ledger';
import { CommandError, EXIT } from './command-error';
import { describeMigration } from './run-workflows';

/** A client that opened a run and did not bring it to Temporal within this time is dead. */
const OPENING_MS = 60_000;

/**
 * The run that this start shall bring to Temporal. The ledger opens one for a migration at a time; Temporal starts one workflow for a run. So of two starts at one moment
 * one wins, and a run whose client died between the two is taken up by the next start.
 * @throws CommandError when an earlier run stands
 */
export async function openRun({ ledger, client }: { readonly ledger: Ledger; readonly client: Client }, definition: MigrationDefinition, only: readonly OnlyId[] | null): Promise<RunRow> {
  const digest = definitionDigest(definition, only);
  for (;;) {
    const now = new Date().toISOString();
    try {
      return await ledger.runs.open({ migrationId: definition.id, kind: 'migration', definition, definitionDigest: digest, now });
    } catch (error) {
      if (!(error instanceof MigrationError) || error.details.code !== 'run-stands') {
        throw error;
      }
    }
    const standing = (await ledger.runs.list(definition.id)).find((row) => row.kind === 'migration' && !OVER_STATES.includes(row.state));
    if (standing === undefined) {
      continue;
    }
    const workflow = await describeMigration(client, standing.run);
    const neverReachedTemporal = workflow === null && standing.state === 'planning' && standing.phase === 'preflight';
    if (!neverReachedTemporal) {
      throw stands(standing, workflow?.status === 'open' ? 'open' : 'gone');
    }
    if (standing.definitionDigest === digest) {
      return standing;
    }
    if (Date.now() - Date.parse(standing.createdAt) < OPENING_MS) {
      throw stands(standing, 'open');
    }
    await ledger.runs.update(standing.run, { state: 'not-started', endedAt: now });
  }
}

/** @param workflow whether Temporal still has one of the run that is open */
export function stands({ run, migrationId, state }: RunRow, workflow: 'open' | 'gone'): CommandError {
  const message = `Migration "${migrationId}" has been started already: its run ${run} stands (${STATE_WORDS[state]})`;
  return workflow === 'open'
    ? new CommandError(EXIT.planRefused, `${message}.`, `Watch it: portage watch ${run}. Before another start, end it (portage finalize ${run}) or undo it (portage rollback ${run}).`)
    : new CommandError(EXIT.planRefused, `${message}, but Temporal has no open workflow of it.`, `Recover it: portage recover ${run}. Then finish it or undo it before starting another.`);
}
