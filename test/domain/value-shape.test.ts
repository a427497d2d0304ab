import fc from 'fast-check';
import { ShapeCensus, shapeOf } from '../../domain/value-shape';

describe('shapeOf', () => {
  it.each([
    ['Ann Lee', 'Aa+ Aa+'],
    ['24/12/2024', '99/99/9999'],
    ['a.lee@acme.example', 'a.a+@a+.a+'],
    ['ACME', 'A+'],
    ['  Zoë\tÅström ', 'Aa+ Aa+'],
    ['+49 30 1234567', '+99 99 9+'],
    ['Main St. 1\r\nFloor 2', 'Aa+ Aa. 9⏎Aa+ 9'],
    ['日本', 'a+'],
    ['5 €', '9 ?'],
    ['', ''],
  ])('of %j is %j', (value, shape) => {
    expect(shapeOf(value)).toBe(shape);
  });

  it('lets no letter and no digit through, and is never long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (value) => {
        const shape = shapeOf(value);
        expect(shape.replaceAll(/[Aa9+⏎?…]/g, '')).not.toMatch(/[\p{L}\p{N}\p{M}\p{Cc}]/u);
        expect(shape.length).toBeLessThanOrEqual(40);
      }),
    );
  });
});

describe('ShapeCensus', () => {
  it('gives the three most frequent shapes, the same whatever the order', () => {
    const values = ['1', '22', '33', 'a', 'b', 'c', 'X1'];
    const of = (list: readonly string[]) => {
      const census = new ShapeCensus();
      list.forEach((value) => census.see(value));
      return census.mostFrequent();
    };

    expect(of(values)).toEqual(['a', '99', '9']);
    expect(of([...values].reverse())).toEqual(of(values));
  });
});
