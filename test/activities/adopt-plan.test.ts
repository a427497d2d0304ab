import type { TargetRecord } from '../../connectors/connector';
import type { MigrationError } from '../../domain/migration-error';
import { createSeededRandom } from '../../simulator/seeded-random';
import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';
import { pick } from '../support/drawn-drift';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { aContactRow, anAccount, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

const key = aProperty('salesforce_id', { hasUniqueValue: true });
const keyed = (objectType: 'companies' | 'contacts' | 'deals', hasRecords: boolean) => aPortalObject(objectType, { hasRecords, properties: [...aPortalObject(objectType).properties, key] });
const snapshot = aSnapshot({ objects: [keyed('companies', true), keyed('contacts', true), keyed('deals', false)] });
const there = (id: string, properties: Row): TargetRecord => ({ id, properties, archived: false });
type Records = NonNullable<NonNullable<Parameters<typeof aTargetPortal>[0]>['records']>;

const failure = async (work: Promise<unknown>): Promise<MigrationError> => work.then(() => { throw new Error('It should have failed.'); }, (error: MigrationError) => error);

async function approved(options: Omit<Parameters<typeof aPlanning>[0], 'target'>, records: Records = {}): Promise<{ readonly planning: Planning; readonly digest: string }> {
  const planning = await aPlanning({ ...options, target: aTargetPortal({ snapshot, records }) });
  opened.push(planning);
  return { planning, digest: (await planning.all()).digest };
}

/** A start from the same files, with the portal's records as they are by now. */
async function started({ ledger, source }: Planning, records: Records, more: Partial<Parameters<typeof aPlanning>[0]> = {}): Promise<Planning> {
  const start = await aPlanning({ ledger, source, kind: 'migration', target: aTargetPortal({ snapshot: aSnapshot({ ...snapshot, takenAt: '2026-09-02T10:00:00.000Z' }), records }), ...more });
  await start.inspectSource();
  await start.inspectPortal();
  return start;
}

const brief = async (planning: Planning, objectType: 'companies' | 'contacts' | 'deals') => (await planning.planned(objectType)).map(({ action, reason, targetId, properties }) => [action, reason, targetId, properties.email ?? properties.domain ?? null]);

describe('adoptPlan', () => {
  it('takes over what was staged, so that nothing of the source is read again', async () => {
    const { planning, digest } = await approved({ source: aRowsSource({ Contact: [aContactRow(1), aContactRow(1), aContactRow(2)], Account: [anAccount(1)] }) });
    const start = await started(planning, {}, { source: { ...planning.source, read: () => { throw new Error('The source is read again.'); } } });

    await start.adopt(digest);
    await start.adopt(digest);

    expect(await start.stageSource()).toEqual({ rows: 4 });
    expect(await start.ledger.staging.readPage(start.row.stagingId, 'Contact', -1, 10)).toEqual(await planning.ledger.staging.readPage(planning.row.stagingId, 'Contact', -1, 10));
    expect(await start.ledger.staging.countRows(start.row.stagingId)).toEqual(await planning.ledger.staging.countRows(planning.row.stagingId));
    expect((await start.ledger.runs.readFindings(start.row.run)).map(({ code }) => code)).toContain('repeated-id');
  });

  it('refuses a digest that no plan has', async () => {
    const { planning } = await approved({ source: aRowsSource({ Contact: [aContactRow(1)] }) });

    expect(await failure((await started(planning, {})).adopt('another'))).toMatchObject({ type: 'PlanError', details: { code: 'plan-unknown', exitCode: 5 } });
  });

  it('tells all parts that drifted at once, and what of each', async () => {
    const { planning, digest } = await approved({ source: aRowsSource({ Contact: [aContactRow(1)] }) });
    const start = await started(planning, {}, {
      source: aRowsSource({ Contact: [aContactRow(1), aContactRow(2)], Account: [anAccount(1)] }),
      definition: { dateAt: '09:00', objects: { contacts: { onMatch: 'overwrite', properties: { jobtitle: 'FirstName' } } } },
      target: aTargetPortal({ snapshot: { ...snapshot, timeZone: 'Europe/Berlin', objects: [keyed('companies', false), aPortalObject('contacts', { properties: [...keyed('contacts', false).properties.filter(({ name }) => name !== 'phone'), aProperty('vat')], validationRules: [{ property: 'fax', ruleType: 'FORMAT', arguments: ['x'], normalizes: false }] }), keyed('deals', false)] } }),
      version: '0.2.0',
    });

    expect(await failure(start.adopt(digest))).toMatchObject({ type: 'PlanError', details: { code: 'drift-version', exitCode: 5 } });
    expect((await start.ledger.runs.readFindings(start.row.run)).filter(({ code }) => code.startsWith('drift-')).map(({ code, message, count, exitCode }) => [code, message, count, exitCode])).toEqual([
      ['drift-version', 'Since the plan was made, the version of Portage changed.', 1, 5],
      ['drift-source', 'Since the plan was made, the source changed: Account.csv (Account) is new; Contact.csv (Contact) has 2 rows in place of 1.', 2, 5],
      ['drift-mapping', 'Since the plan was made, the mapping changed: dateAt changed; objects.contacts.onMatch changed; objects.contacts.properties.jobtitle is new.', 3, 5],
      ['drift-portal', "Since the plan was made, the portal's schema or settings changed: time zone changed; contacts: property phone is gone; contacts: property vat is new; contacts: validation rule fax FORMAT is new.", 4, 5],
    ]);
    expect(await start.ledger.staging.readPage(start.row.stagingId, 'Contact', -1, 10)).toEqual([]);
  });

  it('refuses a start with another list of records, and with none', async () => {
    const { planning, digest } = await approved({ source: aRowsSource({ Contact: [aContactRow(1), aContactRow(2)] }), only: [anId('003', 1)] });

    const codes = [];
    for (const only of [[anId('003', 2)], []]) {
      const start = await started(planning, {}, { only });
      codes.push((await failure(start.adopt(digest))).details.code, (await start.ledger.runs.readFindings(start.row.run)).at(-1)?.message);
      await start.ledger.runs.update(start.row.run, { state: 'not-started' });
    }
    expect(codes).toEqual(['drift-mapping', 'Since the plan was made, the mapping changed: the list of --only changed.', 'drift-mapping', 'Since the plan was made, the mapping changed: the list of --only is gone.']);
  });
});

describe('rematchRecords', () => {
  const source = () =>
    aRowsSource({
      Account: [anAccount(1, { Website: 'one.com' }), anAccount(2, { Website: 'two.com' })],
      Contact: [1, 2, 3, 4, 5].map((number) => aContactRow(number, { Email: `c${number}@acme.com`, AccountId: anId('001', 1) })),
      Opportunity: [anOpportunity(1, { AccountId: anId('001', 1) })],
    });
  const BEFORE: Records = {
    companies: [there('k1', { domain: 'one.com' })],
    contacts: [there('p1', { email: 'c1@acme.com', firstname: 'Old' }), there('p2', { email: 'c2@acme.com' }), there('p3', { salesforce_id: anId('003', 3) }), there('x3', { email: 'c3@acme.com' })],
  };

  it('changes nothing where the portal holds what it held, and lists nothing', async () => {
    const { planning, digest } = await approved({ source: source(), definition: { objects: { contacts: { ambiguous: 'leave-out' } } } }, BEFORE);
    const before = await planning.ledger.plans.read(planning.row.stagingId);
    const start = await started(planning, BEFORE, { definition: { objects: { contacts: { ambiguous: 'leave-out' } } } });
    await start.adopt(digest);

    const facts = await start.rematch(digest);

    expect(facts).toMatchObject({ digest, recordDrift: { changed: 0, written: 7 } });
    for (const objectType of ['companies', 'contacts', 'deals'] as const) {
      expect(await start.planned(objectType)).toEqual(await planning.planned(objectType));
    }
    expect(await start.ledger.plans.read(start.row.stagingId)).toEqual({ ...before, calls: expect.anything() as unknown, recordDrift: { changed: 0, written: 7, groups: [] } });
    expect(await start.ledger.drift.readVerdictChanges(start.row.run)).toEqual([]);
  });

  it('settles again who has a value that one record alone can have, also where the portal holds no record', async () => {
    const contacts = aPortalObject('contacts', { properties: [...keyed('contacts', false).properties, aProperty('badge', { hasUniqueValue: true })] });
    const target = () => aTargetPortal({ snapshot: aSnapshot({ objects: [keyed('companies', false), contacts, keyed('deals', false)] }) });
    const definition = { objects: { contacts: { properties: { badge: 'Badge__c' } } } };
    const planning = await aPlanning({ source: aRowsSource({ Contact: [1, 2].map((number) => aContactRow(number, { Badge__c: 'B-7' })) }), definition, target: target() });
    opened.push(planning);
    const { digest } = await planning.all();
    const start = await started(planning, {}, { definition, target: target() });
    await start.adopt(digest);

    await start.rematch(digest);

    expect((await start.planned('contacts')).map(({ properties }) => properties.badge)).toEqual(['B-7', undefined]);
    expect(await start.planned('contacts')).toEqual(await planning.planned('contacts'));
  });

  it('plans what is matched otherwise by now, with its associations, and lists each verdict that changed', async () => {
    const { planning, digest } = await approved({ source: source(), definition: { objects: { contacts: { ambiguous: 'leave-out' } } } }, BEFORE);
    const planned = await brief(planning, 'contacts');
    const start = await started(planning, {
      companies: [there('k1', { domain: 'moved.com' }), there('k2', { domain: 'two.com' })],
      // p1 was deleted, p2 merged into p9, the ambiguity of contact 3 resolved; contact 4 was entered, contact 5 became ambiguous.
      contacts: [there('p9', { email: 'c2@acme.com' }), there('p3', { salesforce_id: anId('003', 3), email: 'c3@acme.com', firstname: 'Ann', lastname: 'Lee 3' }), there('p4', { email: 'c4@acme.com' }), there('p5', { salesforce_id: anId('003', 5) }), there('x5', { email: 'c5@acme.com' })],
    }, { definition: { objects: { contacts: { ambiguous: 'leave-out' } } } });
    await start.adopt(digest);

    await start.rematch(digest);
    const facts = await start.rematch(digest);

    expect(await brief(start, 'companies')).toEqual([['create', null, null, 'one.com'], ['update', null, 'k2', null]]);
    expect(await brief(start, 'contacts')).toEqual([
      ['create', null, null, 'c1@acme.com'],
      ['update', null, 'p9', null],
      ['unchanged', null, 'p3', null],
      ['update', null, 'p4', null],
      ['left-out', 'ambiguous-match', null, 'c5@acme.com'],
    ]);
    expect(facts).toMatchObject({ recordDrift: { changed: 7, written: 7 } });
    expect((await start.ledger.drift.readVerdictChanges(start.row.run)).map(({ objectType, ordinal, planned: was, found }) => [objectType, ordinal, was, found])).toEqual([
      ['companies', 0, 'update', 'create'],
      ['companies', 1, 'create', 'update'],
      ['contacts', 0, 'update', 'create'],
      ['contacts', 1, 'update', 'update of another record'],
      ['contacts', 2, 'ambiguous-match leave-out', 'unchanged'],
      ['contacts', 3, 'create', 'update'],
      ['contacts', 4, 'create', 'ambiguous-match leave-out'],
    ]);
    expect(facts.associations.find(({ associationType }) => associationType === 'contacts-companies')).toMatchObject({ source: 5, planned: 4, missingEnd: 1 });
    expect(facts.records.find(({ objectType }) => objectType === 'contacts')).toMatchObject({ create: 1, update: 2, unchanged: 1, leftOut: { 'ambiguous-match': 1 } });
    // The approved plan stays what a person approved, and is what the next start begins from.
    expect(await brief(planning, 'contacts')).toEqual(planned);
    await start.ledger.runs.update(start.row.run, { state: 'not-started' });
    const again = await started(planning, BEFORE, { definition: { objects: { contacts: { ambiguous: 'leave-out' } } } });
    await again.adopt(digest);
    expect(await again.rematch(digest)).toMatchObject({ recordDrift: { changed: 0 } });
  });

  it('matches with records that a portal without any has got since', async () => {
    const { planning, digest } = await approved({ source: source() }, {});
    const start = await started(planning, { contacts: [there('p1', { email: 'c1@acme.com' })] });
    await start.adopt(digest);

    await start.rematch(digest);

    expect((await brief(start, 'contacts'))[0]).toEqual(['update', null, 'p1', null]);
  });

  it('comes to what planning anew would come to, whatever was entered, changed and removed meanwhile', async () => {
    const random = createSeededRandom(20_260_902);
    const drawn = (): Records => ({
      companies: [1, 2, 3].filter(() => random() < 0.6).map((number) => there(`k${number}`, { domain: pick(random, ['one.com', 'two.com', 'three.com']), salesforce_id: pick(random, [null, null, anId('001', number)]) })),
      contacts: [1, 2, 3, 4, 5, 6, 7].filter(() => random() < 0.6).map((number) => there(`p${number}`, { email: pick(random, [null, `c${number}@acme.com`, `c${(number % 5) + 1}@acme.com`]), salesforce_id: pick(random, [null, anId('003', number), 'another']), firstname: pick(random, [null, 'Ann', 'Old']), lastname: pick(random, [null, `Lee ${number}`]) })),
    });
    const rules = (ambiguous: string) => ({ objects: { contacts: { ambiguous, onMatch: pick(random, ['fill-blanks', 'overwrite', 'leave']) }, companies: { ambiguous } } });
    let compared = 0;
    for (let number = 0; number < 8; number += 1) {
      const definition = rules(number % 2 === 0 ? 'leave-out' : 'create');
      const { planning, digest } = await approved({ source: source(), definition }, drawn());
      const now = drawn();
      const start = await started(planning, now, { definition });
      await start.adopt(digest);
      const { planning: anew } = await approved({ source: source(), definition }, now);
      const facts = await start.rematch(digest).catch((error: MigrationError) => error.details.code);

      if (facts !== 'drift-records') {
        compared += 1;
        for (const objectType of ['companies', 'contacts', 'deals'] as const) {
          expect([number, objectType, await start.planned(objectType)]).toEqual([number, objectType, await anew.planned(objectType)]);
        }
        const { records, associations } = (await anew.ledger.plans.read(anew.row.stagingId))!;
        expect(facts).toMatchObject({ records, associations });
      }
    }
    expect(compared).toBeGreaterThan(4);
  });

  it('counts what a person has to decide by now', async () => {
    const { planning, digest } = await approved({ source: source() }, {});
    const start = await started(planning, { contacts: [there('p5', { salesforce_id: anId('003', 5) }), there('x5', { email: 'c5@acme.com' })] });
    await start.adopt(digest);

    expect(await start.rematch(digest)).toMatchObject({ undecided: 1 });
  });

  it('refuses where records of a type can be written for which the plan prepared nothing', async () => {
    const rules = { objects: { contacts: { ambiguous: 'leave-out' } } };
    const one = aRowsSource({ Contact: [aContactRow(1, { Email: 'c1@acme.com' })] });
    const { planning, digest } = await approved({ source: one, definition: rules }, { contacts: [there('p1', { salesforce_id: anId('003', 1) }), there('x1', { email: 'c1@acme.com' })] });
    const start = await started(planning, {}, { definition: rules });
    await start.adopt(digest);

    expect(await failure(start.rematch(digest))).toMatchObject({ type: 'PlanError', details: { code: 'drift-records', exitCode: 5 } });
  });
});

describe('planMigration of listed records', () => {
  it('skips all others as filtered, and names ids of no record by their lines', async () => {
    const planning = await aPlanning({ source: aRowsSource({ Account: [anAccount(1), anAccount(2)], Contact: [aContactRow(1, { AccountId: anId('001', 1) }), aContactRow(2, { AccountId: anId('001', 2) })] }), only: [anId('001', 1), anId('003', 99), anId('003', 1)] });
    opened.push(planning);

    const facts = await planning.all();

    expect(facts.records.map(({ source, create, leftOut }) => ({ source, create, leftOut }))).toEqual([
      { source: 2, create: 1, leftOut: { filter: 1 } },
      { source: 2, create: 1, leftOut: { filter: 1 } },
      { source: 0, create: 0, leftOut: {} },
    ]);
    expect(facts).toMatchObject({ leftOutToAccept: 0 });
    expect(facts.associations.find(({ associationType }) => associationType === 'contacts-companies')).toMatchObject({ planned: 1, missingEnd: 1 });
    expect((await planning.ledger.runs.readFindings(planning.row.run)).filter(({ code }) => code === 'unknown-id')).toEqual([expect.objectContaining({ place: '--only:2', severity: 'warning' })]);
  });
});
