import type { TargetConnector } from '../../../connectors/connector';
import { createHubspotConnector } from '../../../connectors/hubspot/hubspot-connector';
import type { Fault, FaultPlan, FaultPlanState, PersonEdit, PortalDefinition, PortalEvent, SimulatorHealth, SwitchChanges, TokenDefinition } from '../../../simulator/control-plane';
import { createHubspotSimulator, type HubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace, type FreePace } from '../../support/free-pace';
import { simulatedPortal, type SimulatedPortal } from '../../support/simulated-portal';
import { aCall, errorOf } from './support/calling';

const TOKEN = 'full';
const A_PORTAL: PortalDefinition = {
  portalId: 4711,
  tokens: [{ token: TOKEN, scopes: 'all' }],
  properties: {
    contacts: [
      { name: 'src_id', type: 'string', fieldType: 'text', hasUniqueValue: true },
      { name: 'colour', type: 'enumeration', fieldType: 'select', options: [{ label: 'Red', value: 'red' }, { label: 'Blue', value: 'blue' }] },
    ],
  },
  switches: { searchLagMs: 0 },
};
const CREATE = 'contacts/batch/create$';
const AN_HOUR_S = 3_600;
/** Neither whether it landed nor whether it did not: only a read by key tells. */
const inDoubt = (code: string) => ({ type: 'TransientError', details: { code, mayHaveLanded: true } });

