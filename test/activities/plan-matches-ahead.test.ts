import { aPortalObject, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import { aRowsSource, anId } from '../support/rows-source';

const address = (number: number): string => `person${number}@acme.com`;
const people = Array.from({ length: 950 }, (_, number) => ({ Id: anId('003', number), LastName: `Person ${number}`, Email: number % 3 === 0 ? null : address(number) }));
const there = [1, 100, 202, 949].map((number) => ({ id: `9${number}`, properties: { email: address(number) }, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', archived: false }));
const snapshot = aSnapshot({ objects: [aPortalObject('companies'), aPortalObject('contacts', { hasRecords: true }), aPortalObject('deals')] });

/** A portal that gives its first answer when it has been asked for the fourth time. */
function aLatePortal({ failsAt = null }: { readonly failsAt?: number | null } = {}) {
  const target = aTargetPortal({ snapshot, records: { contacts: there } });
  const seen = { calls: 0, mostIds: 0 };
  let fourth: () => void = () => undefined;
  const fourthIsThere = new Promise<void>((resolve) => (fourth = resolve));
  return {
    seen,
    target: {
      ...target,
      readRecords: async (...[objectType, query, call]: Parameters<typeof target.readRecords>) => {
        seen.calls += 1;
        const turn = seen.calls;
        seen.mostIds = Math.max(seen.mostIds, query.ids.length);
        if (turn === 4) {
          fourth();
        }
        await (turn === 1 ? fourthIsThere : Promise.resolve());
        if (turn === failsAt) {
          throw new Error('The portal failed.');
        }
        return target.readRecords(objectType, query, call);
      },
    },
  };
}

describe('planMigration, matching', () => {
  it('asks for several full lists at once, and plans as if it had asked for one after another', async () => {
    const { target, seen } = aLatePortal();
    const planning = await aPlanning({ source: aRowsSource({ Contact: people }), target });

    const facts = await planning.all();

    const matched = (await planning.planned('contacts')).filter(({ action }) => action === 'update').map(({ ordinal, targetId }) => [ordinal, targetId]);
    await planning.ledger.close();
    expect(matched).toEqual([[1, '91'], [100, '9100'], [202, '9202'], [949, '9949']]);
    expect(facts.records.find(({ objectType }) => objectType === 'contacts')).toMatchObject({ source: 950, create: 946, update: 4 });
    expect(seen).toEqual({ calls: 7, mostIds: 100 });
  });

  it('fails as the first list did that failed', async () => {
    const { target } = aLatePortal({ failsAt: 3 });
    const planning = await aPlanning({ source: aRowsSource({ Contact: people }), target });

    await expect(planning.all()).rejects.toThrow('The portal failed.');

    await planning.ledger.close();
  });
});
