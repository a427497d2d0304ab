import { LawBroken } from '../support/explorer';
import type { Mutant } from '../support/mutants';
import { RECORD_MUTANTS } from '../support/record-mutants';
import { SPACES } from '../support/records-scenes';

const MUTANTS: readonly Mutant[] = [...RECORD_MUTANTS];

/** What the exploration of a mutant ended with. */
function brokenBy(mutant: Mutant): LawBroken | null {
  try {
    mutant.explore();
    return null;
  } catch (error) {
    if (error instanceof LawBroken) {
      return error;
    }
    throw error;
  }
}

describe('the mutants', () => {
  const caught: { readonly mutant: Mutant; readonly broken: LawBroken }[] = [];

  it.each(MUTANTS)('$name ($model): $describes', (mutant) => {
    const broken = brokenBy(mutant);

    expect(broken).not.toBeNull();
    caught.push({ mutant, broken: broken! });
  });

  it('are explored only where the right parts keep every law: in spaces that are explored as they are', () => {
    const explored = SPACES.map(({ name }) => name);

    expect(RECORD_MUTANTS.filter(({ model }) => !explored.includes(model))).toEqual([]);
  });

  afterAll(() => {
    const rows = caught.map(({ mutant, broken }) => [mutant.name, mutant.model, broken.law.split(':')[0] ?? '', String(broken.labels.length)]);
    const table = [['mutant', 'model', 'caught by the law', 'steps'], ...rows];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
    process.stderr.write(`${table.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n')}\n${String(caught.length)} of ${String(MUTANTS.length)} mutants caught\n`);
  });
});
