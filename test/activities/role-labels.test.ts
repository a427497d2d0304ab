import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import type { PortalDefinition } from '../../simulator/control-plane';
import { DRIVEN_RUN } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenRun, DrivenScene } from '../support/driver/driven-scene';
import { DRIVEN_TOKEN, smallPortal } from '../support/driver/small-export';

const id = (prefix: string, number: number): string => `${prefix}${String(number).padStart(12, '0')}`;
const [company, contact, deal] = ['001', '003', '006'].map((prefix) => (number: number) => `${id(prefix, number)}AAA`) as [(number: number) => string, (number: number) => string, (number: number) => string];
const pair = (from: string, to: string): string => `${from} ${to}`;
const LABELS = '/crm/associations/2026-09/deals/contacts/labels';
const newLabel = (call: { method: string; path: string }): boolean => call.method === 'POST' && call.path === LABELS;

let scene: DrivenScene;
let sourceFolder: string;
beforeAll(async () => {
  scene = await openDrivenScene();
  const { options } = await scene.begin();
  sourceFolder = join(options.sourceFolder, '..', 'with-roles');
  cpSync(options.sourceFolder, sourceFolder, { recursive: true });
  const write = (name: string, rows: readonly (readonly string[])[]): void => writeFileSync(join(sourceFolder, `${name}.csv`), rows.map((row) => `${row.map((cell) => `"${cell}"`).join(',')}\n`).join(''));
  write('OpportunityContactRole', [
    ['Id', 'OpportunityId', 'ContactId', 'Role', 'IsPrimary'],
    [id('00K', 1), id('006', 1), id('003', 1), 'Decision Maker', 'true'],
    [id('00K', 2), id('006', 1), id('003', 1), 'Influencer', 'false'],
    [id('00K', 3), id('006', 1), id('003', 2), 'influencer', 'false'],
    [id('00K', 4), id('006', 2), id('003', 3), '', 'false'],
  ]);
  write('AccountContactRelation', [
    ['Id', 'AccountId', 'ContactId', 'Roles', 'IsDirect'],
    [id('07k', 1), id('001', 3), id('003', 3), 'Executive; Influencer', 'true'],
    [id('07k', 2), id('001', 2), id('003', 2), 'executive', 'true'],
  ]);
  write('Account', [['Id', 'Name', 'Website', 'ParentId', 'Industry'], ...['Space Tourism', '', 'Beekeeping', 'Finance', 'Banking', 'Space Tourism'].map((industry, at) => [id('001', at + 1), `Company ${at + 1}`, `https://company-${at + 1}.example.net`, at === 1 ? id('001', 1) : '', industry])]);
});
afterAll(() => scene.close());

/** Contact 2 stands in the portal at company 2, and a person has labelled that; an admin has a label for one of the roles. */
const portalOfPeople = (): PortalDefinition => {
  const portal = smallPortal();
  return { ...portal, labels: [{ from: 'deals', to: 'contacts', name: 'infl', label: 'INFLUENCER' }, { from: 'contacts', to: 'companies', name: 'vip', label: 'VIP' }], associations: [...(portal.associations ?? []), { from: { objectType: 'contacts', ref: 'contact-2' }, to: { objectType: 'companies', ref: 'company-2' }, types: [{ associationCategory: 'USER_DEFINED', associationTypeId: 3 }] }] };
};

const withLedger = async <T>(run: DrivenRun, look: (ledger: Ledger) => Promise<T>): Promise<T> => {
  const ledger = await openLedger({ location: run.options.ledgerFile });
  try {
    return await look(ledger);
  } finally {
    await ledger.close();
  }
};
const planOf = (run: DrivenRun) => withLedger(run, async (ledger) => (await ledger.plans.read((await ledger.runs.find(DRIVEN_RUN))!.stagingId))!);
const findingsOf = (run: DrivenRun) => withLedger(run, (ledger) => ledger.runs.readFindings(DRIVEN_RUN));
/** Labels of each pair that has any, by the names of the records' sources. */
const labelsOf = async (pair: string): Promise<Record<string, readonly string[]>> => {
  const found = (await scene.dump()).associations[pair] ?? [];
  return Object.fromEntries(found.flatMap(({ from, to, types }) => {
    const labels = types.filter((type) => type.startsWith('label')).map((type) => type.slice(type.indexOf(': ') + 2)).sort();
    return labels.length === 0 ? [] : [[`${from} ${to}`, labels] as const];
  }));
};

