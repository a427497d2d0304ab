import { explore, printExploration } from '../../support/explorer';
import { LAWS_OF_ROLLBACK, LAWS_OF_WRITING } from '../../support/records-laws';
import { recordsModel } from '../../support/records-model';
import { boundOf, LONG_SPACES } from '../../support/records-scenes';

describe('writing and undoing, explored further', () => {
  it.each(LONG_SPACES)('keeps every law: $name', ({ name, scene }) => {
    const found = explore(recordsModel(scene));

    printExploration(name, found, { bound: boundOf(scene), laws: [...LAWS_OF_WRITING, ...LAWS_OF_ROLLBACK] });
    expect(found.ends).toBeGreaterThan(0);
  }, 600_000);
});
