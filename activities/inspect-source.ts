import type { SourceConnector } from '../connectors/connector';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { MigrationError } from '../domain/migration-error';
import { unreadObjects } from '../domain/unread-source';
import type { LedgerActivities } from './migration-activities';
import { inPresentEpoch, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

export interface SourceCollaborators {
  readonly ledger: UnfencedLedger;
  /** The source that a migration file describes; the same object for the same files, so that they are hashed once. */
  readonly openSource: (definition: MigrationDefinition) => SourceConnector;
}

/** Reads every file once and keeps what was found; repeating it finds the same. What is staged already stays, unless the files changed. */
export function createInspectSource({ ledger, openSource }: SourceCollaborators): Pick<LedgerActivities, 'inspectSource'> {
  return {
    inspectSource: ({ run }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const row = await ledger.runs.find(run);
        if (row === null) {
          throw new MigrationError('InvariantError', `Run ${run} is not in the ledger.`, { code: 'unknown-run' });
        }
        const inspection = await openSource(row.definition).inspect(signal);
        await ledger.runs.addFindings(run, inspection.findings);
        const errors = inspection.findings.filter(({ severity }) => severity === 'error');
        const [first] = errors;
        if (first !== undefined) {
          throw new MigrationError('PlanError', `${errors.length} mistakes in the source keep it from being read; the first is ${first.code}.`, { code: first.code, exitCode: first.exitCode ?? 3 });
        }
        // A file at fault is told above, not as one that is left alone.
        await ledger.runs.addFindings(run, unreadObjects(inspection.unread));
        await ledger.staging.begin(row.stagingId, inspection);
        return { fileCount: inspection.objects.reduce((sum, { files }) => sum + files.length, 0) };
      })),
  };
}
