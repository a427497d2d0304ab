import type { TargetConnector } from '../../../connectors/connector';
import type { PropertyDefinition } from '../../../domain/schema-plan';
import { createHubspotConnector } from '../../../connectors/hubspot/hubspot-connector';
import { forecastCalls } from '../../../domain/migration-plan';
import { OBJECT_TYPES } from '../../../domain/object-type';
import { portalSnapshotSchema } from '../../../domain/portal-snapshot.schema';
import type { CallLog, FaultPlan, PersonEdit, PortalDefinition } from '../../../simulator/control-plane';
import { createHubspotSimulator, type HubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace, type FreePace } from '../../support/free-pace';
import { aCall, errorOf } from './support/calling';

const A_PORTAL: PortalDefinition = {
  portalId: 4711,
  portalName: 'Acme',
  timeZone: 'US/Eastern',
  companyCurrency: 'USD',
  currencies: ['EUR'],
  tokens: [
    { token: 'full', scopes: 'all' },
    { token: 'no-deals', scopes: ['oauth', 'crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.companies.read', 'crm.objects.owners.read'] },
    { token: 'expired', scopes: 'all', expiresAt: '2020-01-01T00:00:00.000Z' },
  ],
  owners: [{ id: '71', email: 'ann@acme.com' }, { id: '72', email: 'gone@acme.com', archived: true }],
  properties: { contacts: [{ name: 'src_id', type: 'string', fieldType: 'text', hasUniqueValue: true }] },
};
const A_KEY: PropertyDefinition = { name: 'salesforce_id', label: 'Salesforce ID', description: 'run acme.1', groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue: true, options: [] };
const CONTACT_TO_COMPANY = { category: 'HUBSPOT_DEFINED', typeId: 279 } as const;

