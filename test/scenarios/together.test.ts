/** Several workers, clients and migrations at once: what they share, and what only one of them gets. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { CommandError } from '../../client/command-error';
import type { MigrationStatus } from '../../client/migration-status';
import { connectPortage } from '../../client/portage-client';
import { connectToTemporal } from '../../local/temporal-server';
import type { CallLog, CanonicalDump } from '../../simulator/control-plane';
import { writeSmallExport } from '../support/driver/small-export';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

const SIZE = { accounts: 320, contacts: 950, opportunities: 300 };
/** HubSpot's lowest limit: calls within any 10 s (usage guidelines, 2026-09). Both migrations shall use this share of it, together. */
const BURST = 100;
const RATE = 0.4;
const WINDOW_MS = 10_000;
const QUOTA = `quota: { rate: ${RATE * 100}% }`;

/** One export, for the migration `people` without its deals, and for `deals` without all else. */
function exportsOf({ folder }: Rehearsal): { readonly people: string; readonly deals: string } {
  const whole = writeSmallExport(join(folder, 'whole'), SIZE);
  const part = (name: string, objects: readonly string[]) => {
    const path = join(folder, name);
    mkdirSync(path);
    objects.forEach((object) => copyFileSync(join(whole, `${object}.csv`), join(path, `${object}.csv`)));
    return path;
  };
  return { people: part('people', ['Account', 'Contact']), deals: part('deals', ['Opportunity']) };
}

/** One worker, one migration after the other, no limits. */
async function undisturbed(): Promise<CanonicalDump> {
  const rehearsal = await startRehearsal();
  try {
    await rehearsal.portal.limits({ tier: 'off' });
    const folders = exportsOf(rehearsal);
    await (await rehearsal.portage.start(rehearsal.migrationFile(folders.people, '', 'people'))).ended();
    await (await rehearsal.portage.start(rehearsal.migrationFile(folders.deals, '', 'deals'))).ended();
    return await rehearsal.portal.canonicalDump();
  } finally {
    await rehearsal.end();
  }
}

interface Together {
  readonly people: MigrationStatus;
  readonly deals: MigrationStatus;
  readonly rival: MigrationStatus;
  readonly rivalFindings: readonly { readonly code: string; readonly message: string }[];
  readonly starts: readonly PromiseSettledResult<unknown>[];
  readonly lateStart: { readonly exitCode: number; readonly err: string };
  readonly dump: CanonicalDump;
  readonly calls: CallLog;
  /** Process ids of the workers that began an activity of `people`, and those of the three workers in the order of their start. */
  readonly doers: ReadonlySet<number>;
  readonly workers: readonly number[];
  readonly queues: readonly string[];
  readonly strangersQueues: readonly string[];
}

/** Three workers, one of them on another ledger; `people` started by two clients at one moment, `deals` beside it, a rival for its contacts; one worker killed. */
async function together(): Promise<Together> {
  const rehearsal = await startRehearsal();
  try {
    const { stack, portage, portal } = rehearsal;
    await portal.limits({ tier: 'professional', burst: BURST });
    const first = stack.worker();
    const [second, stranger] = await Promise.all([stack.startWorker(), stack.startWorker({ PORTAGE_LEDGER: join(rehearsal.folder, 'other', 'ledger.db') })]);
    const folders = exportsOf(rehearsal);
    const file = rehearsal.migrationFile(folders.people, QUOTA, 'people');
    const otherClient = await connectPortage({ environment: stack.environment, folder: rehearsal.folder, userConfigFile: 'ignore' });
    const starts = await Promise.allSettled([portage.start(file), otherClient.start(file)]);
    await otherClient.close();
    const people = await portage.migration('people');
    const deals = await portage.start(rehearsal.migrationFile(folders.deals, QUOTA, 'deals'));

    await until(people, ({ objects }) => (objects.companies?.created ?? 0) > 0);
    const rival = await portage.start(rehearsal.migrationFile(folders.people, QUOTA, 'rival'));
    const lateStart = await runCommand(['start', file, '--detach'], stack.environment, rehearsal.folder);
    await until(people, ({ objects }) => (objects.contacts?.created ?? 0) > 0);
    await first.kill();
    const ended = { people: await people.ended(), deals: await deals.ended(), rival: await rival.ended() };
    return {
      ...ended,
      rivalFindings: await portage.ledger.runs.readFindings(rival.run),
      starts,
      lateStart,
      dump: await portal.canonicalDump(),
      calls: await portal.calls(),
      doers: await doersOf(rehearsal, people.run),
      workers: [first.pid, second.pid, stranger.pid],
      queues: first.ready['taskQueues'] as string[],
      strangersQueues: stranger.ready['taskQueues'] as string[],
    };
  } finally {
    await rehearsal.end();
  }
}

