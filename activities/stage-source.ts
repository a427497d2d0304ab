import { setImmediate as nextTurn } from 'node:timers/promises';
import { MigrationError } from '../domain/migration-error';
import type { SourceCollaborators } from './inspect-source';
import type { LedgerActivities } from './migration-activities';
import { inPresentEpoch, withHeartbeat } from './run-context';

/** Copies the source into the ledger page by page. The cursor moves in the page's own transaction, so a repeated attempt goes on behind the last page and none is staged twice. */
export function createStageSource({ ledger, openSource }: SourceCollaborators): Pick<LedgerActivities, 'stageSource'> {
  return {
    stageSource: ({ run }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const row = await ledger.runs.find(run);
        const inspection = row === null ? null : await ledger.staging.readInspection(row.stagingId);
        if (row === null || inspection === null) {
          throw new MigrationError('InvariantError', `Run ${run} cannot be staged: its row or source inspection is not in the ledger.`, { code: 'nothing-to-stage' });
        }
        const source = openSource(row.definition);
        for (const object of inspection.objects) {
          const { cursor, done } = await ledger.staging.readCursor(row.stagingId, object.object);
          if (done) {
            continue;
          }
          let from = cursor;
          for await (const page of source.read(object, cursor, signal)) {
            await ledger.staging.appendPage(row.stagingId, object, { from, ...page });
            from = page.cursor;
            await nextTurn();
          }
        }
        const counts = await ledger.staging.countRows(row.stagingId);
        return { rows: Object.values(counts).reduce((sum, { rows }) => sum + rows, 0) };
      })),
  };
}
