import type { CallLog, CanonicalDump, Fingerprint, LimitsState, PortalDump, PortalLoaded, Switches } from '../../simulator/control-plane';
import { createLatency } from '../../simulator/latency';
import { COMPANIES, CONTACTS, createRecord, DEALS, KEY_PROPERTY, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

const STAMP = { name: 'migration_provenance', type: 'string', fieldType: 'text' } as const;

describe('control plane', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY, STAMP], companies: [KEY_PROPERTY, STAMP] } });
  });
  afterEach(() => portal.close());

  const print = async (): Promise<string> => (await portal.control<Fingerprint>('GET', 'fingerprint')).sha256;

  it('says what it is without a token', async () => {
    const reply = await portal.call('GET', '/_simulator/health', undefined, { authorization: '' });

    expect(reply.body).toEqual({ simulator: 'hubspot', portalId: 1_234_567, lateCommits: { pending: 0, planned: false } });
  });

  it('moves its clock ahead for everything that tells the time, and never back', async () => {
    await portal.control('POST', 'clock', { advanceMs: 86_400_000 });
    const id = await createRecord(portal, CONTACTS, { firstname: 'A' });

    const back = await portal.call('POST', '/_simulator/clock', { advanceMs: -1 });

    expect(await readValues(portal, CONTACTS, id, ['createdate'])).toMatchObject({ createdate: '2026-11-11T17:00:00.000Z' });
    expect(back.status).toBe(400);
  });

  it('takes its limits from a tier, and single figures over it', async () => {
    const starter = await portal.control<LimitsState>('POST', 'limits', { tier: 'starter' });
    const custom = await portal.control<LimitsState>('POST', 'limits', { burst: 7, usedToday: 12 });

    expect(starter).toMatchObject({ tier: 'starter', burst: 100, daily: 250_000, searchPerSecond: 5, associationsBurst: 100 });
    expect(custom).toMatchObject({ tier: 'custom', burst: 7, daily: 250_000, usedToday: 12 });
  });

  it('counts calls by what they ask, keeps the list without bodies, and starts anew when cleared', async () => {
    await createRecord(portal, CONTACTS, { email: 'secret@example.com' });
    await portal.call('POST', `${CONTACTS}/batch/read`, { properties: [], inputs: [{ id: '1' }, { id: '2' }] });
    await portal.call('GET', '/nowhere');

    const log = await portal.control<CallLog>('GET', 'calls');
    await portal.control('DELETE', 'calls');

    expect(log).toMatchObject({ total: 3, byKind: { 'contacts.create': 1, 'contacts.batch.read': 1, unknown: 1 }, byStatus: { 201: 1, 207: 1, 404: 1 }, rateLimited: 0 });
    expect(log.calls[1]).toEqual({ number: 2, at: '2026-11-10T17:00:00.000Z', method: 'POST', path: `${CONTACTS}/batch/read`, kind: 'contacts.batch.read', inputCount: 2, status: 207, fault: null });
    expect(JSON.stringify(log)).not.toContain('secret');
    expect((await portal.control<CallLog>('GET', 'calls')).total).toBe(0);
  });

  it('replaces the whole portal by a definition, with names for records that have no id yet', async () => {
    await createRecord(portal, CONTACTS, { firstname: 'before' });

    const loaded = await portal.control<PortalLoaded>('POST', 'portal', {
      portalId: 99,
      records: {
        companies: [{ ref: 'acme', properties: { name: 'Acme' } }],
        contacts: [{ id: '5', ref: 'ada', properties: { email: 'ada@example.com' }, createdAt: '2020-05-05T00:00:00Z' }, { id: '6', properties: { firstname: 'gone' }, archived: true }],
      },
      associations: [{ from: { objectType: 'contacts', ref: 'ada' }, to: { objectType: 'companies', ref: 'acme' } }],
      labels: [{ from: 'contacts', to: 'companies', name: 'billing', label: 'Billing' }],
      switches: { searchLagMs: 1 },
    });
    const dump = await portal.control<PortalDump>('GET', 'portal');

    expect(loaded).toMatchObject({ portalId: 99, records: { companies: 1, contacts: 1 }, associations: 1, ids: { ada: '5' } });
    expect(dump.records['contacts']).toMatchObject([{ id: '5', archived: false }, { id: '6', archived: true }]);
    expect(dump.associations).toEqual([{ from: 'contacts', fromId: '5', to: 'companies', toId: loaded.ids['acme'], typeIds: [1, 279] }]);
    expect((await portal.control<Switches>('GET', 'switches')).searchLagMs).toBe(1);
    expect((await portal.call('GET', `${CONTACTS}/5`)).body.properties['createdate']).toBe('2020-05-05T00:00:00.000Z');
    expect(Number(await createRecord(portal, CONTACTS, { firstname: 'next' }))).toBeGreaterThan(6);
  });

  it.each([
    ['a typo', { portalID: 1 }, 'portalID'],
    ['a property that is not there', { records: { contacts: [{ properties: { colour: 'red' } }] } }, 'colour'],
    ['an object type that is not there', { records: { kittens: [] } }, 'kittens'],
    ['an association to nowhere', { associations: [{ from: { objectType: 'contacts', ref: 'x' }, to: { objectType: 'companies', ref: 'y' } }] }, 'x'],
  ])('refuses a definition with %s and keeps the portal', async (_case, definition, named) => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'kept' });

    const reply = await portal.call('POST', '/_simulator/portal', definition);

    expect([reply.status, (reply.body as unknown as { problem: string }).problem.includes(named)]).toEqual([400, true]);
    expect((await portal.call('GET', `${CONTACTS}/${id}`)).status).toBe(200);
  });

  it('edits as a person: create, update, merge, associate, archive and restore', async () => {
    const edit = (body: unknown) => portal.control<{ id: string }>('POST', 'edit', body);
    const { id } = await edit({ action: 'create', objectType: 'contacts', properties: { email: 'a@example.com' } });
    const { id: other } = await edit({ action: 'create', objectType: 'contacts', properties: { email: 'b@example.com' } });
    const { id: company } = await edit({ action: 'create', objectType: 'companies', properties: { name: 'Acme' } });
    await edit({ action: 'associate', from: { objectType: 'contacts', id: other }, to: { objectType: 'companies', id: company } });
    await edit({ action: 'merge', objectType: 'contacts', id, mergedId: other });
    await edit({ action: 'archive', objectType: 'companies', id: company });
    const withoutCompany = await portal.call('GET', `${CONTACTS}/${id}?associations=companies&properties=hs_object_source`);
    await edit({ action: 'restore', objectType: 'companies', id: company });
    const withCompany = await portal.call('GET', `${CONTACTS}/${id}?associations=companies`);
    await edit({ action: 'disassociate', from: { objectType: 'contacts', id }, to: { objectType: 'companies', id: company } });
    const after = await portal.call('GET', `${CONTACTS}/${id}?associations=companies`);

    expect(withoutCompany.body.properties['hs_object_source']).toBe('CRM_UI');
    expect([withoutCompany.body.associations, after.body.associations]).toEqual([undefined, undefined]);
    expect(withCompany.body.associations['companies']?.results.map(({ id: linked }) => linked)).toContain(company);
  });

  it('has the same fingerprint when all that was done is undone', async () => {
    const contact = await createRecord(portal, CONTACTS, { firstname: 'A', city: 'Oslo' });
    const company = await createRecord(portal, COMPANIES, { name: 'Acme' });
    const before = await print();

    const made = await createRecord(portal, CONTACTS, { firstname: 'new' });
    const prints = [await print()];
    await portal.call('PATCH', `${CONTACTS}/${contact}`, { properties: { city: 'Rome', state: 'X' } });
    prints.push(await print());
    await portal.call('PUT', `/crm/objects/2026-09/contacts/${contact}/associations/default/companies/${company}`);
    prints.push(await print());
    await portal.call('POST', '/crm/properties/2026-09/deals', { name: 'extra', label: 'Extra', type: 'string', fieldType: 'text', groupName: 'dealinformation' });
    prints.push(await print());
    const label = await portal.call('POST', '/crm/associations/2026-09/contacts/companies/labels', { name: 'billing', label: 'Billing' });
    prints.push(await print());
    await portal.call('POST', '/crm/pipelines/2026-09/deals', { pipelineId: 'sf', label: 'Salesforce', displayOrder: 1, stages: [{ label: 'Open', displayOrder: 0, metadata: { probability: '0.1' } }] });
    prints.push(await print());

    await portal.control('POST', 'clock', { advanceMs: 60_000 });
    await portal.call('DELETE', '/crm/pipelines/2026-09/deals/sf');
    await portal.call('DELETE', `/crm/associations/2026-09/contacts/companies/labels/${label.body.results[0]!.typeId}`);
    await portal.call('DELETE', '/crm/properties/2026-09/deals/extra');
    await portal.call('DELETE', `/crm/objects/2026-09/contacts/${contact}/associations/companies/${company}`);
    await portal.call('PATCH', `${CONTACTS}/${contact}`, { properties: { city: 'Oslo', state: '' } });
    await portal.call('DELETE', `${CONTACTS}/${made}`);

    expect(new Set([before, ...prints]).size).toBe(prints.length + 1);
    expect(await print()).toBe(before);
  });

  it('counts what the fingerprint covers', async () => {
    const contact = await createRecord(portal, CONTACTS, { firstname: 'A' });
    await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'closedwon' });
    await portal.call('DELETE', `${CONTACTS}/${contact}`);

    expect(await portal.control('GET', 'fingerprint')).toMatchObject({ records: { deals: 1 }, associations: 0 });
  });

  it('dumps the same for two portals that differ in ids, times, order and run', async () => {
    const fill = async (run: string, names: readonly string[]): Promise<CanonicalDump> => {
      const ids = new Map<string, string>();
      for (const name of names) ids.set(name, await createRecord(portal, COMPANIES, { name, salesforce_id: `001${name}`, migration_provenance: `${run}:created` }));
      await portal.control('POST', 'clock', { advanceMs: 1_000 });
      const parent = await portal.call('POST', '/crm/associations/2026-09/companies/companies/batch/create', {
        inputs: [{ from: { id: ids.get('B') }, to: { id: ids.get('A') }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 13 }] }],
      });
      expect(parent.status).toBe(200);
      return portal.control<CanonicalDump>('GET', 'dump?canonical=salesforce_id');
    };

    const first = await fill('acme.1', ['A', 'B']);
    await portal.control('POST', 'portal', { properties: { contacts: [KEY_PROPERTY, STAMP], companies: [KEY_PROPERTY, STAMP] } });
    await createRecord(portal, DEALS, { dealname: 'shifts the ids', dealstage: 'closedwon' });
    await portal.call('POST', `${DEALS}/batch/archive`, { inputs: [{ id: '100000001' }] });
    const second = await fill('acme.2', ['B', 'A']);

    expect(second).toEqual(first);
    expect(first.records['companies']).toEqual({ '001A': { migration_provenance: 'created', name: 'A', salesforce_id: '001A' }, '001B': { migration_provenance: 'created', name: 'B', salesforce_id: '001B' } });
    expect(first.associations).toEqual({ 'companies-companies': [{ from: '001A', to: '001B', types: ['14', '450'] }] });
  });

  it('names records in a dump by natural key, else by id, and tells twins apart', async () => {
    await createRecord(portal, CONTACTS, { email: 'a@example.com' });
    const nameless = await createRecord(portal, CONTACTS, { firstname: 'only' });
    for (const city of ['Rome', 'Oslo']) await createRecord(portal, COMPANIES, { name: 'Twin', city });

    const dump = await portal.control<CanonicalDump>('GET', 'dump');

    expect(Object.keys(dump.records['contacts'] ?? {}).sort()).toEqual([nameless, 'a@example.com']);
    expect(dump.records['companies']).toMatchObject({ Twin: { city: 'Oslo' }, 'Twin #2': { city: 'Rome' } });
  });

  it('answers 404 for what it does not have', async () => {
    expect((await portal.call('GET', '/_simulator/nothing')).status).toBe(404);
  });
});

describe('createLatency', () => {
  it('takes no time without a profile', () => {
    expect(createLatency({ profile: 'none' }).nextMs('write')).toBe(0);
  });

  it('draws realistic delays: the same for a seed, writes around 800 ms with a p95 near 2.5 s, reads around 250 ms', () => {
    const draw = (seed: number, nature: 'read' | 'write'): number[] => {
      const latency = createLatency({ profile: 'realistic', seed });
      return Array.from({ length: 2_000 }, () => latency.nextMs(nature)).sort((a, b) => a - b);
    };
    const [writes, reads] = [draw(7, 'write'), draw(7, 'read')];

    expect(draw(7, 'write')).toEqual(writes);
    expect(Math.abs(writes[1_000]! - 800)).toBeLessThan(80);
    expect(Math.abs(writes[1_900]! - 2_500)).toBeLessThan(300);
    expect(Math.abs(reads[1_000]! - 250)).toBeLessThan(25);
  });
});
