import type { CallLog, FaultPlanState, LimitsState, PersonEdit, PortalEvent, ScheduledEvent, TokensState } from '../../simulator/control-plane';
import { createFaultPlanner } from '../../simulator/faults';
import { COMPANIES, CONTACTS, createRecord, KEY_PROPERTY, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

const CHOICE = { name: 'colour', type: 'enumeration', fieldType: 'select', options: [{ label: 'Red', value: 'red' }, { label: 'Blue', value: 'blue' }] } as const;
const ANY_LIST = '^GET .*/contacts';

describe('scheduled events', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY, CHOICE] } });
  });
  afterEach(() => portal.close());

  const schedule = (...events: ScheduledEvent[]) => portal.control('POST', 'faults', { rules: [], events });
  const anEdit = (edit: PersonEdit, occasion: Partial<ScheduledEvent> = {}): ScheduledEvent => ({ when: 'before', path: ANY_LIST, callNumbers: [2], event: { kind: 'edit', edit }, ...occasion });
  const happened = async () => (await portal.control<FaultPlanState>('GET', 'faults')).happened;
  const cities = async (): Promise<(string | null | undefined)[]> => (await portal.call('GET', `${CONTACTS}?properties=city`)).body.results.map(({ properties }) => properties['city']);
  const toOslo: PersonEdit = { action: 'update', objectType: 'contacts', where: { property: 'email', value: 'ADA@example.com' }, properties: { city: 'Oslo' } };

  it.each([
    { when: 'before', seen: [[null], ['Oslo'], ['Oslo']] },
    { when: 'after', seen: [[null], [null], ['Oslo']] },
  ] as const)('let a person edit right $when a call, by the number of the call', async ({ when, seen }) => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });
    await schedule(anEdit(toOslo, { when }));

    expect([await cities(), await cities(), await cities()]).toEqual(seen);
    expect(await happened()).toEqual([{ matched: 3, done: 1, notThere: 0, refused: 0, ids: [id], problem: null }]);
  });

  it('are a person: history says so', async () => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });
    await schedule(anEdit(toOslo, { callNumbers: [1] }));

    const reply = await portal.call('GET', `${CONTACTS}/${id}?propertiesWithHistory=city`);

    expect(reply.body.propertiesWithHistory['city']).toMatchObject([{ value: 'Oslo', sourceType: 'CRM_UI' }]);
  });

  it('do nothing where the record is not there, and say so', async () => {
    await schedule(anEdit(toOslo, { callNumbers: [1] }));

    await cities();
    await createRecord(portal, CONTACTS, { email: 'ada@example.com' });

    expect(await cities()).toEqual([null]);
    expect(await happened()).toEqual([{ matched: 2, done: 0, notThere: 1, refused: 0, ids: [], problem: 'resource not found' }]);
  });

  it('wait for the record where no call number is named', async () => {
    await schedule({ when: 'after', event: { kind: 'edit', edit: toOslo }, times: 1 });

    await cities();
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Rome' } });

    expect(await cities()).toEqual(['Rome']);
    expect(await happened()).toMatchObject([{ done: 1, notThere: 1, ids: [id] }]);
  });

  it('tell what the portal refused', async () => {
    await createRecord(portal, CONTACTS, { email: 'ada@example.com' });
    await schedule(anEdit({ action: 'create', objectType: 'contacts', properties: { email: 'ada@example.com' } }, { callNumbers: [1] }));

    await cities();

    const [state] = await happened();
    expect(state).toMatchObject({ done: 0, refused: 1 });
    expect(state?.problem).toContain('Contact already exists');
  });

  it('all happen, in their order, whatever fault strikes the call', async () => {
    await createRecord(portal, CONTACTS, { email: 'ada@example.com' });
    await portal.control('POST', 'faults', {
      rules: [{ fault: { kind: 'request-lost' }, callNumbers: [1] }],
      events: [anEdit(toOslo, { callNumbers: [1] }), anEdit({ ...toOslo, properties: { city: 'Rome' } }, { callNumbers: [1], when: 'after' })],
    });

    await expect(cities()).rejects.toThrow();

    expect(await cities()).toEqual(['Rome']);
    expect((await happened()).map(({ done }) => done)).toEqual([1, 1]);
  });

  it('take in every edit that people make, each record by its value', async () => {
    const where = (value: string) => ({ where: { property: 'salesforce_id', value } });
    const company = { objectType: 'companies', where: { property: 'name', value: 'Acme' } } as const;
    const ids = new Map<string, string>();
    for (const key of ['1', '2', '3', '4']) ids.set(key, await createRecord(portal, CONTACTS, { firstname: key, salesforce_id: key }));
    await createRecord(portal, COMPANIES, { name: 'Acme' });
    const edits: PersonEdit[] = [
      { action: 'create', objectType: 'contacts', properties: { firstname: '5', salesforce_id: '5' } },
      { action: 'update', objectType: 'contacts', ...where('1'), properties: { firstname: 'one' } },
      { action: 'archive', objectType: 'contacts', ...where('2') },
      { action: 'restore', objectType: 'contacts', ...where('2') },
      { action: 'merge', objectType: 'contacts', ...where('1'), mergedWhere: { property: 'salesforce_id', value: '3' } },
      { action: 'associate', from: { objectType: 'contacts', ...where('1') }, to: company },
      { action: 'disassociate', from: { objectType: 'contacts', ...where('1') }, to: company },
      { action: 'archive', objectType: 'contacts', ...where('4') },
    ];
    await schedule(...edits.map((edit) => anEdit(edit, { callNumbers: [1] })));

    const list = await portal.call('GET', `${CONTACTS}?properties=firstname`);

    expect((await happened()).map(({ done }) => done)).toEqual(edits.map(() => 1));
    expect((await happened())[4]?.ids).toEqual([ids.get('1')]);
    expect(list.body.results.map(({ properties }) => properties['firstname'])).toEqual(['one', '2', '5']);
  });

  /** HubSpot changelog, "CRM API write validation enforcement"; HubSpot docs, "Error handling" (INVALID_OPTION), "Properties" (archive). */
  it.each<[string, PersonEdit, Record<string, string>, string]>([
    ['requires a property', { action: 'require-property', objectType: 'contacts', propertyName: 'phone' }, {}, 'MISSING_REQUIRED_PROPERTY'],
    ['deletes an option', { action: 'delete-option', objectType: 'contacts', propertyName: 'colour', value: 'red' }, { colour: 'red' }, 'INVALID_OPTION'],
    ['archives a property', { action: 'archive-property', objectType: 'contacts', propertyName: 'colour' }, { colour: 'red' }, 'PROPERTY_DOESNT_EXIST'],
  ])('let an admin at work: one %s in the middle', async (_case, edit, properties, code) => {
    const create = (firstname: string) => portal.call('POST', CONTACTS, { properties: { firstname, ...properties } });
    await schedule(anEdit(edit, { path: '^POST' }));

    const replies = [await create('A'), await create('B')];

    expect(replies.map(({ status }) => status)).toEqual([201, 400]);
    expect(replies[1]?.body.errors).toMatchObject([{ code }]);
    expect(await happened()).toMatchObject([{ done: 1 }]);
  });

  it('let an admin edit at once as well, and keep what records hold of a deleted option', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', colour: 'red' });

    const results = [
      await portal.control('POST', 'edit', { action: 'delete-option', objectType: 'contacts', propertyName: 'colour', value: 'red' }),
      await portal.control('POST', 'edit', { action: 'require-property', objectType: 'contacts', propertyName: 'phone' }),
    ];
    const absent = await portal.call('POST', '/_simulator/edit', { action: 'delete-option', objectType: 'contacts', propertyName: 'colour', value: 'red' });

    expect(results).toEqual([{ id: 'colour' }, { id: 'phone' }]);
    expect(absent.status).toBe(400);
    expect(await readValues(portal, CONTACTS, id, ['colour'])).toMatchObject({ colour: 'red' });
  });

  it('shrink limits in the middle', async () => {
    await schedule({ when: 'before', callNumbers: [3], event: { kind: 'limits', change: { burst: 2 } } });

    const replies = [await portal.call('GET', CONTACTS), await portal.call('GET', CONTACTS), await portal.call('GET', CONTACTS)];

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.body.policyName).toBe('TEN_SECONDLY_ROLLING');
    expect(await portal.control<LimitsState>('GET', 'limits')).toMatchObject({ tier: 'custom', burst: 2 });
    expect((await portal.control<CallLog>('GET', 'calls')).rateLimited).toBe(1);
  });

  /** HubSpot docs, "Error handling": 401 and 403. A revoked token is answered like one that cannot be decoded. */
  it.each<[string, PortalEvent, number, string | undefined]>([
    ['expires', { kind: 'tokens', tokens: [{ token: 'simulated-token', scopes: 'all', expiresAt: '2026-11-10T16:00:00.000Z' }] }, 401, 'EXPIRED_AUTHENTICATION'],
    ['is revoked', { kind: 'tokens', tokens: [] }, 401, 'EXPIRED_AUTHENTICATION'],
    ['loses a scope', { kind: 'tokens', tokens: [{ token: 'simulated-token', scopes: ['crm.objects.deals.read'] }] }, 403, 'MISSING_SCOPES'],
  ])('let a token be one that %s from a call on, until it is replaced', async (_case, event, status, category) => {
    await createRecord(portal, CONTACTS, { firstname: 'A' });
    await schedule({ when: 'before', path: ANY_LIST, callNumbers: [2], event });

    const replies = [await portal.call('GET', CONTACTS), await portal.call('GET', CONTACTS), await portal.call('GET', CONTACTS)];
    await portal.control('POST', 'tokens', { tokens: [{ token: 'simulated-token', scopes: 'all' }] });
    const replaced = await portal.call('GET', CONTACTS);

    expect(replies.map((reply) => reply.status)).toEqual([200, status, status]);
    expect(replies[1]?.body.category).toBe(category);
    expect([replaced.status, replaced.body.results.length]).toEqual([200, 1]);
  });

  it('replace tokens without the data, also by one of another portal, which account information then names', async () => {
    await createRecord(portal, CONTACTS, { firstname: 'A' });

    const state = await portal.control<TokensState>('POST', 'tokens', { tokens: [{ token: 'simulated-token', scopes: 'all', portalId: 99 }] });
    const [details, me, info] = [
      await portal.call('GET', '/account-info/2026-09/details'),
      await portal.call('GET', '/integrations/v1/me'),
      await portal.call('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'simulated-token' }),
    ];

    expect(state.tokens).toMatchObject([{ token: 'simulated-token', scopes: 'all', portalId: 99 }]);
    expect([details.body, me.body, info.body]).toMatchObject([{ portalId: 99 }, { portalId: 99 }, { hubId: 99 }]);
    expect((await portal.call('GET', CONTACTS)).body.results).toHaveLength(1);
  });
});

