import type { FaultPlanState, SimulatorHealth } from '../../simulator/control-plane';
import { COMPANIES, CONTACTS, createRecord, startPortal, type SimulatedPortal } from './simulated-portal';

const CREATE = `${COMPANIES}/batch/create`;
const oneCompany = { inputs: [{ properties: { name: 'A' } }] };
const AN_HOUR_MS = 3_600_000;

/** HubSpot docs, "Error handling": 504 and 524 are a gateway's, which gave up at 100 s; nothing says that the work behind it stopped. */
describe('calls that commit late', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  const late = (delayMs: number, status?: number) =>
    portal.control('POST', 'faults', { rules: [{ fault: { kind: 'commits-late', delayMs, ...(status === undefined ? {} : { status }) }, path: 'batch/create', times: 1 }] });
  const written = async (): Promise<number> => (await portal.call('GET', COMPANIES)).body.results.length;
  const lateCommits = async () => (await portal.control<SimulatorHealth>('GET', 'health')).lateCommits;

  it('end the connection first and are carried out when the clock has come so far', async () => {
    await late(AN_HOUR_MS);

    await expect(portal.call('POST', CREATE, oneCompany)).rejects.toThrow();
    const before = [await written(), await lateCommits()];
    await portal.control('POST', 'clock', { advanceMs: AN_HOUR_MS - 1 });
    const justBefore = await written();
    await portal.control('POST', 'clock', { advanceMs: 1 });

    expect(before).toEqual([0, { pending: 1, planned: false }]);
    expect([justBefore, await written(), await lateCommits()]).toEqual([0, 1, { pending: 0, planned: false }]);
  });

  it('can answer as the gateway does instead', async () => {
    await late(AN_HOUR_MS, 524);

    const reply = await portal.call('POST', CREATE, oneCompany);

    expect([reply.status, await written(), (await lateCommits()).pending]).toEqual([524, 0, 1]);
  });

  it('need no clock to be moved: the machine time is enough', async () => {
    await late(1);
    await expect(portal.call('POST', CREATE, oneCompany)).rejects.toThrow();

    await until(async () => (await lateCommits()).pending === 0);

    expect(await written()).toBe(1);
  });

  it('are announced as long as the plan may bring another one', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'commits-late', delayMs: 1 }, path: 'batch/create', callNumbers: [1, 3] }] });
    const planned = [(await lateCommits()).planned];
    for (let call = 1; call <= 3; call++) {
      await portal.call('POST', CREATE, oneCompany).catch(() => {});
      planned.push((await lateCommits()).planned);
    }

    expect(planned).toEqual([true, true, true, false]);
  });

  it('collide like any other create when somebody was quicker meanwhile', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'commits-late', delayMs: AN_HOUR_MS }, path: 'contacts$', times: 1 }] });
    await expect(portal.call('POST', CONTACTS, { properties: { email: 'ada@example.com', firstname: 'late' } })).rejects.toThrow();
    await createRecord(portal, CONTACTS, { email: 'ada@example.com', firstname: 'quick' });

    await portal.control('POST', 'clock', { advanceMs: AN_HOUR_MS });

    expect((await portal.call('GET', CONTACTS)).body.results.map(({ properties }) => properties['firstname'])).toEqual(['quick']);
  });

  it('stay under way when the plan is taken away, and are forgotten with the portal', async () => {
    await late(AN_HOUR_MS);
    await expect(portal.call('POST', CREATE, oneCompany)).rejects.toThrow();

    const cleared = await portal.control<FaultPlanState>('DELETE', 'faults');
    await portal.control('POST', 'portal', {});
    await portal.control('POST', 'clock', { advanceMs: AN_HOUR_MS });

    expect([cleared.lateCommits.pending, (await lateCommits()).pending, await written()]).toEqual([1, 0, 0]);
  });

  it('are refused at once where the call itself is refused', async () => {
    await late(AN_HOUR_MS, 504);

    const reply = await portal.call('POST', CREATE, oneCompany, { authorization: 'Bearer nobody' });

    expect([reply.status, (await lateCommits()).pending]).toEqual([401, 0]);
  });

  it('are also those whose client gave up before they were through', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'slow', delayMs: 1_000, when: 'before' }, path: 'batch/create' }] });
    await giveUp();

    const underWay = await lateCommits();
    await until(async () => (await lateCommits()).pending === 0);

    expect([underWay, await written()]).toEqual([{ pending: 1, planned: false }, 1]);
  });

  it('never reach a portal that was loaded after they came in', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'slow', delayMs: 100, when: 'before' }, path: 'batch/create' }] });
    const slow = portal.call('POST', CREATE, oneCompany);
    await until(async () => (await portal.control<FaultPlanState>('GET', 'faults')).struck[0] === 1);
    await portal.control('POST', 'portal', {});

    expect([(await slow).status, await written()]).toEqual([201, 0]);
  });

  /** Sends the create and leaves as soon as it has arrived. */
  async function giveUp(): Promise<void> {
    const leaving = new AbortController();
    const sent = fetch(portal.url + CREATE, { method: 'POST', signal: leaving.signal, headers: { authorization: 'Bearer simulated-token' }, body: JSON.stringify(oneCompany) });
    await until(async () => (await portal.control<FaultPlanState>('GET', 'faults')).struck[0] === 1);
    leaving.abort();
    await expect(sent).rejects.toThrow();
    await until(async () => (await lateCommits()).pending === 1);
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
