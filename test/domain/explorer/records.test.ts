import { explore, LawBroken, printExploration } from '../../support/explorer';
import { archives, setsValue } from '../../support/model-portal';
import { LAWS_OF_ROLLBACK, LAWS_OF_WRITING } from '../../support/records-laws';
import { recordsModel } from '../../support/records-model';
import type { Scene } from '../../support/records-model';
import { aScene, boundOf, HOLDING, SPACES, TO_CREATE, TO_UPDATE, TURNED_UP } from '../../support/records-scenes';

describe('writing and undoing, explored', () => {
  it.each(SPACES)('keeps every law: $name', ({ name, scene }) => {
    const found = explore(recordsModel(scene));

    printExploration(name, found, { bound: boundOf(scene), laws: [] });
    expect(found.ends).toBeGreaterThan(0);
  });

  afterAll(() => void process.stderr.write(`laws of these explorations: ${[...LAWS_OF_WRITING, ...LAWS_OF_ROLLBACK].join('; ')}\n`));
});

/** What the docs name as the window that no client can close, shown to be there, and to be all. */
describe('the windows that no client can close', () => {
  const EDITED = [setsValue({ id: '9' }, 'city', 'Paris'), setsValue({ id: '7' }, 'city', 'Paris'), setsValue({ madeFor: 0 }, 'city', 'Paris')];
  const brokenIn = (scene: Scene): LawBroken => {
    try {
      explore(recordsModel(scene));
    } catch (error) {
      if (error instanceof LawBroken) {
        return error;
      }
      throw error;
    }
    throw new Error('no law was broken');
  };

  it('are there: an update that was prepared before a person’s edit overwrites it', () => {
    const { law, labels } = brokenIn(aScene({ records: [TO_UPDATE], edits: EDITED, bound: { takeovers: 1, edits: 1, gap: 'open' } }));

    expect(law).toBe('nobody’s value overwritten against the rule: city of 9, by 2');
    expect(labels.at(-1)).toMatch(/sends update 2$/u);
  });

  it('break nothing but that: with such an overwriting excused, every law of writing holds', () => {
    const scene = aScene({ records: [TURNED_UP, TO_UPDATE], edits: EDITED, bound: { takeovers: 1, edits: 1, gap: 'excused' } });

    const found = explore(recordsModel(scene));

    printExploration('the window of an update', found, { bound: boundOf(scene), laws: [] });
    expect(found.ends).toBeGreaterThan(0);
  });

  it('are there: a create that was overtaken comes back when a person removed the record meanwhile and its unique values are free', () => {
    const { law } = brokenIn(aScene({ records: [TO_CREATE], edits: [archives({ madeFor: 0 })], bound: { takeovers: 1, edits: 1, removals: 'open' } }));

    expect(law).toBe('no doubled record: 0 stands as 102 (archived), and now as 103 too');
  });

  it('do not let a create come back where the archive goes on holding unique values', () => {
    const scene = aScene({ portal: HOLDING, records: [TO_CREATE], edits: [archives({ madeFor: 0 })], bound: { faults: 1, takeovers: 1, edits: 1, removals: 'open' } });

    const found = explore(recordsModel(scene));

    printExploration('the window of a create, closed by the archive', found, { bound: boundOf(scene), laws: [] });
    expect(found.ends).toBeGreaterThan(0);
  });
});
