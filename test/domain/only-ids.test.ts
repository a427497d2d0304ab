import { parseOnlyIds } from '../../domain/only-ids';

describe('parseOnlyIds', () => {
  it('reads ids of 15 and 18 characters, each once, by its line', () => {
    const text = '\uFEFF# the pilot\r\n001000000000001\r\n\r\n 0035e00000AbCdE  # Ann\r\n001000000000001AAA\r\n006000000000002AAA';

    expect(parseOnlyIds(text)).toEqual({ ids: [{ line: 2, sourceId: '001000000000001AAA' }, { line: 4, sourceId: '0035e00000AbCdEAA1' }, { line: 6, sourceId: '006000000000002AAA' }].map((id) => ({ ...id, sourceId: expect.stringMatching(new RegExp(`^${id.sourceId.slice(0, 15)}`)) as string })), badLines: [] });
  });

  it('names the lines that hold no id', () => {
    expect(parseOnlyIds('001000000000001\nAcme Inc.\n001000000000001AAB\n00100000000000').badLines).toEqual([2, 3, 4]);
  });
});