describe('createFaultPlanner with events', () => {
  it('draws the same events for the same seed, and leaves the faults as they were without events', () => {
    const draw = (seed: number, events: readonly ScheduledEvent[]): { faults: boolean[]; events: boolean[] } => {
      const planner = createFaultPlanner();
      planner.set({ seed, rules: [{ fault: { kind: 'locked' }, probability: 0.5 }], events });
      const met = Array.from({ length: 40 }, () => planner.meet('GET', '/'));
      return { faults: met.map(({ fault }) => fault !== undefined), events: met.map(({ after }) => after.length > 0) };
    };
    const event: ScheduledEvent = { when: 'after', probability: 0.5, event: { kind: 'limits', change: { burst: 1 } } };

    expect(draw(7, [event])).toEqual(draw(7, [event]));
    expect(draw(7, [event]).events).not.toEqual(draw(8, [event]).events);
    expect(draw(7, [event]).faults).toEqual(draw(7, []).faults);
  });

  it('lets an event that two calls are due for happen no more often than it may', () => {
    const planner = createFaultPlanner();
    planner.set({ rules: [], events: [{ when: 'after', times: 1, event: { kind: 'limits', change: { burst: 1 } } }] });
    const met = [planner.meet('GET', '/'), planner.meet('GET', '/')];
    let effects = 0;
    const countEffect = () => {
      effects += 1;
      return { result: 'done' } as const;
    };

    for (const { after } of met) for (const due of after) due.happen(countEffect);

    expect(effects).toBe(1);
  });
});
