import { CONTACTS, startPortal, createRecord, COMPANIES, type SimulatedPortal } from './simulated-portal';

/** HubSpot docs, "Migration guide": what 2026-09 replaces, and what differs. */
describe('path families', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  it.each([
    ['/crm/v3/objects/contacts', '/crm/objects/2026-09/contacts'],
    ['/crm/v3/objects/0-1', '/crm/objects/2026-03/0-1'],
    ['/crm/v3/properties/deals', '/crm/properties/2026-09/0-3'],
    ['/crm/v3/owners', '/crm/owners/2026-09'],
    ['/crm/v3/pipelines/deals', '/crm/pipelines/2026-09/deals'],
    ['/crm/v3/limits/custom-properties', '/crm/limits/2026-09/custom-properties'],
    ['/crm/v4/associations/contacts/companies/labels', '/crm/associations/2026-09/contacts/companies/labels'],
  ])('serves %s and %s alike', async (undated, dated) => {
    const [older, newer] = [await portal.call('GET', undated), await portal.call('GET', dated)];

    expect([older.status, newer.status]).toEqual([200, 200]);
    expect(older.body).toEqual(newer.body);
  });

  it('has no association batches under v3 and no records under v4', async () => {
    const batch = await portal.call('POST', '/crm/v3/associations/contacts/companies/batch/create', { inputs: [] });
    const list = await portal.call('GET', '/crm/v4/objects/contacts');

    expect([batch.status, list.status]).toEqual([404, 404]);
  });

  it.each([
    ['/crm/v4/associations/contacts/companies/batch/archive', 204],
    ['/crm/associations/2026-03/contacts/companies/batch/archive', 200],
    ['/crm/associations/2026-09/contacts/companies/batch/archive', 200],
  ])('answers %s with %i', async (path, status) => {
    const reply = await portal.call('POST', path, { inputs: [{ from: { id: '1' }, to: [{ id: '2' }] }] });

    expect(reply.status).toBe(status);
    expect(reply.text === '').toBe(status === 204);
  });

  it.each([
    ['/crm/v4/associations/contacts/companies/batch/create', 201],
    ['/crm/associations/2026-09/contacts/companies/batch/create', 200],
  ])('answers %s with %i', async (path, status) => {
    const from = await createRecord(portal, CONTACTS, { firstname: 'A' });
    const to = await createRecord(portal, COMPANIES, { name: 'B' });

    const reply = await portal.call('POST', path, { inputs: [{ from: { id: from }, to: { id: to }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }] });

    expect(reply.status).toBe(status);
  });

  it('clears a value that is null in 2026-09 and refuses null before', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', city: 'Oslo' });

    const older = await portal.call('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { city: null } });
    const newer = await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: null } });

    expect([older.status, newer.status]).toEqual([400, 200]);
    expect(newer.body.properties['city']).toBeNull();
  });

  it('answers 404 "resource not found" for a path that does not exist', async () => {
    const reply = await portal.call('GET', '/crm/objects/2031-03/contacts');

    expect(reply.status).toBe(404);
    expect(reply.body.message).toBe('resource not found');
  });
});
