import type { SourceConnector } from '../connectors/connector';
import { ColumnCensus } from '../domain/custom-column';
import { MigrationError } from '../domain/migration-error';
import type { ColumnSample, SourceObject } from '../domain/source-inspection';
import { ShapeCensus } from '../domain/value-shape';
import type { SourceCollaborators } from './inspect-source';
import type { LedgerActivities } from './migration-activities';
import { inPresentEpoch, withHeartbeat } from './run-context';

/** Rows of each object that are looked at: enough to tell a type and the usual ways of writing, and read in a moment. */
const SAMPLE_ROWS = 5_000;

/** Keeps how values are written and which type takes them, never a value. Repeating it finds the same. */
export function createSampleSource({ ledger, openSource }: SourceCollaborators): Pick<LedgerActivities, 'sampleSource'> {
  return {
    sampleSource: ({ run }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const row = await ledger.runs.find(run);
        const inspection = row === null ? null : await ledger.staging.readInspection(row.stagingId);
        if (row === null || inspection === null) {
          throw new MigrationError('InvariantError', `Run ${run} cannot be sampled: its row or source inspection is not in the ledger.`, { code: 'nothing-to-sample' });
        }
        const source = openSource(row.definition);
        const samples: Record<string, Readonly<Record<string, ColumnSample>>> = {};
        for (const object of inspection.objects) {
          samples[object.object] = await sample(source, object, signal);
        }
        await ledger.staging.begin(row.stagingId, { ...inspection, samples });
        return { columnCount: Object.values(samples).reduce((sum, columns) => sum + Object.keys(columns).length, 0) };
      })),
  };
}

async function sample(source: SourceConnector, object: SourceObject, signal: AbortSignal): Promise<Readonly<Record<string, ColumnSample>>> {
  const names = [...new Set(object.files.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const columns = names.map((name) => ({ name, values: new ColumnCensus(name), shapes: new ShapeCensus() }));
  let rows = 0;
  for await (const { records } of source.read(object, null, signal)) {
    for (const { values: cells } of records) {
      for (const { name, values, shapes } of columns) {
        const cell = cells[name] ?? null;
        values.see(cell);
        if (cell !== null) {
          shapes.see(cell);
        }
      }
    }
    rows += records.length;
    if (rows >= SAMPLE_ROWS) {
      break;
    }
  }
  return Object.fromEntries(
    columns.flatMap(({ name, values, shapes }) => {
      const { filled, type, reason } = values.verdict();
      return filled === 0 ? [] : [[name, { filledCount: filled, rowCount: rows, type, reason, shapes: shapes.mostFrequent() }]];
    }),
  );
}
