import { aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import type { Planning } from '../support/planned-migration';
import { aPlanning } from '../support/planned-migration';
import { aContactRow, aLead, anAccount, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

const [SUE, BOB] = [anId('005', 1), anId('005', 2)];
const source = (users: readonly Row[] = [{ Id: SUE, Name: 'Sue', Email: 'sue@acme.com' }, { Id: BOB, Name: 'Bob', Email: 'bob@acme.com' }]) => ({
  Account: [anAccount(1, { OwnerId: SUE })],
  Contact: [aContactRow(1, { OwnerId: SUE }), aContactRow(2, { OwnerId: BOB }), aContactRow(3)],
  Lead: [aLead(1, { OwnerId: BOB })],
  Opportunity: [anOpportunity(1, { OwnerId: SUE }), anOpportunity(2, { OwnerId: BOB }), anOpportunity(3, { OwnerId: BOB, IsClosed: 'true' }), anOpportunity(4)],
  ...(users.length === 0 ? {} : { User: users }),
});

async function planned(objects: Readonly<Record<string, readonly Row[]>>, definition: Record<string, unknown> = {}) {
  const target = aTargetPortal({ snapshot: aSnapshot({ owners: [{ id: '77', email: 'Sue@Acme.com', archived: false }] }) });
  const planning = await aPlanning({ source: aRowsSource(objects), target, definition });
  opened.push(planning);
  const facts = await planning.all();
  return { facts, summary: (await planning.ledger.plans.read(planning.row.stagingId))!, findings: await planning.ledger.runs.readFindings(planning.row.run) };
}

describe('planMigration with owners, counted', () => {
  it('says of each owner of the source what is theirs, and whether the portal has them', async () => {
    const { summary } = await planned(source());

    expect(summary.owners).toEqual([
      { sourceOwner: SUE, matched: true, contacts: 1, companies: 1, openDeals: 1, closedDeals: 0 },
      { sourceOwner: BOB, matched: false, contacts: 2, companies: 0, openDeals: 1, closedDeals: 1 },
    ]);
  });

  it('lets nothing be started while open deals would lose their owner, and says how many', async () => {
    const { facts, findings } = await planned(source());

    expect(facts.openDealsToAccept).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'open-deals-without-owner', severity: 'error', exitCode: 5, count: 1 }));
  });

  it.each<[string, Record<string, unknown>]>([
    ['accepts it', { openDealsWithoutOwner: 'accept' }],
    ['names a stand-in', { owners: { unmatched: 'sue@acme.com' } }],
  ])('lets it start where the file %s', async (_, definition) => {
    const { facts, findings } = await planned(source(), definition);

    expect(facts.openDealsToAccept).toBe(0);
    expect(findings.filter(({ code }) => code === 'open-deals-without-owner')).toEqual([]);
  });

  it('counts all open deals with an owner where the file of users is missing', async () => {
    expect((await planned(source([]))).facts.openDealsToAccept).toBe(2);
  });
});
