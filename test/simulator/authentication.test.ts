import { CONTACTS, NOW, startPortal, type SimulatedPortal } from './simulated-portal';

/** HubSpot docs, "Error handling", and "Scopes". */
describe('authentication', () => {
  let portal: SimulatedPortal;
  beforeAll(async () => {
    portal = await startPortal({
      tokens: [
        { token: 'reader', scopes: ['crm.objects.contacts.read'] },
        { token: 'old', scopes: 'all', expiresAt: new Date(NOW + 60_000).toISOString() },
        { token: 'writer', scopes: ['crm.objects.contacts.write', 'crm.objects.contacts.read'] },
      ],
    });
  });
  afterAll(() => portal.close());

  const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  it('answers 401 INVALID_AUTHENTICATION without a token', async () => {
    const reply = await portal.call('GET', CONTACTS, undefined, { authorization: '' });

    expect(reply.status).toBe(401);
    expect(reply.body.category).toBe('INVALID_AUTHENTICATION');
  });

  it('answers 401 EXPIRED_AUTHENTICATION for a token it does not know, as if it had expired in 1970', async () => {
    const reply = await portal.call('GET', CONTACTS, undefined, as('nobody'));

    expect(reply.status).toBe(401);
    expect(reply.body.category).toBe('EXPIRED_AUTHENTICATION');
    expect(reply.body.context['expire time']).toEqual(['1970-01-01T00:00:00.000Z']);
  });

  it('answers 401 EXPIRED_AUTHENTICATION once a token has run out by the simulated clock', async () => {
    const before = await portal.call('GET', CONTACTS, undefined, as('old'));
    await portal.control('POST', 'clock', { advanceMs: 61_000 });
    const after = await portal.call('GET', CONTACTS, undefined, as('old'));

    expect([before.status, after.status]).toEqual([200, 401]);
    expect(after.body.category).toBe('EXPIRED_AUTHENTICATION');
  });

  it('answers 403 MISSING_SCOPES and names the scope', async () => {
    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'A' } }, as('reader'));

    expect(reply.status).toBe(403);
    expect(reply.body.category).toBe('MISSING_SCOPES');
    expect(reply.body.errors[0]?.context['requiredGranularScopes']).toEqual(['crm.objects.contacts.write']);
  });

  it('does not let object scopes change properties, as a public project saw on a live portal', async () => {
    const read = await portal.call('GET', '/crm/properties/2026-09/contacts', undefined, as('writer'));
    const write = await portal.call('POST', '/crm/properties/2026-09/contacts', {}, as('writer'));

    expect([read.status, write.status]).toEqual([200, 403]);
  });

  it('needs the object scopes of both ends for an association', async () => {
    const reply = await portal.call('POST', '/crm/associations/2026-09/contacts/companies/batch/create', { inputs: [] }, as('writer'));

    expect(reply.status).toBe(403);
    expect(reply.body.errors[0]?.context['requiredGranularScopes']).toEqual(['crm.objects.companies.write']);
  });

  it('tells what a token may do (HubSpot docs, "Private apps", token introspection)', async () => {
    const reply = await portal.call('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'reader' }, as('reader'));

    expect(reply.body).toMatchObject({ hubId: 1_234_567, scopes: ['crm.objects.contacts.read'] });
  });
});
