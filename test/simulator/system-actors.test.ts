import type { SwitchChanges } from '../../simulator/control-plane';
import { COMPANIES, CONTACTS, createRecord, startPortal, type SimulatedPortal } from './simulated-portal';

/** What accounts do by themselves, depending on their settings: none of it is documented call by call, so each stands behind a switch. */
describe('system actors', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  const turnOn = (switches: SwitchChanges) => portal.control('POST', 'switches', switches);
  const histories = async (path: string, id: string, name: string) => (await portal.call('GET', `${path}/${id}?propertiesWithHistory=${name}`)).body.propertiesWithHistory[name]?.map(({ value, sourceType }) => [value, sourceType]);
  const companiesOf = async (id: string) => (await portal.call('GET', `${CONTACTS}/${id}?associations=companies`)).body.associations?.['companies']?.results.map(({ type }) => type).sort();

  it('do nothing by default', async () => {
    const [company, contact] = [await createRecord(portal, COMPANIES, { domain: 'acme.com' }), await createRecord(portal, CONTACTS, { email: 'ada@acme.com' })];

    expect([await histories(COMPANIES, company, 'city'), await histories(CONTACTS, contact, 'lifecyclestage'), await companiesOf(contact)]).toEqual([[], [['lead', 'INTEGRATION']], undefined]);
  });

  it('fill the blanks of a new company with a domain, after its create was answered', async () => {
    await turnOn({ companyEnrichment: true });

    const reply = await portal.call('POST', `${COMPANIES}/batch/create`, { inputs: [{ properties: { domain: 'acme.com', country: 'Norway', city: '' } }] });
    const id = reply.body.results[0]!.id;
    const plain = await createRecord(portal, COMPANIES, { name: 'No domain' });

    expect(reply.body.results[0]?.properties).toMatchObject({ country: 'Norway', city: null });
    expect(await histories(COMPANIES, id, 'city')).toEqual([['Springfield', 'ENRICHMENT']]);
    expect(await histories(COMPANIES, id, 'country')).toEqual([['Norway', 'INTEGRATION']]);
    expect(await histories(COMPANIES, plain, 'city')).toEqual([]);
  });

  it('move the life cycle stage of what is new, forward only', async () => {
    await turnOn({ lifecycleAutomation: 'opportunity' });

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'A', lifecyclestage: 'lead' } });
    const ahead = await createRecord(portal, CONTACTS, { firstname: 'B', lifecyclestage: 'customer' });

    expect(reply.body.properties['lifecyclestage']).toBe('lead');
    expect(await histories(CONTACTS, reply.body.id, 'lifecyclestage')).toEqual([['opportunity', 'AUTOMATION_PLATFORM'], ['lead', 'INTEGRATION']]);
    expect(await histories(CONTACTS, ahead, 'lifecyclestage')).toEqual([['customer', 'INTEGRATION']]);
  });

  /** HubSpot knowledge base, "Automatically create and associate companies with contacts". */
  it('make one company a domain, and associate the contacts of that domain with it', async () => {
    await turnOn({ companiesFromEmailDomains: true });

    const contacts = [await createRecord(portal, CONTACTS, { email: 'ada@acme.com' }), await createRecord(portal, CONTACTS, { email: 'bob@acme.com' })];
    const stranger = await createRecord(portal, CONTACTS, { email: 'eve@gmail.com' });
    const companies = await portal.call('GET', `${COMPANIES}?properties=domain,hs_object_source`);

    expect(companies.body.results.map(({ properties }) => [properties['domain'], properties['hs_object_source']])).toEqual([['acme.com', 'AUTOMATION_PLATFORM']]);
    expect([await companiesOf(contacts[0]!), await companiesOf(contacts[1]!), await companiesOf(stranger)]).toEqual([['contact_to_company', 'contact_to_company_primary'], ['contact_to_company', 'contact_to_company_primary'], undefined]);
  });

  it('act on what people create as well', async () => {
    await turnOn({ companyEnrichment: true });

    const { id } = await portal.control<{ id: string }>('POST', 'edit', { action: 'create', objectType: 'companies', properties: { domain: 'acme.com' } });

    expect(await histories(COMPANIES, id, 'city')).toEqual([['Springfield', 'ENRICHMENT']]);
  });
});
