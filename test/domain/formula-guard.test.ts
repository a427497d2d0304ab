import fc from 'fast-check';
import { guardFormula, unguardFormula } from '../../domain/formula-guard';

describe('guardFormula', () => {
  it.each(['=1+1', '+1-555-0123', '-5', '@SUM(A1)', '\tx', '\rx', '\nx', '\0x', '＝1', '＋1', '－1', '＠x'])('neutralises %j', (text) => {
    expect(guardFormula(text)).toBe(`'${text}`);
  });

  it.each(['', 'Ann', '5', ' =1', 'a=b', '(+49) 30'])('leaves %j as it is', (text) => {
    expect(guardFormula(text)).toBe(text);
  });

  it('can be undone for every text', () => {
    const odd = fc.oneof(fc.string(), fc.tuple(fc.constantFrom("'", '=', '+', '-', '@', "''"), fc.string()).map(([first, rest]) => first + rest));
    fc.assert(fc.property(odd, (text) => { expect(unguardFormula(guardFormula(text))).toBe(text); }));
  });
});
