import { DefaultLogger } from '@temporalio/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCompareSchema } from '../../activities/compare-schema';
import type { TargetConnector } from '../../connectors/connector';
import type { MigrationError } from '../../domain/migration-error';
import type { ObjectType } from '../../domain/object-type';
import type { PortalObject } from '../../domain/portal-snapshot.schema';
import { aProperty, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { aContactRow, anAccount, aRowsSource } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

/** A planned run, a portal whose schema a test changes, and workers that compare it. */
async function scene() {
  const planning = await aPlanning({ source: aRowsSource({ Contact: [aContactRow(1, { Phone: '1' })], Account: [anAccount(1)] }) });
  opened.push(planning);
  const { portalId } = await planning.all();
  const made = ['salesforce_id', 'migration_provenance', ...Object.keys((await planning.planned('contacts'))[0]!.properties), ...Object.keys((await planning.planned('companies'))[0]!.properties)];
  let edit = (object: PortalObject): PortalObject => object;
  let nowMs = Date.parse('2026-09-01T10:00:00.000Z');
  const reads: ObjectType[] = [];
  const target: TargetConnector = {
    ...aTargetPortal(),
    async readSchema(objectType) {
      reads.push(objectType);
      const object = aSnapshot().objects.find((each) => each.objectType === objectType)!;
      const known = new Set(object.properties.map(({ name }) => name));
      return edit({ ...object, properties: [...object.properties, ...made.filter((name) => !known.has(name)).map((name) => aProperty(name, { hasUniqueValue: name === 'salesforce_id' }))] });
    },
  };
  const identity = { run: planning.row.run, portalId, ...(await planning.ledger.identity()), reserve: 0 };
  const aWorker = () => {
    const { compareSchema } = createCompareSchema({ ledger: planning.ledger, target, clock: () => nowMs });
    return (objectType: ObjectType = 'contacts') => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(() => compareSchema({ ...identity, objectType }));
  };
  return {
    reads,
    aWorker,
    setPortal: (change: (object: PortalObject) => PortalObject) => void (edit = change),
    wait: (ms: number) => void (nowMs += ms),
  };
}

const without = (property: string) => (object: PortalObject): PortalObject => ({ ...object, properties: object.properties.filter(({ name }) => name !== property) });
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'fine', (error: MigrationError) => `${error.type} ${error.details.code}`);

describe('compareSchema', () => {
  it('reads a type once a minute, however many partitions and workers ask', async () => {
    const { aWorker, reads, wait } = await scene();
    const [one, other] = [aWorker(), aWorker()];

    await Promise.all([one(), one(), one()]);
    await other();
    await other('companies');
    wait(59_000);
    await one();
    const within = [...reads];
    wait(1_000);
    await other();

    expect(within).toEqual(['contacts', 'companies']);
    expect(reads).toEqual(['contacts', 'companies', 'contacts']);
  });

  it('names property and change, of the type alone that changed', async () => {
    const { aWorker, setPortal } = await scene();
    setPortal((object) => (object.objectType === 'contacts' ? without('lastname')(object) : object));

    expect(await codeOf(aWorker()())).toBe('PlanError property-gone contacts.lastname');
    expect(await codeOf(aWorker()('companies'))).toBe('fine');
  });

  it('counts what else changed', async () => {
    const { aWorker, setPortal } = await scene();
    setPortal((object) => without('phone')(without('lastname')(object)));

    expect(await codeOf(aWorker()())).toBe('PlanError property-gone contacts.lastname and 1 more');
  });

  it('looks again at once when it is asked again, because what changed may be mended', async () => {
    const { aWorker, setPortal, reads } = await scene();
    const compare = aWorker();
    setPortal(without('lastname'));
    const changed = await codeOf(compare());
    const still = await codeOf(compare());
    setPortal((object) => object);

    expect([changed, still, await codeOf(compare())]).toEqual(['PlanError property-gone contacts.lastname', 'PlanError property-gone contacts.lastname', 'fine']);
    expect(reads).toHaveLength(3);
  });
});
