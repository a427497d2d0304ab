import type { CallLog, Fault, FaultPlanState } from '../../simulator/control-plane';
import { createFaultPlanner } from '../../simulator/faults';
import { COMPANIES, startPortal, type SimulatedPortal } from './simulated-portal';

const CREATE = `${COMPANIES}/batch/create`;
const oneCompany = { inputs: [{ properties: { name: 'A' }, objectWriteTraceId: 'a' }, { properties: { name: 'B' }, objectWriteTraceId: 'b' }] };

describe('fault plan', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  const strikeOnce = (fault: Fault) => portal.control('POST', 'faults', { rules: [{ fault, path: '^POST .*/batch/create$', callNumbers: [1] }] });
  const written = async (): Promise<number> => (await portal.call('GET', COMPANIES)).body.results.length;

  it.each([
    { fault: { kind: 'status', status: 503, when: 'before' }, status: 503, records: 0 },
    { fault: { kind: 'status', status: 500, when: 'after' }, status: 500, records: 2 },
    { fault: { kind: 'status', status: 502, when: 'after' }, status: 502, records: 2 },
    { fault: { kind: 'status', status: 524, when: 'after' }, status: 524, records: 2 },
    { fault: { kind: 'locked' }, status: 423, records: 0 },
    { fault: { kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING', retryAfterSeconds: 3 }, status: 429, records: 0 },
    { fault: { kind: 'rate-limited', policy: 'DAILY' }, status: 429, records: 0 },
    { fault: { kind: 'moving', retryAfterSeconds: 60 }, status: 477, records: 0 },
    { fault: { kind: 'token-expired' }, status: 401, records: 0 },
    { fault: { kind: 'not-json', when: 'after' }, status: 201, records: 2 },
    { fault: { kind: 'slow', delayMs: 5 }, status: 201, records: 2 },
    { fault: { kind: 'refuse-inputs', inputs: [1] }, status: 207, records: 1 },
  ] as const)('$fault.kind answers $status and leaves $records records', async ({ fault, status, records }) => {
    await strikeOnce(fault);

    const reply = await portal.call('POST', CREATE, oneCompany);

    expect([reply.status, await written()]).toEqual([status, records]);
    expect((await portal.call('POST', CREATE, oneCompany)).status).toBe(201);
  });

  it.each([
    { fault: { kind: 'request-lost' }, records: 0 },
    { fault: { kind: 'answer-lost-after-commit' }, records: 2 },
    { fault: { kind: 'connection-reset' }, records: 0 },
    { fault: { kind: 'connection-reset', when: 'after' }, records: 2 },
  ] as const)('$fault.kind ends the connection and leaves $records records', async ({ fault, records }) => {
    await strikeOnce(fault);

    await expect(portal.call('POST', CREATE, oneCompany)).rejects.toThrow();

    expect(await written()).toBe(records);
  });

  it('names the wait where the vendor does, and where the plan says so', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'moving', retryAfterSeconds: 60 }, callNumbers: [1] }, { fault: { kind: 'rate-limited', policy: 'SECONDLY', retryAfterSeconds: 3 }, callNumbers: [2] }, { fault: { kind: 'rate-limited', policy: 'DAILY' }, callNumbers: [3] }] });

    const replies = [await portal.call('GET', COMPANIES), await portal.call('GET', COMPANIES), await portal.call('GET', COMPANIES)];

    expect(replies.map(({ headers }) => headers.get('retry-after'))).toEqual(['60', '3', null]);
    expect(replies.map(({ body }) => body.policyName)).toEqual([undefined, 'SECONDLY', 'DAILY']);
  });

  it('keeps its faults apart from 429 that the caller brought about', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'rate-limited', policy: 'DAILY' }, times: 1 }] });
    await portal.call('GET', COMPANIES);
    const afterFault = await portal.control<CallLog>('GET', 'calls');
    await portal.control('POST', 'limits', { burst: 0 });
    await portal.call('GET', COMPANIES);

    expect([afterFault.rateLimited, (await portal.control<CallLog>('GET', 'calls')).rateLimited]).toEqual([0, 1]);
  });

  it('tells how often each rule matched and struck, and can be cleared', async () => {
    await portal.control('POST', 'faults', { rules: [{ fault: { kind: 'locked' }, path: 'companies', times: 1 }] });
    await portal.call('GET', COMPANIES);
    await portal.call('GET', COMPANIES);

    const state = await portal.control<FaultPlanState>('GET', 'faults');
    const cleared = await portal.control<FaultPlanState>('DELETE', 'faults');

    expect([state.matched, state.struck, cleared.rules]).toEqual([[2], [1], []]);
  });

  it.each([
    ['an unknown kind', { rules: [{ fault: { kind: 'meteor' } }] }],
    ['a typo', { rules: [{ fault: { kind: 'locked' }, pth: 'x' }] }],
    ['a path that is no expression', { rules: [{ fault: { kind: 'locked' }, path: '(' }] }],
  ])('refuses %s', async (_case, plan) => {
    const reply = await portal.call('POST', '/_simulator/faults', plan);

    expect([reply.status, typeof (reply.body as unknown as { problem: string }).problem]).toEqual([400, 'string']);
  });
});

describe('createFaultPlanner', () => {
  it('draws the same faults for the same seed, others for another', () => {
    const draw = (seed: number): boolean[] => {
      const planner = createFaultPlanner();
      planner.set({ seed, rules: [{ fault: { kind: 'locked' }, probability: 0.5 }] });
      return Array.from({ length: 40 }, () => planner.meet('GET', '/').fault !== undefined);
    };

    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).toEqual(expect.arrayContaining([true, false]));
  });

  it('lets the first rule that strikes win, and counts for all that match', () => {
    const planner = createFaultPlanner();
    planner.set({ rules: [{ fault: { kind: 'locked' }, callNumbers: [2] }, { fault: { kind: 'request-lost' } }] });

    const kinds = [1, 2, 3].map(() => planner.meet('GET', '/').fault?.kind);

    expect(kinds).toEqual(['request-lost', 'locked', 'request-lost']);
    expect(planner.state()).toMatchObject({ matched: [3, 3], struck: [1, 2] });
  });
});
