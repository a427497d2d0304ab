import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import type { PortalDefinition } from '../../simulator/control-plane';
import { DRIVEN_RUN } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenRun, DrivenScene } from '../support/driver/driven-scene';
import { smallPortal } from '../support/driver/small-export';

const id = (prefix: string, number: number): string => `${prefix}${String(number).padStart(12, '0')}`;
const LABELS = '/crm/associations/2026-09/deals/contacts/labels';
const newLabel = (call: { method: string; path: string }): boolean => call.method === 'POST' && call.path === LABELS;

let scene: DrivenScene;
let sourceFolder: string;
beforeAll(async () => {
  scene = await openDrivenScene();
  const { options } = await scene.begin();
  sourceFolder = join(options.sourceFolder, '..', 'with-roles');
  cpSync(options.sourceFolder, sourceFolder, { recursive: true });
  mkdirSync(sourceFolder, { recursive: true });
  const write = (name: string, rows: readonly (readonly string[])[]): void => writeFileSync(join(sourceFolder, `${name}.csv`), rows.map((row) => `${row.map((cell) => `"${cell}"`).join(',')}\n`).join(''));
  write('OpportunityContactRole', [
    ['Id', 'OpportunityId', 'ContactId', 'Role', 'IsPrimary'],
    [id('00K', 1), id('006', 1), id('003', 1), 'Decision Maker', 'true'],
    [id('00K', 2), id('006', 1), id('003', 1), 'Influencer', 'false'],
    [id('00K', 3), id('006', 1), id('003', 2), 'influencer', 'false'],
    [id('00K', 4), id('006', 2), id('003', 3), '', 'false'],
  ]);
  write('AccountContactRelation', [['Id', 'AccountId', 'ContactId', 'Roles', 'IsDirect'], [id('07k', 1), id('001', 3), id('003', 3), 'Executive; Influencer', 'true']]);
});
afterAll(() => scene.close());

/** Contact 3 stands in the portal, at a company and a deal of its own, and a person has labelled both. */
const portalOfPeople = (): PortalDefinition => {
  const portal = smallPortal();
  return { ...portal, labels: [{ from: 'deals', to: 'contacts', name: 'infl', label: 'INFLUENCER' }, { from: 'contacts', to: 'companies', name: 'vip', label: 'VIP' }], associations: [...(portal.associations ?? []), { from: { objectType: 'contacts', ref: 'contact-3' }, to: { objectType: 'companies', ref: 'company-2' }, types: [{ associationCategory: 'USER_DEFINED', associationTypeId: 3 }] }] };
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

    const { schemaChanges, associations } = await planOf(run);
    expect(driven).toMatchObject({ state: 'verified' });
    expect(schemaChanges.filter(({ kind }) => kind === 'label').map(({ name }) => name)).toEqual(['contacts-companies:Executive', 'contacts-companies:Influencer', 'deals-contacts:Decision Maker', 'deals-contacts:Influencer']);
    expect(associations.map(({ associationType, labelled }) => [associationType, labelled])).toEqual([['contacts-companies', 1], ['deals-companies', undefined], ['deals-contacts', 3], ['companies-companies', undefined]]);
    const d = await scene.dump(); console.log(JSON.stringify(d.associations, null, 1).slice(0, 3000), JSON.stringify((d.schema as any).labels), await findingsOf(run));
  });
});