describe('roles as labels', () => {
  it('makes one label of a role however it is spelled, and writes all of a pair together', async () => {
    const run = await scene.begin({ sourceFolder });

    const driven = await run.drive();

    const { schemaChanges, associations, calls } = await planOf(run);
    expect(driven).toMatchObject({ state: 'verified', pauses: {} });
    expect(schemaChanges.filter(({ kind }) => kind === 'label').map(({ name }) => name)).toEqual(['contacts-companies:Executive', 'contacts-companies:Influencer', 'deals-contacts:Decision Maker', 'deals-contacts:Influencer']);
    expect(associations.map(({ labelled = 0 }) => labelled)).toEqual([2, 0, 3, 0]);
    expect(calls.properties).toBeGreaterThanOrEqual(10);
    expect(await labelsOf('contacts-deals')).toEqual({ [pair(contact(1), deal(1))]: ['Decision Maker', 'Influencer'], [pair(contact(2), deal(1))]: ['Influencer'] });
    expect(await labelsOf('contacts-companies')).toEqual({ [pair(contact(2), company(2))]: ['Executive'], [pair(contact(3), company(3))]: ['Executive', 'Influencer'] });
  });

  it('makes no label twice when its answer is lost, and takes it back as its own', async () => {
    const run = await scene.begin({ sourceFolder, direction: 'back' });
    const before = await scene.portal.fingerprint();
    await scene.portal.faults({ rules: [{ path: `^POST ${LABELS}$`, callNumbers: [1], fault: { kind: 'answer-lost-after-commit' } }] });

    const driven = await run.drive();

    const { calls } = await scene.portal.calls();
    expect(driven).toMatchObject({ state: 'rolled-back' });
    expect(driven.retries).toBeGreaterThan(0);
    expect(calls.filter(newLabel)).toHaveLength(2);
    expect(await scene.portal.fingerprint()).toBe(before);
  });

  it('uses labels that the portal has, keeps those that people gave, and leaves both when it is undone', async () => {
    const forward = await scene.begin({ sourceFolder }, portalOfPeople());
    const driven = await forward.drive();
    const made = (await planOf(forward)).schemaChanges.filter(({ kind }) => kind === 'label').map(({ name }) => name);
    const written = [await labelsOf('contacts-deals'), await labelsOf('contacts-companies')];
    const back = await scene.begin({ sourceFolder, direction: 'back' }, portalOfPeople());
    const before = await scene.portal.fingerprint();

    const undone = await back.drive();

    expect([driven.state, undone.state]).toEqual(['verified', 'rolled-back']);
    expect(made).toEqual(['contacts-companies:Executive', 'contacts-companies:Influencer', 'deals-contacts:Decision Maker']);
    expect(written).toEqual([
      { [pair(contact(1), deal(1))]: ['Decision Maker', 'INFLUENCER'], [pair(contact(2), deal(1))]: ['INFLUENCER'] },
      { [pair(contact(2), company(2))]: ['Executive', 'VIP'], [pair(contact(3), company(3))]: ['Executive', 'Influencer'] },
    ]);
    expect(await scene.portal.fingerprint()).toBe(before);
  });

  it('tells of a label that somebody took off an association of the run', async () => {
    const run = await scene.begin({ sourceFolder }, portalOfPeople());
    const reads = `^POST /crm/associations/2026-09/deals/contacts/batch/read$`;
    const byKey = (value: string) => ({ where: { property: 'salesforce_id', value } });
    // Read before it is written, read again before it is labelled, and read back.
    await scene.portal.faults({ rules: [], events: [{ path: reads, callNumbers: [3], when: 'before', event: { kind: 'edit', edit: { action: 'associate', from: { objectType: 'contacts', ...byKey(contact(1)) }, to: { objectType: 'deals', ...byKey(deal(1)) }, types: [{ associationCategory: 'USER_DEFINED', associationTypeId: 2 }] } } }] });

    const driven = await run.drive();

    const differences = await withLedger(run, (ledger) => ledger.facts.readDifferences(DRIVEN_RUN, 10));
    expect(driven).toMatchObject({ state: 'differs' });
    expect(differences.map(({ kind, cause, sourceId }) => [kind, cause, sourceId])).toEqual([['label-missing', 'label-removed-since', deal(1)]]);
  });

  it('makes associations without labels where the subscription has none, and says so', async () => {
    const run = await scene.begin({ sourceFolder }, { ...smallPortal(), switches: { associationLabelLimit: 0 } });

    const driven = await run.drive();

    expect(driven).toMatchObject({ state: 'verified' });
    expect([await labelsOf('contacts-deals'), (await scene.dump()).associations['contacts-deals']?.length]).toEqual([{}, 3]);
    expect((await findingsOf(run)).filter(({ code }) => code === 'labels-not-allowed').map(({ place, count }) => [place, count])).toEqual([['roles.contacts-companies', 3], ['roles.deals-contacts', 3]]);
  });

  it('refuses a plan that needs more labels than the portal has room for', async () => {
    const run = await scene.begin({ sourceFolder }, { ...smallPortal(), switches: { associationLabelLimit: 1 } });

    await expect(run.drive()).rejects.toThrow('label-limit');

    expect((await findingsOf(run)).filter(({ code }) => code === 'label-limit').map(({ message }) => message)).toEqual([
      'Roles need 2 further labels for contact to company associations, and the portal has room for 1.', 'Roles need 2 further labels for deal to contact associations, and the portal has room for 1.',
    ]);
  });

  it('leaves roles alone where the file says so', async () => {
    const run = await scene.begin({ sourceFolder, definition: { roles: 'off' } });

    const driven = await run.drive();

    const { calls } = await scene.portal.calls();
    expect(driven).toMatchObject({ state: 'verified' });
    expect([await labelsOf('contacts-deals'), calls.filter(({ path }) => path.endsWith('/labels')).length]).toEqual([{}, 1]);
    expect((await findingsOf(run)).map(({ code, place }) => `${code} ${place}`)).toEqual(expect.arrayContaining(['unread-column OpportunityContactRole.Role']));
  });
});