/** What each fault of the simulator becomes in the connector, over HTTP, and what is in the portal afterwards. */
describe('the HubSpot connector under faults', () => {
  let simulator: HubspotSimulator;
  let portal: SimulatedPortal;
  let pace: FreePace;
  let connector: TargetConnector;

  beforeAll(async () => {
    simulator = createHubspotSimulator({ tier: 'off' });
    portal = simulatedPortal((await simulator.listen(0)).url);
  });
  afterAll(async () => simulator.close());
  beforeEach(async () => {
    await portal.load(A_PORTAL);
    await portal.faults(null);
    await portal.limits({ tier: 'off' });
    pace = createFreePace();
    connector = connecting();
  });

  const connecting = (options: { timeoutMs?: number } = {}): TargetConnector => createHubspotConnector({ baseUrl: portal.url, readToken: async () => TOKEN, pace, ...options });
  const strike = (fault: Fault, path = CREATE): Promise<void> => portal.faults({ rules: [{ fault, path }] });
  const happen = (event: PortalEvent): Promise<void> => portal.faults({ rules: [], events: [{ when: 'before', callNumbers: [2], path: CREATE, event }] });
  const inputs = (...ids: string[]) => ids.map((id) => ({ traceId: `t-${id}`, properties: { src_id: id, lastname: id } }));
  const create = (...ids: string[]) => connector.createRecords('contacts', inputs(...ids), aCall());
  /** As a strong read by key tells it. */
  const written = async (...ids: string[]): Promise<(string | null | undefined)[]> => {
    const found = await connecting().readRecords('contacts', { ids, idProperty: 'src_id', properties: ['src_id'], archived: false }, aCall());
    return found.map(({ properties }) => properties['src_id']).sort();
  };
  const idOf = async (key: string): Promise<string> => (await connecting().readRecords('contacts', { ids: [key], idProperty: 'src_id', properties: [], archived: false }, aCall()))[0]!.id;

  describe('answers that leave a write in doubt', () => {
    /** HubSpot docs, "Error handling": 500, 502, 503, 504 and 524 are to be retried; none says whether the request was carried out. */
    it.each([500, 502, 503, 504, 524].flatMap((status) => (['before', 'after'] as const).map((when) => ({ status, when }))))('$status $when the commit', async ({ status, when }) => {
      await strike({ kind: 'status', status, when });

      expect(await errorOf(create('S-1', 'S-2'))).toMatchObject(inDoubt(`http-${status}`));
      expect(await written('S-1', 'S-2')).toEqual(when === 'after' ? ['S-1', 'S-2'] : []);
    });

    /** TCP tells no more than HTTP does. HubSpot docs, "Error handling": 521 to 523 are connections that ended without an answer. */
    it.each<[Fault, string, boolean]>([
      [{ kind: 'request-lost' }, 'connection-lost', false],
      [{ kind: 'answer-lost-after-commit' }, 'connection-lost', true],
      [{ kind: 'connection-reset' }, 'connection-lost', false],
      [{ kind: 'connection-reset', when: 'after' }, 'connection-lost', true],
      [{ kind: 'answer-cut-short' }, 'connection-lost', true],
      [{ kind: 'not-json', when: 'before' }, 'unreadable-answer', false],
      [{ kind: 'not-json', when: 'after' }, 'unreadable-answer', true],
      [{ kind: 'not-json', when: 'after', body: 'half-json' }, 'unreadable-answer', true],
      [{ kind: 'not-json', when: 'after', body: 'empty' }, 'unreadable-answer', true],
    ])('%j', async (fault, code, isWritten) => {
      await strike(fault);

      expect(await errorOf(create('S-1'))).toMatchObject(inDoubt(code));
      expect(await written('S-1')).toEqual(isWritten ? ['S-1'] : []);
    });

    it.each<[Fault, string]>([
      [{ kind: 'status', status: 504, when: 'before' }, 'http-504'],
      [{ kind: 'answer-cut-short' }, 'connection-lost'],
      [{ kind: 'not-json', when: 'after' }, 'unreadable-answer'],
    ])('of a read nothing is in doubt: %j', async (fault, code) => {
      await strike(fault, 'batch/read');

      expect(await errorOf(connector.readRecords('contacts', { ids: ['1'], idProperty: null, properties: [], archived: false }, aCall()))).toMatchObject({ type: 'TransientError', details: { code, mayHaveLanded: false } });
    });

    it.each<[string, (id: string) => Promise<unknown>]>([
      ['an update', (id) => connector.updateRecords('contacts', [{ traceId: 't', id, properties: { city: 'Oslo' } }], aCall())],
      ['an archive', (id) => connector.archiveRecords('contacts', [id], aCall())],
      ['an association', (id) => connector.createAssociations('contacts', 'contacts', [{ fromId: id, toId: '999', kinds: [{ category: 'HUBSPOT_DEFINED', typeId: 449 }] }], aCall())],
      ['the removal of an association', (id) => connector.archiveAssociations('contacts', 'contacts', [{ fromId: id, toId: '999' }], aCall())],
      ['a property', () => connector.archiveProperty('contacts', 'colour', aCall())],
    ])('%s can be in doubt like a create', async (_name, write) => {
      await create('S-1');
      const id = await idOf('S-1');
      await strike({ kind: 'answer-lost-after-commit' }, '^(POST .*/batch/(update|archive|create)|DELETE )');

      expect(await errorOf(write(id))).toMatchObject(inDoubt('connection-lost'));
    });
  });

  describe('answers that come late', () => {
    /** HubSpot docs, "Error handling": 524 after 100 s. The connector's 110 s are scaled here. */
    it('an answer after its time-out is none, and the write is there', async () => {
      await strike({ kind: 'slow', delayMs: 10_000 });

      expect(await errorOf(connecting({ timeoutMs: 400 }).createRecords('contacts', inputs('S-1'), aCall()))).toMatchObject(inDoubt('timeout'));
      expect(await written('S-1')).toEqual(['S-1']);
    });

    it('an answer just in time is one', async () => {
      await strike({ kind: 'slow', delayMs: 40 });

      expect((await create('S-1')).landed).toHaveLength(1);
    });

    it.each([{ status: undefined, code: 'connection-lost' }, { status: 524, code: 'http-524' }])('a write that commits after it was given up ($code) is nowhere at first, and there in the end', async ({ status, code }) => {
      await strike({ kind: 'commits-late', delayMs: 100_000, status });

      const error = await errorOf(create('S-1'));
      const before = await written('S-1');
      await portal.clock({ advanceMs: 100_000 });

      expect(error).toMatchObject(inDoubt(code));
      expect([before, await written('S-1')]).toEqual([[], ['S-1']]);
    });

    it('a repeat that overtakes it makes it collide: one record in the end', async () => {
      await portal.faults({ rules: [{ fault: { kind: 'commits-late', delayMs: 100_000 }, path: CREATE, times: 1 }] });
      await errorOf(create('S-1'));

      const repeated = await create('S-1');
      await portal.clock({ advanceMs: 100_000 });

      expect(repeated.landed).toHaveLength(1);
      expect((await portal.dump()).records['contacts']).toHaveLength(1);
      expect((await healthOf(portal.url)).lateCommits).toMatchObject({ pending: 0 });
    });
  });

  describe('answers that ask for a wait', () => {
    /** HubSpot docs, "Error handling" (423, 429, 477) and "API usage guidelines"; bodies of 429 as public projects recorded them. */
    it.each<[Fault, object]>([
      [{ kind: 'locked' }, { type: 'RateLimitedError', details: { code: 'http-423', retryAfterMs: 2_000 } }],
      [{ kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' }, { type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: 10_000 } }],
      [{ kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING', retryAfterSeconds: 7 }, { type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: 7_000 } }],
      [{ kind: 'rate-limited', policy: 'SECONDLY' }, { type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: 1_000 } }],
      [{ kind: 'rate-limited', policy: 'SECONDLY', retryAfterSeconds: 7 }, { type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: 7_000 } }],
      [{ kind: 'rate-limited', policy: 'DAILY' }, { type: 'QuotaExhaustedError', details: { code: 'daily-limit' } }],
      [{ kind: 'rate-limited', policy: 'DAILY', retryAfterSeconds: 7 }, { type: 'QuotaExhaustedError', details: { code: 'daily-limit' } }],
      [{ kind: 'moving', retryAfterSeconds: 6 * AN_HOUR_S }, { type: 'RateLimitedError', details: { code: 'http-477', retryAfterMs: 6 * AN_HOUR_S * 1_000 } }],
    ])('%j: nothing was written', async (fault, expected) => {
      await strike(fault);

      const error = await errorOf(create('S-1'));

      expect(error).toMatchObject(expected);
      expect(error.details).not.toHaveProperty('mayHaveLanded', true);
      expect(await written('S-1')).toEqual([]);
    });

    it('close the lane for everybody where the burst was it, and halve what is in flight where it was a lock', async () => {
      await strike({ kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' });
      await errorOf(create('S-1'));
      await strike({ kind: 'locked' });
      await errorOf(create('S-1'));
      await strike({ kind: 'rate-limited', policy: 'DAILY' });
      await errorOf(create('S-1'));

      expect([pace.closed, pace.halvedCount]).toEqual([[{ lane: 'general', forMs: 10_000 }], 1]);
    });

    /** HubSpot docs, "API usage guidelines": each answer's headers name the limit. */
    it('limits that shrink in the middle are learned from the very next answer', async () => {
      await happen({ kind: 'limits', change: { burst: 50 } });

      await create('S-1');
      await create('S-2');

      expect(pace.learned.slice(-2).map(({ windowLimit }) => windowLimit)).toEqual([1_000_000_000, 50]);
    });
  });

  describe('answers about single inputs', () => {
    /** HubSpot docs, "Error handling", multi-status errors. */
    it('names the chosen culprits of a 207 by their trace ids and lets the others land', async () => {
      await strike({ kind: 'refuse-inputs', inputs: [1, 2], code: 'INVALID_OPTION' });

      const answer = await create('S-0', 'S-1', 'S-2', 'S-3');

      expect(answer.refused.map(({ traceId, code, category, property }) => ({ traceId, code, category, property }))).toEqual(['t-S-1', 't-S-2'].map((traceId) => ({ traceId, code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'src_id' })));
      expect(answer.landed.map(({ record }) => record.properties['src_id']).sort()).toEqual(['S-0', 'S-3']);
    });

    /** The same page: without a part in the batch that stands alone, all of it falls. */
    it('tells a whole batch that was refused without a culprit, so that halving finds it', async () => {
      await strike({ kind: 'poison', property: 'src_id', values: ['S-3'], code: 'INVALID_DATE' });

      const all = await create('S-1', 'S-2', 'S-3', 'S-4');
      const [left, right] = [await create('S-1', 'S-2'), await create('S-3', 'S-4')];
      const [bad, good] = [await create('S-3'), await create('S-4')];

      expect([all, right, bad].map(({ landed, refused, refusedWhole }) => [landed, refused, refusedWhole?.code, refusedWhole?.traceId])).toEqual(Array.from({ length: 3 }, () => [[], [], 'INVALID_DATE', null]));
      expect([left, good].map(({ landed }) => landed.length)).toEqual([2, 1]);
      expect(bad.refusedWhole).toMatchObject({ category: 'VALIDATION_ERROR', property: 'src_id', correlationId: expect.any(String) as string });
    });

    it('takes the 207 that trace ids get where the portal honours them', async () => {
      await strike({ kind: 'poison', property: 'src_id', values: ['S-3'], traceIds: 'honoured', code: 'INVALID_DATE' });

      const answer = await create('S-1', 'S-2', 'S-3', 'S-4');

      expect([answer.landed.length, answer.refused.map(({ traceId, code }) => [traceId, code]), answer.refusedWhole]).toEqual([3, [['t-S-3', 'INVALID_DATE']], null]);
    });

    /** HubSpot/hubspot-api-nodejs, issue 190: the order of results is the API's own. */
    it('knows its records in whatever order they come', async () => {
      const ids = Array.from({ length: 40 }, (_, place) => `S-${place}`);

      const { landed } = await create(...ids);

      expect(landed.map(({ record }) => record.properties['src_id'])).not.toEqual(ids);
      expect(landed.map(({ record }) => record.properties['src_id']).sort()).toEqual([...ids].sort());
    });

    it('says nothing of inputs that the answer leaves out: they are in doubt, and written', async () => {
      await strike({ kind: 'results-missing', count: 2 });

      const answer = await create('S-1', 'S-2', 'S-3');

      expect([answer.landed.length, answer.refused, answer.refusedWhole]).toEqual([1, [], null]);
      expect(await written('S-1', 'S-2', 'S-3')).toEqual(['S-1', 'S-2', 'S-3']);
    });

    it('tells of each record once, however often the answer names it', async () => {
      await strike({ kind: 'results-repeated', count: 2 }, 'batch/');

      const answer = await create('S-1', 'S-2', 'S-3');
      const read = await connector.readRecords('contacts', { ids: ['S-1', 'S-2', 'S-3'], idProperty: 'src_id', properties: ['src_id'], archived: false }, aCall());
      const [one, two] = [read[0]!.id, read[1]!.id];
      const links = await connector.createAssociations('contacts', 'contacts', [{ fromId: one, toId: two, kinds: [{ category: 'HUBSPOT_DEFINED', typeId: 449 }] }], aCall());

      expect(answer.landed.map(({ record }) => record.properties['src_id']).sort()).toEqual(['S-1', 'S-2', 'S-3']);
      expect(read.map(({ properties }) => properties['src_id']).sort()).toEqual(['S-1', 'S-2', 'S-3']);
      expect(links.landed).toEqual([{ fromId: one, toId: two }]);
      expect(await connector.readAssociations('contacts', 'contacts', [one], aCall())).toHaveLength(1);
    });

    it('tells of each property once as well', async () => {
      await strike({ kind: 'results-repeated', count: 1 }, 'properties/.*/batch/');
      const property = { name: 'extra', label: 'Extra', description: '', groupName: 'dealinformation', type: 'string', fieldType: 'text', hasUniqueValue: false, options: [] };

      expect(await connector.createProperties('deals', [property], aCall())).toEqual({ created: ['extra'], existed: [], refused: [] });
      expect((await connector.readProperties('deals', ['extra'], aCall())).map(({ name }) => name)).toEqual(['extra']);
    });
  });

  describe('an admin at work in the middle', () => {
    /** HubSpot changelog, "CRM API write validation enforcement"; HubSpot docs, "Error handling" (property validation). */
    it.each<[string, PersonEdit, { code: string; property: string }]>([
      ['requires a property', { action: 'require-property', objectType: 'contacts', propertyName: 'phone' }, { code: 'MISSING_REQUIRED_PROPERTY', property: 'phone' }],
      ['deletes an option', { action: 'delete-option', objectType: 'contacts', propertyName: 'colour', value: 'red' }, { code: 'INVALID_OPTION', property: 'colour' }],
      ['archives a property', { action: 'archive-property', objectType: 'contacts', propertyName: 'colour' }, { code: 'PROPERTY_DOESNT_EXIST', property: 'colour' }],
    ])('who %s: what was right a call ago is refused, with code and property', async (_case, edit, refusal) => {
      await happen({ kind: 'edit', edit });
      const write = (id: string) => connector.createRecords('contacts', [{ traceId: 't', properties: { src_id: id, lastname: id, colour: 'red' } }], aCall());

      const [before, after] = [await write('S-1'), await write('S-2')];

      expect([before.landed.length, after.landed.length]).toEqual([1, 0]);
      expect(after.refused).toMatchObject([{ traceId: 't', ...refusal }]);
    });
  });

  describe('tokens', () => {
    const expired: TokenDefinition = { token: TOKEN, scopes: 'all', expiresAt: '2020-01-01T00:00:00.000Z' };

    /** HubSpot docs, "Error handling": 401 and 403; a token that cannot be decoded reads as expired in 1970. */
    it.each<[string, readonly TokenDefinition[], string]>([
      ['expires', [expired], 'token-expired'],
      ['is revoked', [], 'token-refused'],
      ['loses its scope', [{ token: TOKEN, scopes: ['crm.objects.contacts.read'] }], 'missing-scope'],
    ])('one that %s in the middle stops the calls until it is replaced', async (_case, tokens, code) => {
      await happen({ kind: 'tokens', tokens });

      const first = await create('S-1');
      const errors = [await errorOf(create('S-2')), await errorOf(create('S-3'))];
      await portal.tokens({ tokens: [{ token: TOKEN, scopes: 'all' }] });

      expect(first.landed).toHaveLength(1);
      expect(errors).toMatchObject([{ type: 'AuthorizationError', details: { code } }, { type: 'AuthorizationError', details: { code } }]);
      expect((await create('S-2')).landed).toHaveLength(1);
    });

    it('one that expires for a single call is good again at the next', async () => {
      await portal.faults({ rules: [{ fault: { kind: 'token-expired' }, path: CREATE, callNumbers: [1] }] });

      expect(await errorOf(create('S-1'))).toMatchObject({ type: 'AuthorizationError', details: { code: 'token-expired' } });
      expect((await create('S-1')).landed).toHaveLength(1);
    });

    it('one of another portal after a restart is told by the portal that it names', async () => {
      const before = await connector.portalId(aCall());
      await portal.tokens({ tokens: [{ token: TOKEN, scopes: 'all', portalId: 99 }] });

      expect([before, await connecting().portalId(aCall())]).toEqual(['4711', '99']);
    });
  });

  describe('what nobody knows of the real thing', () => {
    const turn = (switches: SwitchChanges) => portal.switches(switches as Parameters<SimulatedPortal['switches']>[0]);

    it.each([
      { keep: false, landed: 1 },
      { keep: true, landed: 0 },
    ])('archived records keep unique values: $keep', async ({ keep, landed }) => {
      await turn({ archivedRecordsKeepUniqueValues: keep });
      await create('S-1');
      await connector.archiveRecords('contacts', [await idOf('S-1')], aCall());

      const again = await create('S-1');

      expect([again.landed.length, again.refused.length]).toEqual([landed, 1 - landed]);
    });

    it.each([
      { leaves: false, records: 1 },
      { leaves: true, records: 2 },
    ])('a rejected create leaves a half-made record: $leaves', async ({ leaves, records }) => {
      await turn({ rejectedCreateLeavesHalfMadeRecord: leaves });
      await create('S-1');

      const repeated = await create('S-1');

      expect([repeated.landed.length, repeated.refused.length]).toEqual([0, 1]);
      expect((await portal.dump()).records['contacts']).toHaveLength(records);
      expect(await written('S-1')).toEqual(['S-1']);
    });

    it.each([
      { ignoreCase: false, landed: 1 },
      { ignoreCase: true, landed: 0 },
    ])('unique text compared without case: $ignoreCase', async ({ ignoreCase, landed }) => {
      await portal.load({ ...A_PORTAL, switches: { uniqueValuesIgnoreCase: ignoreCase } });
      await create('abc');

      expect((await create('ABC')).landed).toHaveLength(landed);
    });

    it.each([
      { reappear: false, total: 0 },
      { reappear: true, total: 1 },
    ])('archived records reappear in search: $reappear', async ({ reappear, total }) => {
      await turn({ archivedRecordsReappearInSearch: reappear });
      await create('S-1');
      await connector.archiveRecords('contacts', [await idOf('S-1')], aCall());
      await portal.clock({ advanceMs: 1_000 });

      expect(await connector.searchCreatedWithout('contacts', { createdSince: '2020-01-01T00:00:00Z', property: 'city', after: null }, aCall())).toMatchObject({ total });
    });

    it.each([
      { merged: 'follow', links: 1 },
      { merged: 'unknown', links: 0 },
    ] as const)('merged ids in associations: $merged', async ({ merged, links }) => {
      await turn({ mergedIdsInAssociations: merged });
      await create('S-1', 'S-2', 'S-3');
      const [winner, loser, other] = [await idOf('S-1'), await idOf('S-2'), await idOf('S-3')];
      await portal.edit({ action: 'merge', objectType: 'contacts', id: winner, mergedId: loser });

      const answer = await connector.createAssociations('contacts', 'contacts', [{ fromId: loser, toId: other, kinds: [{ category: 'HUBSPOT_DEFINED', typeId: 449 }] }], aCall());

      expect(await connector.readRecords('contacts', { ids: [loser], idProperty: null, properties: [], archived: false }, aCall())).toMatchObject([{ id: winner }]);
      expect([answer.landed.map(({ fromId }) => fromId), answer.refused.map(({ code, fromId }) => [code, fromId])]).toEqual(links === 1 ? [[winner], []] : [[], [['FROM_OBJECT_NOT_FOUND', loser]]]);
      expect(await connector.readAssociations('contacts', 'contacts', [winner], aCall())).toHaveLength(links);
    });

    it('the portal fills in and moves on what was created: the answer knows nothing of it, history tells who it was', async () => {
      await turn({ companyEnrichment: true, lifecycleAutomation: 'opportunity' });

      const { landed } = await connector.createRecords('companies', [{ traceId: 't', properties: { domain: 'acme.com', city: '', lifecyclestage: 'lead' } }], aCall());
      const id = landed[0]!.record.id;
      const history = (await connector.readHistory('companies', [id], ['city', 'lifecyclestage'], aCall())).get(id);

      expect(landed[0]?.record.properties).toMatchObject({ city: null, lifecyclestage: 'lead' });
      expect([history?.['city']?.[0], history?.['lifecyclestage']?.[0]]).toMatchObject([{ value: 'Springfield', sourceType: 'ENRICHMENT' }, { value: 'opportunity', sourceType: 'AUTOMATION_PLATFORM' }]);
    });
  });

  it('counts what matched and what struck, the same for the same seed', async () => {
    const plan: FaultPlan = { seed: 11, rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: CREATE, probability: 0.5 }] };
    const run = async (): Promise<readonly [boolean[], FaultPlanState]> => {
      await portal.load(A_PORTAL);
      await portal.faults(plan);
      const lost: boolean[] = [];
      for (let call = 0; call < 12; call++) lost.push(await create(`S-${call}`).then(() => false, () => true));
      return [lost, await portal.faultState()];
    };

    const [[first, state], [second]] = [await run(), await run()];

    expect(second).toEqual(first);
    expect([state.matched, state.struck]).toEqual([[12], [first.filter(Boolean).length]]);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });
});

async function healthOf(url: string): Promise<SimulatorHealth> {
  return (await (await fetch(`${url}/_simulator/health`)).json()) as SimulatorHealth;
}
