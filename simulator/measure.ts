import { Agent, request } from 'node:http';
import { createHubspotSimulator } from './hubspot/create-hubspot-simulator';

/**
 * Prints what the simulator costs: bytes a record and batch calls a second, with limits and latency off.
 * Run by hand: `node --expose-gc --require tsx/cjs simulator/measure.ts [records, default 100000]`.
 * Client and simulator share one process here, so the calls a second are a lower bound.
 */
const BATCH = 100;
const IN_FLIGHT = 8;

interface Measured {
  readonly seconds: number;
  readonly ids: readonly string[];
}

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

function post(url: string, body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { authorization: 'Bearer simulated-token', 'content-type': 'application/json' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

function contactInput(number: number): unknown {
  return {
    objectWriteTraceId: String(number),
    properties: {
      email: `person${number}@company${number % 20_000}.com`,
      firstname: `First${number % 500}`,
      lastname: `Last${number}`,
      phone: `+1 555 ${String(number).padStart(7, '0')}`,
      jobtitle: 'Head of Something',
      address: `${number} Main Street`,
      city: 'Springfield',
      state: 'IL',
      zip: '62701',
      country: 'United States',
      website: `https://company${number % 20_000}.com`,
      company: `Company ${number % 20_000}`,
    },
  };
}

async function inParallel(batches: number, send: (batch: number) => Promise<string>): Promise<Measured> {
  const started = process.hrtime.bigint();
  const ids: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let batch = next++; batch < batches; batch = next++) {
      for (const [, id] of (await send(batch)).matchAll(/"id":"(\d+)"/g)) ids.push(id ?? '');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, ids };
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function run(recordCount: number): Promise<void> {
  const simulator = createHubspotSimulator({ tier: 'off' });
  const { url } = await simulator.listen(0);
  const batches = Math.ceil(recordCount / BATCH);
  const before = heapBytes();
  const created = await inParallel(batches, (batch) => post(`${url}/crm/objects/2026-09/contacts/batch/create`, { inputs: Array.from({ length: BATCH }, (_, place) => contactInput(batch * BATCH + place)) }));
  const afterCreate = heapBytes();
  const read = await inParallel(batches, (batch) =>
    post(`${url}/crm/objects/2026-09/contacts/batch/read`, { properties: ['email', 'firstname', 'lastname', 'city'], inputs: created.ids.slice(batch * BATCH, (batch + 1) * BATCH).map((id) => ({ id })) }),
  );
  const updated = await inParallel(batches, (batch) =>
    post(`${url}/crm/objects/2026-09/contacts/batch/update`, { inputs: created.ids.slice(batch * BATCH, (batch + 1) * BATCH).map((id) => ({ id, properties: { city: 'Oslo', state: '' } })) }),
  );
  const afterUpdate = heapBytes();
  const figures = {
    records: created.ids.length,
    createCallsPerSecond: Math.round(batches / created.seconds),
    readCallsPerSecond: Math.round(batches / read.seconds),
    updateCallsPerSecond: Math.round(batches / updated.seconds),
    bytesPerRecord: Math.round((afterCreate - before) / created.ids.length),
    bytesPerUpdatedRecord: Math.round((afterUpdate - before) / created.ids.length),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  agent.destroy();
  await simulator.close();
}

void run(Number(process.argv[2] ?? 100_000));
