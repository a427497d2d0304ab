/**
 * `npm run bench`: figures of whole migrations against the simulator, as text and as JSON (.cache/bench.json).
 *
 *     npm run bench                     100,000 records at Professional limits and realistic latencies, 20,000 with both off, and two kills
 *     npm run bench -- --records 10000
 *     npm run bench -- --protocol       the protocol's cost alone: calls and ledger time of a batch, with and without faults
 *     npm run bench -- --plan           planning alone, of a dirty org of 50,000, of 150,000 and of 500,000 records (or of --records) in a portal without limits and
 *                                       latency, and of the middle one at Professional limits and realistic latencies; as JSON in .cache/bench-plan.json
 *
 * Timings of one run on one machine: compare ratios within a run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureMigration, type MigrationFigures } from './measure-migration';
import { measurePlan, type PlanFigures } from './measure-plan';
import { measureProtocol, type ProtocolFigures } from './measure-protocol';
import { measureRecovery, type RecoveryFigures } from './measure-recovery';

const MAX_FREE_RECORDS = 20_000;
const PLANNED_RECORDS = { few: 50_000, usual: 150_000, many: 500_000 };

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { records: { type: 'string' }, protocol: { type: 'boolean', default: false }, plan: { type: 'boolean', default: false } } });
  const records = Number(values.records ?? 100_000);
  if (!Number.isInteger(records) || records < 10) {
    throw new Error('--records takes a whole number from 10.');
  }
  if (values.protocol) {
    save('bench', { protocol: await printedProtocol() });
    return;
  }
  if (values.plan) {
    save('bench-plan', await printedPlans(values.records === undefined ? null : records));
    return;
  }
  const paced = await measureMigration(records, 'professional');
  print(paced);
  const free = await measureMigration(Math.min(records, MAX_FREE_RECORDS), 'off');
  print(free);
  const recovery = await measureRecovery();
  printRecovery(recovery);
  save('bench', { paced, free, recovery, protocol: await printedProtocol() });
}

function save(name: string, figures: object): void {
  const cache = join(__dirname, '..', '..', '.cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}

async function printedProtocol(): Promise<Awaited<ReturnType<typeof measureProtocol>>> {
  const figures = await measureProtocol();
  const line = (name: string, { recordCalls, associationCalls, verifyingCalls, ledgerMsPerRecordBatch, commitsPerRecordBatch, ledgerMsPerAssociationBatch, faultsStruck, retries }: ProtocolFigures): string =>
    `  ${name}: calls per 100 records ${recordCalls} to write, ${verifyingCalls} to read back; per 100 associations ${associationCalls}; ledger ${ledgerMsPerRecordBatch} ms and ${commitsPerRecordBatch} commits a batch of records, ${ledgerMsPerAssociationBatch} ms a batch of associations; ${faultsStruck} faults, ${retries} retries`;
  say(`protocol, ${figures.records.toLocaleString('en-US')} records and ${figures.associations.toLocaleString('en-US')} associations, one batch at a time`, line('undisturbed', figures.undisturbed), line('with faults', figures.withFaults));
  return figures;
}

/** @param records null: the three sizes that tell whether memory grows with the records */
async function printedPlans(records: number | null): Promise<readonly PlanFigures[]> {
  const { few, usual, many } = PLANNED_RECORDS;
  const plans: PlanFigures[] = [];
  for (const size of records === null ? [few, usual, many] : [records]) {
    plans.push(printPlan(await measurePlan(size, 'off')));
  }
  plans.push(printPlan(await measurePlan(records ?? usual, 'professional')));
  const ofSizes = plans.filter(({ limits }) => limits === 'off');
  const [first] = ofSizes;
  say(
    'records    seconds    worker CPU s    records/s    worker peak MB    peak against the first',
    ...ofSizes.map(({ records: size, seconds, processorSeconds, recordsPerSecond, workerMemoryMb: { peak } }) =>
      [size.toLocaleString('en-US').padStart(7), String(seconds).padStart(10), String(processorSeconds.worker).padStart(15), String(recordsPerSecond).padStart(12), String(peak).padStart(17), (peak / (first?.workerMemoryMb.peak ?? peak)).toFixed(2).padStart(25)].join(''),
    ),
  );
  return plans;
}

/** With every count, so that a plan that is fast because it is wrong cannot hide. */
function printPlan(figures: PlanFigures): PlanFigures {
  const { records, exportMb, limits, seconds, recordsPerSecond, secondsByStep, processorSeconds, calls, workerMemoryMb, ledgerMb, objects, associations } = figures;
  say(
    `${records.toLocaleString('en-US')} dirty records (${exportMb} MB) staged and planned, ${limits === 'off' ? 'limits and latency off' : 'Professional limits, realistic latencies'}: ${seconds} s (aim 90 s for 150,000), ${recordsPerSecond} records/s`,
    `  seconds by step: ${listed(secondsByStep)}; processor seconds of the worker ${processorSeconds.worker}`,
    `  calls: ${listed(calls)}`,
    `  worker memory ${workerMemoryMb.start} MB at the start, ${workerMemoryMb.peak} MB at most; ledger ${ledgerMb} MB`,
    ...objects.map(({ objectType, source, create, update, unchanged, fold, leftOut }) => `  ${objectType}: ${source} = ${create} created + ${update} updated + ${unchanged} unchanged + ${fold} combined + ${Object.values(leftOut).reduce((sum, count) => sum + count, 0)} skipped (${listed(leftOut)})`),
    ...associations.map(({ associationType, source, planned, duplicate, selfLink, missingEnd }) => `  ${associationType}: ${source} = ${planned} planned + ${duplicate} stated twice + ${selfLink} with itself + ${missingEnd} with an end that is missing`),
  );
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