/** Workers call themselves `<process id>@<host>`. */
async function doersOf({ stack }: Rehearsal, run: string): Promise<ReadonlySet<number>> {
  const connection = await connectToTemporal(stack.temporal().address);
  try {
    const client = new Client({ connection });
    const pids = new Set<number>();
    for (const type of ['companies', 'contacts']) {
      const { events } = await client.workflow.getHandle(`migration/${run}/${type}/p0000`).fetchHistory();
      (events ?? []).forEach(({ activityTaskStartedEventAttributes: started }) => started?.identity && pids.add(Number.parseInt(started.identity, 10)));
    }
    return pids;
  } finally {
    await connection.close();
  }
}

/** The most calls within any ten seconds from the first write on; searches have a limit of their own. */
function busiestWindow({ calls }: CallLog): number {
  const times = calls.slice(calls.findIndex(({ kind }) => kind === 'companies.batch.create')).filter(({ kind }) => !kind.endsWith('.search')).map(({ at }) => Date.parse(at));
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length));
}

describe('workers, clients and migrations on one ledger', () => {
  let alone: CanonicalDump;
  let shared: Together;
  beforeAll(async () => {
    [alone, shared] = await Promise.all([undisturbed(), together()]);
  }, 240_000);

  it('ends as with one worker and one migration at a time, whoever was killed', () => {
    expect([shared.people.state, shared.deals.state]).toEqual(['verified', 'verified']);
    expect(shared.dump).toEqual(alone);
  });

  it('shares the work between the workers of the ledger, and leaves none to one of another', () => {
    const [first, second, stranger] = shared.workers;

    expect([...shared.doers].sort()).toEqual([first, second].sort());
    expect(shared.doers).not.toContain(stranger);
    expect(shared.queues.filter((queue) => shared.strangersQueues.includes(queue))).toEqual([]);
  });

  it('shares the pace: no call more than the portal allows, and none refused', () => {
    expect(shared.calls.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(busiestWindow(shared.calls)).toBeLessThanOrEqual(BURST * RATE);
    expect(shared.calls.total).toBeGreaterThan(BURST * RATE);
  });

  it('starts a migration once for two clients at one moment, and tells the other', () => {
    const refused = shared.starts.filter((each) => each.status === 'rejected').map(({ reason }) => reason as CommandError);

    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ exitCode: 5, message: expect.stringContaining('Migration "people" has been started already: its run people.1 stands') as string });
    expect(shared.lateStart.exitCode).toBe(5);
    expect(shared.lateStart.err).toMatch(/started already.*portage watch people\.1/s);
  });

  it('refuses a second migration of the same objects into the portal, and says which run is there', () => {
    expect(shared.rival.state).toBe('not-started');
    expect(shared.rivalFindings).toContainEqual(expect.objectContaining({ code: 'other-run-writing', message: expect.stringContaining('Run people.1 is writing to portal') as string }));
    expect(shared.calls.calls.filter(({ kind }) => kind === 'companies.batch.create')).toHaveLength(Math.ceil(SIZE.accounts / 100));
  });
});