describe('options that the file adds', () => {
  const definition = { objects: { companies: { properties: { industry: { from: 'Industry', values: { Finance: 'BANKING' }, otherwise: 'add-option' } } } } };
  const optionsOf = async (): Promise<readonly string[]> => {
    const reply = await fetch(`${scene.portal.url}/crm/properties/2026-09/companies/industry`, { headers: { authorization: `Bearer ${DRIVEN_TOKEN}` } });
    return ((await reply.json()) as { options: { value: string }[] }).options.map(({ value }) => value);
  };

  it('are in the plan, stand beside those that an admin adds meanwhile, and go again', async () => {
    const forward = await scene.begin({ sourceFolder, definition });
    const had = await optionsOf();
    await scene.portal.faults({
      rules: [{ path: '^PATCH .*industry', callNumbers: [1], fault: { kind: 'answer-lost-after-commit' } }],
      events: [{ path: '^POST .*properties/2026-09/companies/batch/read', callNumbers: [1], when: 'before', event: { kind: 'edit', edit: { action: 'add-option', objectType: 'companies', propertyName: 'industry', value: 'Theirs', label: 'Theirs' } } }],
    });
    const driven = await forward.drive();
    const { schemaChanges } = await planOf(forward);
    const { records } = await scene.dump();
    const written = await optionsOf();
    const back = await scene.begin({ sourceFolder, definition, direction: 'back' });
    const before = await scene.portal.fingerprint();

    const undone = await back.drive();

    expect([driven.state, undone.state]).toEqual(['verified', 'rolled-back']);
    expect(schemaChanges.filter(({ kind }) => kind === 'option').map(({ objectType, name }) => `${objectType} ${name}`)).toEqual(['companies industry:Space Tourism', 'companies industry:Beekeeping']);
    expect(written).toEqual([...had, 'Theirs', 'Space Tourism', 'Beekeeping']);
    expect([1, 3, 4].map((n) => records.companies?.[company(n)]?.industry)).toEqual(['Space Tourism', 'Beekeeping', 'BANKING']);
    expect(await scene.portal.fingerprint()).toBe(before);
  });
});