/** The promises of TargetConnector, kept over HTTP by a portal that behaves as HubSpot's documents say. */
describe('the HubSpot connector against the simulator', () => {
  let simulator: HubspotSimulator;
  let url: string;
  let pace: FreePace;
  let connector: TargetConnector;
  const withToken = (token: string): TargetConnector => createHubspotConnector({ baseUrl: url, readToken: async () => token, pace });

  beforeAll(async () => {
    simulator = createHubspotSimulator();
    ({ url } = await simulator.listen(0));
  });
  afterAll(async () => simulator.close());
  beforeEach(async () => {
    await control('POST', 'portal', A_PORTAL);
    await control('DELETE', 'faults');
    await control('DELETE', 'calls');
    pace = createFreePace();
    connector = withToken('full');
  });

  async function control<Answer>(method: string, name: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${url}/_simulator/${name}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const parsed = (await answer.json()) as Answer;
    if (!answer.ok) {
      throw new Error(JSON.stringify(parsed));
    }
    return parsed;
  }
  const strike = (plan: FaultPlan) => control('POST', 'faults', plan);
  const edit = (change: PersonEdit) => control<{ id: string }>('POST', 'edit', change);
  const contacts = (...ids: string[]) => ids.map((id) => ({ traceId: `t-${id}`, properties: { src_id: id, email: `${id.toLowerCase()}@acme.com`, lastname: id } }));
  const create = async (...ids: string[]): Promise<ReadonlyMap<string, string>> => {
    const { landed } = await connector.createRecords('contacts', contacts(...ids), aCall());
    return new Map(landed.map(({ record }) => [record.properties['src_id'] ?? '', record.id]));
  };
  const byKey = (connectorOf: TargetConnector, ids: readonly string[], archived = false) => connectorOf.readRecords('contacts', { ids, idProperty: 'src_id', properties: ['src_id', 'email', 'city'], archived }, aCall());

  it('knows it for a simulator, and its portal', async () => {
    expect(await connector.isSimulator(new AbortController().signal)).toBe(true);
    expect(await connector.portalId(aCall())).toBe('4711');
  });

  it('takes a snapshot that the schema accepts, in at most 18 calls', async () => {
    const snapshot = await connector.readSnapshot(['companies', 'contacts', 'deals'], aCall());

    expect(portalSnapshotSchema.parse(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({ portalId: '4711', portalName: 'Acme', timeZone: 'US/Eastern', currency: 'USD', additionalCurrencies: ['EUR'] });
    expect(snapshot.scopes).toContain('crm.objects.deals.write');
    expect(snapshot.owners).toEqual([{ id: '71', email: 'ann@acme.com', archived: false }, { id: '72', email: 'gone@acme.com', archived: true }]);
    expect(snapshot.objects.map(({ hasRecords }) => hasRecords)).toEqual([false, false, false]);
    expect(snapshot.objects[1]?.properties.find(({ name }) => name === 'src_id')).toMatchObject({ hasUniqueValue: true, readOnly: false });
    expect(snapshot.objects[2]?.pipelines[0]).toMatchObject({ id: 'default' });
    expect(snapshot.quota).toMatchObject({ limit: 625_000 });
    expect(Date.parse(snapshot.quota.resetsAt)).toBeGreaterThan(Date.parse(snapshot.takenAt));
    expect((await control<CallLog>('GET', 'calls')).total).toBeLessThanOrEqual(18);
    expect(pace.learned[0]).toMatchObject({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000 });
  });

  it('knows what is left of the day, also when nothing is', async () => {
    await control('POST', 'limits', { tier: 'professional', usedToday: 600_000 });
    const inTheMiddle = await connector.readQuota(aCall());
    await control('POST', 'limits', { usedToday: 625_000 });
    const atTheEnd = await connector.readQuota(aCall());

    expect(inTheMiddle.limit).toBe(625_000);
    expect(inTheMiddle.remaining).toBeGreaterThan(24_900);
    expect(inTheMiddle.remaining).toBeLessThanOrEqual(25_000);
    expect(atTheEnd).toMatchObject({ remaining: 0, resetsAt: inTheMiddle.resetsAt });
    expect(await errorOf(connector.createRecords('contacts', contacts('S-1'), aCall()))).toMatchObject({ type: 'QuotaExhaustedError' });
  });

  it('creates records, and refuses one bad one without the others', async () => {
    const inputs = [...contacts('S-1', 'S-2'), { traceId: 't-bad', properties: { src_id: 'S-3', lastname: 'x', no_such_property: '1' } }];

    const answer = await connector.createRecords('contacts', inputs, aCall());

    expect(answer.landed.map(({ record }) => record.properties['src_id']).sort()).toEqual(['S-1', 'S-2']);
    expect(answer.refused).toMatchObject([{ traceId: 't-bad', code: 'PROPERTY_DOESNT_EXIST', property: 'no_such_property' }]);
    expect(answer.refused[0]?.correlationId).not.toBeNull();
  });

  it('collides with itself when a create is repeated, and leaves the record as it was', async () => {
    const ids = await create('S-1');
    await edit({ action: 'update', objectType: 'contacts', id: ids.get('S-1') ?? '', properties: { city: 'Oslo' } });

    const repeated = await connector.createRecords('contacts', contacts('S-1', 'S-2'), aCall());

    expect(repeated.landed.map(({ record }) => record.properties['src_id'])).toEqual(['S-2']);
    expect(repeated.refused.map(({ traceId }) => traceId)).toEqual(['t-S-1']);
    expect(await byKey(connector, ['S-1', 'S-404'])).toMatchObject([{ id: ids.get('S-1'), properties: { src_id: 'S-1', city: 'Oslo' }, archived: false }]);
  });

  it('updates by id, clears a value, and names unknown ids', async () => {
    const ids = await create('S-1', 'S-2');
    const [one, two] = [ids.get('S-1') ?? '', ids.get('S-2') ?? ''];

    const answer = await connector.updateRecords(
      'contacts',
      [
        { traceId: 'a', id: one, properties: { city: 'Oslo' } },
        { traceId: 'b', id: two, properties: { email: '' } },
        { traceId: 'c', id: '999999999', properties: { city: 'Rome' } },
      ],
      aCall(),
    );

    expect(answer.landed.map(({ record }) => record.id).sort()).toEqual([one, two].sort());
    expect(answer.refused).toMatchObject([{ code: 'OBJECT_NOT_FOUND', ids: ['999999999'] }]);
    expect(await byKey(connector, ['S-2'])).toMatchObject([{ properties: { email: null } }]);
  });

  it('refuses a batch as a whole where one id stands twice', async () => {
    const ids = await create('S-1');
    const id = ids.get('S-1') ?? '';

    const answer = await connector.updateRecords('contacts', [{ traceId: 'a', id, properties: { city: 'Oslo' } }, { traceId: 'b', id, properties: { city: 'Rome' } }], aCall());

    expect(answer).toMatchObject({ landed: [], refused: [], refusedWhole: { code: 'VALIDATION_ERROR', ids: [id] } });
  });

  it('finds archived records only when asked for them', async () => {
    const ids = await create('S-1');

    await connector.archiveRecords('contacts', [ids.get('S-1') ?? '', '999999999'], aCall());

    expect(await byKey(connector, ['S-1'])).toEqual([]);
    expect(await connector.readRecords('contacts', { ids: [...ids.values()], idProperty: null, properties: ['src_id'], archived: true }, aCall())).toMatchObject([{ archived: true }]);
  });

  it('lists in pages', async () => {
    await create('S-1', 'S-2', 'S-3');

    const first = await connector.listRecords('contacts', { after: null, limit: 2, properties: ['src_id'] }, aCall());
    const second = await connector.listRecords('contacts', { after: first.after, limit: 2, properties: ['src_id'] }, aCall());

    expect([...first.records, ...second.records].map(({ properties }) => properties['src_id']).sort()).toEqual(['S-1', 'S-2', 'S-3']);
    expect(second.after).toBeNull();
  });

  it('tells from the history who changed a value', async () => {
    const ids = await create('S-1');
    const id = ids.get('S-1') ?? '';
    await edit({ action: 'update', objectType: 'contacts', id, properties: { lastname: 'Berg' } });

    const histories = await connector.readHistory('contacts', [id], ['lastname'], aCall());

    expect(histories.get(id)?.['lastname']?.map(({ value, sourceType }) => [value, sourceType])).toEqual([['Berg', 'CRM_UI'], ['S-1', 'INTEGRATION']]);
  });

  it('finds what strangers created, once search has caught up', async () => {
    await control('POST', 'switches', { searchLagMs: 0 });
    await create('S-1');
    const stranger = await edit({ action: 'create', objectType: 'contacts', properties: { lastname: 'Berg' } });

    const found = await connector.searchCreatedWithout('contacts', { createdSince: '2020-01-01T00:00:00Z', property: 'src_id', after: null }, aCall());

    expect(found).toEqual({ total: 1, ids: [stranger.id], after: null });
    expect(pace.entered.at(-1)).toEqual(['search']);
  });

  it('walks through all that hold a value, page by page of ids', async () => {
    await control('POST', 'switches', { searchLagMs: 0 });
    const ids = [...(await create('S-1', 'S-2', 'S-3')).values()].sort((one, other) => Number(one) - Number(other));
    const search = (afterId: string | null) => connector.searchHolding('contacts', { createdSince: '2020-01-01T00:00:00Z', property: 'hs_object_source', value: 'INTEGRATION', afterId }, aCall());

    expect(await search(null)).toEqual({ total: 3, ids });
    expect(await search(ids[0] ?? '')).toEqual({ total: 2, ids: ids.slice(1) });
  });

  it('writes, reads and removes associations', async () => {
    const people = await create('S-1', 'S-2');
    const [one, two] = [people.get('S-1') ?? '', people.get('S-2') ?? ''];
    const { landed } = await connector.createRecords('companies', [{ traceId: 't', properties: { name: 'Acme' } }], aCall());
    const company = landed[0]?.record.id ?? '';

    const written = await connector.createAssociations('contacts', 'companies', [{ fromId: one, toId: company, kinds: [CONTACT_TO_COMPANY] }, { fromId: '999999999', toId: company, kinds: [CONTACT_TO_COMPANY] }], aCall());
    const read = await connector.readAssociations('contacts', 'companies', [one, two], aCall());
    await connector.archiveAssociations('contacts', 'companies', [{ fromId: one, toId: company }], aCall());

    expect(written).toMatchObject({ landed: [{ fromId: one, toId: company }], refused: [{ fromId: '999999999', toId: null, code: 'FROM_OBJECT_NOT_FOUND' }], refusedWhole: null });
    expect(read).toMatchObject([{ fromId: one, toId: company }]);
    expect(read[0]?.kinds).toContainEqual(CONTACT_TO_COMPANY);
    expect(await connector.readAssociations('contacts', 'companies', [one, two], aCall())).toEqual([]);
  });

  it('makes groups and properties once, and takes them away again', async () => {
    const group = { name: 'data_migration', label: 'Data migration' };

    const groups = [await connector.createPropertyGroup('deals', group, aCall()), await connector.createPropertyGroup('deals', group, aCall())];
    const first = await connector.createProperties('deals', [A_KEY], aCall());
    const again = await connector.createProperties('deals', [A_KEY, { ...A_KEY, name: 'Not A Name' }], aCall());
    const read = await connector.readProperties('deals', ['salesforce_id', 'nowhere'], aCall());

    expect(groups).toEqual(['created', 'existed']);
    expect(first).toEqual({ created: ['salesforce_id'], existed: [], refused: [] });
    expect(again).toMatchObject({ created: [], existed: ['salesforce_id'], refused: [{ property: 'Not A Name' }] });
    expect(read).toMatchObject([{ ...A_KEY, archived: false }]);
    expect(await connector.archivePropertyGroup('deals', 'data_migration', aCall())).toBe('in-use');
    expect(await connector.archiveProperty('deals', 'salesforce_id', aCall())).toBe('archived');
    expect(await connector.archiveProperty('deals', 'salesforce_id', aCall())).toBe('absent');
    expect(await connector.archivePropertyGroup('deals', 'data_migration', aCall())).toBe('archived');
  });

  it('makes a pipeline with ids of our own, and takes it away only when nothing uses it', async () => {
    const pipeline = {
      pipelineId: 'salesforce',
      label: 'Salesforce',
      displayOrder: 1,
      stages: [
        { stageId: 'salesforce_open', label: 'Pledged', displayOrder: 0, metadata: { probability: '0.5' } },
        { stageId: 'salesforce_won', label: 'Won', displayOrder: 1, metadata: { probability: '1.0' } },
      ],
    };

    const made = [await connector.createPipeline('deals', pipeline, aCall()), await connector.createPipeline('deals', pipeline, aCall())];
    const read = (await connector.readPipelines('deals', aCall())).find(({ pipelineId }) => pipelineId === 'salesforce');
    const { landed } = await connector.createRecords('deals', [{ traceId: 't', properties: { dealname: 'x', pipeline: 'salesforce', dealstage: 'salesforce_won' } }], aCall());
    const used = await connector.archivePipeline('deals', 'salesforce', aCall());
    await connector.archiveRecords('deals', landed.map(({ record }) => record.id), aCall());

    expect(made).toEqual(['created', 'existed']);
    expect(read?.stages.map(({ stageId, label }) => [stageId, label])).toEqual([['salesforce_open', 'Pledged'], ['salesforce_won', 'Won']]);
    expect(used).toBe('in-use');
    expect(await connector.archivePipeline('deals', 'salesforce', aCall())).toBe('archived');
    expect(await connector.archivePipeline('deals', 'salesforce', aCall())).toBe('absent');
  });

  it('is in doubt after an answer that was lost, and finds by the key what landed', async () => {
    await strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: 'batch/create', times: 1 }, { fault: { kind: 'request-lost' }, path: 'batch/create', times: 1 }] });

    const landedUnheard = await errorOf(connector.createRecords('contacts', contacts('S-1'), aCall()));
    const neverArrived = await errorOf(connector.createRecords('contacts', contacts('S-2'), aCall()));

    expect([landedUnheard, neverArrived]).toMatchObject([{ type: 'TransientError', details: { mayHaveLanded: true } }, { type: 'TransientError', details: { mayHaveLanded: true } }]);
    expect((await byKey(connector, ['S-1', 'S-2'])).map(({ properties }) => properties['src_id'])).toEqual(['S-1']);
  });

  it.each<[string, FaultPlan['rules'][number]['fault'], object]>([
    ['a lock', { kind: 'locked' }, { type: 'RateLimitedError', details: { code: 'http-423', retryAfterMs: 2_000 } }],
    ['a burst', { kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' }, { type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: 10_000 } }],
    ['a used-up day', { kind: 'rate-limited', policy: 'DAILY' }, { type: 'QuotaExhaustedError', details: { code: 'daily-limit' } }],
    ['a move', { kind: 'moving', retryAfterSeconds: 3_600 }, { type: 'RateLimitedError', details: { code: 'http-477', retryAfterMs: 3_600_000 } }],
    ['a server error', { kind: 'status', status: 503, when: 'after' }, { type: 'TransientError', details: { code: 'http-503', mayHaveLanded: true } }],
    ['a web page', { kind: 'not-json', when: 'after' }, { type: 'TransientError', details: { code: 'unreadable-answer', mayHaveLanded: true } }],
    ['an expired token', { kind: 'token-expired' }, { type: 'AuthorizationError', details: { code: 'token-expired' } }],
  ])('turns %s into the error that says what follows', async (_name, fault, expected) => {
    await strike({ rules: [{ fault, path: 'batch/create' }] });

    expect(await errorOf(connector.createRecords('contacts', contacts('S-1'), aCall()))).toMatchObject(expected);
  });

  it.each([
    ['wrong', 'token-refused'],
    ['expired', 'token-expired'],
  ])('says that the %s token is not admitted', async (token, code) => {
    expect(await errorOf(withToken(token).portalId(aCall()))).toMatchObject({ type: 'AuthorizationError', details: { code } });
  });

  it('names the scope that is missing', async () => {
    const error = await errorOf(withToken('no-deals').readRecords('deals', { ids: ['1'], idProperty: null, properties: [], archived: false }, aCall()));

    expect(error).toMatchObject({ type: 'AuthorizationError', details: { code: 'missing-scope' } });
    expect(error.message).toContain('crm.objects.deals.read');
  });

  describe('labels of associations', () => {
    it('are made for one direction, read with their types, and deleted', async () => {
      const made = await connector.createLabel('deals', 'contacts', { label: 'Buyer', name: 'buyer' }, aCall());
      const again = await connector.createLabel('deals', 'contacts', { label: 'Buyer', name: 'buyer' }, aCall());
      const [there, back] = [await connector.readLabels('deals', 'contacts', aCall()), await connector.readLabels('contacts', 'deals', aCall())];

      const gone = [await connector.archiveLabel('deals', 'contacts', there[0]!.kind, aCall()), await connector.archiveLabel('deals', 'contacts', there[0]!.kind, aCall())];

      expect([made, again]).toEqual([{ created: there[0]?.kind }, { refused: { correlationId: expect.any(String) as unknown } }]);
      expect([there.map(({ label }) => label), back.map(({ label }) => label), there[0]?.kind === back[0]?.kind]).toEqual([['Buyer'], ['Buyer'], false]);
      expect(gone).toEqual(['archived', 'absent']);
      expect(await connector.readLabels('deals', 'contacts', aCall())).toEqual([]);
    });

    it('stay where the portal does not let them be deleted', async () => {
      await control('POST', 'switches', { deletingLabelsInUse: 'refused' });
      await connector.createLabel('deals', 'contacts', { label: 'Buyer', name: 'buyer' }, aCall());
      const [{ kind } = { kind: '' }] = await connector.readLabels('deals', 'contacts', aCall());
      const [deal, contact] = [await edit({ action: 'create', objectType: 'deals', properties: { dealname: 'D', dealstage: 'closedwon' } }), await edit({ action: 'create', objectType: 'contacts', properties: { lastname: 'L' } })];
      await connector.createAssociations('deals', 'contacts', [{ fromId: deal.id, toId: contact.id, kinds: [{ category: 'USER_DEFINED', typeId: Number(kind.split(':')[1]) }] }], aCall());

      expect(await connector.archiveLabel('deals', 'contacts', kind, aCall())).toBe('in-use');
    });
  });

  describe('readLimits', () => {
    it('reads records, pipelines and labels that are allowed and used', async () => {
      await create('A', 'B');

      const { records, pipelines, labels } = await connector.readLimits(aCall());

      expect(records['0-1']).toEqual({ limit: expect.any(Number) as number, usage: 2 });
      expect(pipelines['0-3']).toEqual({ limit: expect.any(Number) as number, usage: 1 });
      expect(labels['0-3>0-1']).toEqual({ limit: expect.any(Number) as number, usage: 0 });
    });

    it('does without what the token may not read', async () => {
      await control('POST', 'portal', { ...A_PORTAL, tokens: [{ token: 'schemas', scopes: ['oauth', 'crm.schemas.contacts.write'] }] });

      expect(await withToken('schemas').readLimits(aCall())).toEqual({ records: {}, pipelines: {}, labels: {} });
    });
  });

  it('tries whether records may be written, and changes nothing', async () => {
    await create('A');
    const before = await control<{ sha256: string }>('GET', 'fingerprint');

    expect(await connector.mayWrite('contacts', aCall())).toBe(true);
    expect([await withToken('no-deals').mayWrite('contacts', aCall()), await withToken('no-deals').mayWrite('deals', aCall()), await withToken('no-deals').mayWrite('companies', aCall())]).toEqual([true, false, false]);
    expect(await control('GET', 'fingerprint')).toEqual(before);
  });

  it('makes as many calls in a preflight as the plan forecasts', async () => {
    await connector.portalId(aCall());
    await connector.readSnapshot(OBJECT_TYPES, aCall());
    await connector.readLimits(aCall());

    expect(pace.counted).toHaveLength(forecastCalls([], [], { keyProperty: 'salesforce_id', groups: [], properties: [], pipelines: [], options: [], labels: [] }, 0)['preflight'] ?? 0);
  });
});
