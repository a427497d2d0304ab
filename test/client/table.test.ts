import { formatTable } from '../../client/table';

describe('formatTable', () => {
  it('aligns the first column left and the others right', () => {
    const lines = formatTable([
      ['Records', 'created', 'failed'],
      ['Companies', '1,223', '0'],
      ['Deals', '7', '12,345'],
    ]);

    expect(lines).toEqual(['Records    created  failed', 'Companies    1,223       0', 'Deals            7  12,345']);
  });

  it('leaves no blanks at the end of a line', () => {
    expect(formatTable([['a'], ['long one']])).toEqual(['a', 'long one']);
  });

  it('is empty without rows', () => {
    expect(formatTable([])).toEqual([]);
  });
});
