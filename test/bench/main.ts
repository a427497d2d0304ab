/**
 * `npm run bench`: figures of whole migrations against the simulator, as text and as JSON (.cache/bench.json).
 *
 *     npm run bench                     100,000 records at Professional limits and realistic latencies, 20,000 with both off, and two kills
 *     npm run bench -- --records 10000
 *     npm run bench -- --protocol       the protocol's cost alone: calls and ledger time of a batch, with and without faults
 *
 * Timings of one run on one machine: compare ratios within a run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureMigration, type MigrationFigures } from './measure-migration';
import { measureProtocol, type ProtocolFigures } from './measure-protocol';
import { measureRecovery, type RecoveryFigures } from './measure-recovery';

const MAX_FREE_RECORDS = 20_000;

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { records: { type: 'string', default: '100000' }, protocol: { type: 'boolean', default: false } } });
  const records = Number(values.records);
  if (!Number.isInteger(records) || records < 10) {
    throw new Error('--records takes a whole number from 10.');
  }
  if (values.protocol) {
    save({ protocol: await printedProtocol() });
    return;
  }
  const paced = await measureMigration(records, 'professional');
  print(paced);
  const free = await measureMigration(Math.min(records, MAX_FREE_RECORDS), 'off');
  print(free);
  const recovery = await measureRecovery();
  printRecovery(recovery);
  save({ paced, free, recovery, protocol: await printedProtocol() });
}

function save(figures: object): void {
  const cache = join(__dirname, '..', '..', '.cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'bench.json'), `${JSON.stringify(figures, null, 2)}\n`);
}

async function printedProtocol(): Promise<Awaited<ReturnType<typeof measureProtocol>>> {
  const figures = await measureProtocol();
  const line = (name: string, { recordCalls, associationCalls, verifyingCalls, ledgerMsPerRecordBatch, commitsPerRecordBatch, ledgerMsPerAssociationBatch, faultsStruck, retries }: ProtocolFigures): string =>
    `  ${name}: calls per 100 records ${recordCalls} to write, ${verifyingCalls} to read back; per 100 associations ${associationCalls}; ledger ${ledgerMsPerRecordBatch} ms and ${commitsPerRecordBatch} commits a batch of records, ${ledgerMsPerAssociationBatch} ms a batch of associations; ${faultsStruck} faults, ${retries} retries`;
  say(`protocol, ${figures.records.toLocaleString('en-US')} records and ${figures.associations.toLocaleString('en-US')} associations, one batch at a time`, line('undisturbed', figures.undisturbed), line('with faults', figures.withFaults));
  return figures;
}

function print({ records, limits, state, calls, seconds, recordsPerSecond, secondsByPhase, workerMemoryMb, eventsOfFullPartition }: MigrationFigures): void {
  say(
    `${records.toLocaleString('en-US')} records, ${limits === 'off' ? 'limits and latency off' : 'Professional limits, realistic latencies'}: ${state}`,
    `  calls ${calls.total}, floor ${calls.floor}, ratio ${calls.ratio}; ${calls.tooManyRequests} answered 429`,
    `  calls by kind: ${listed(calls.byKind)}`,
    limits === 'off' ? `  ${recordsPerSecond} records/s written, linked and read back` : `  first write to last read-back ${seconds.actual} s, floor ${seconds.floor} s, ratio ${seconds.ratio} (aim 1.15)`,
    `  seconds by phase: ${listed(secondsByPhase)}`,
    `  worker memory ${workerMemoryMb.start} MB at the start, ${workerMemoryMb.peak} MB at most, ${workerMemoryMb.end} MB at the end`,
    ...(eventsOfFullPartition === null ? [] : [`  history events of a full write partition ${eventsOfFullPartition} (aim 430)`]),
  );
}

function printRecovery({ workerSeconds, temporalSeconds, state }: RecoveryFigures): void {
  say(`kill -9 while contacts are written, started again at once: ${state}`, `  work goes on after ${workerSeconds} s (worker), ${temporalSeconds} s (Temporal's server); aim 10 s`);
}

const listed = (figures: Readonly<Record<string, number>>): string =>
  Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(', ');

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
