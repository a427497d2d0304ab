import { ASSOCIATION_MUTANTS } from '../support/association-mutants';
import { LawBroken } from '../support/explorer';
import { SCHEMA_MUTANTS } from '../support/schema-mutants';

describe('mistakes planted into associations and schema', () => {
  it.each([...ASSOCIATION_MUTANTS, ...SCHEMA_MUTANTS])('$name: is caught', ({ name, explore }) => {
    let law = 'nothing';
    try {
      explore();
    } catch (error) {
      if (!(error instanceof LawBroken)) {
        throw error;
      }
      ({ law } = error);
    }

    process.stderr.write(`mutant ${name}: ${law}\n`);
    expect(law).not.toBe('nothing');
  });
});
