import fc from 'fast-check';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { checkCell, MAX_TEXT_LENGTH } from '../../domain/cell-check';
import type { CellResult, MappingContext } from '../../domain/cell-transforms';
import { isEmailAddress } from '../../domain/email-address';
import type { Transform } from '../../domain/field-mapping';
import { applyTransform } from '../../domain/transforms/apply-transform';
import { CUT_MARK } from '../../domain/transforms/text-cells';

const context: MappingContext = {
  sourceTimeZone: 'Europe/Berlin', portalTimeZone: 'America/New_York', dateAt: '12:00', ownerOf: () => null, stageOf: () => null, currencyOf: () => null,
  lookup: (object, id, column) => (object === 'Account' && id === '001' && column === 'Name' ? ' Acme ' : null),
};

type Resolved = Exclude<Transform, { kind: 'by-type' }>;

const target = (type: string, options: readonly string[] | null = null, isMultiple = false) => ({ name: 'x', type, options: options?.map((value) => ({ value, label: value })) ?? null, isMultiple, rules: [] });

function apply(transform: Resolved, cells: Readonly<Record<string, string | null>>, { columns = Object.keys(cells), into = target('string'), formats = {} }: { columns?: readonly string[]; into?: ReturnType<typeof target>; formats?: Record<string, readonly string[]> } = {}): CellResult {
  return applyTransform({ columns, transform, target: into, dateFormats: formats }, (column) => cells[column] ?? null, context);
}

/** The value, or the code of what keeps it from being one. */
function outcome(transform: Resolved, cells: string | Readonly<Record<string, string | null>>, more: Parameters<typeof apply>[2] = {}): string | null {
  const result = apply(transform, typeof cells === 'string' ? { A: cells } : cells, more);
  return result.kind === 'value' ? result.value : result.kind === 'blank' ? null : `!${result.code}`;
}

describe('text', () => {
  it.each([['  a  ', 'a'], [' ', null], ['#N/A', '!null-token'], ['n/a', '!null-token'], ['-', '!null-token'], ['null', '!null-token'], ['Null', 'Null'], ['000000000000000AAA', '!null-token']])('reads %j as %j', (cell, expected) => {
    expect(outcome({ kind: 'text' }, cell)).toBe(expected);
  });

  it('cuts with a mark what is longer than any property, if it is told to', () => {
    const cut = outcome({ kind: 'text', tooLong: 'cut' }, 'x'.repeat(MAX_TEXT_LENGTH + 1)) ?? '';

    expect([cut.length, cut.endsWith(CUT_MARK)]).toEqual([MAX_TEXT_LENGTH, true]);
    expect(apply({ kind: 'text', tooLong: 'cut' }, { A: 'x'.repeat(MAX_TEXT_LENGTH + 1) })).toMatchObject({ changed: 'cut' });
  });

  it('cuts no character in half', () => {
    expect(outcome({ kind: 'text', tooLong: 'cut' }, `${'x'.repeat(MAX_TEXT_LENGTH - CUT_MARK.length - 1)}😀😀😀😀😀😀😀`)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });
});

describe('case', () => {
  it.each([
    ['upper', 'Straße 5', 'STRASSE 5'],
    ['lower', 'ÉCOLE', 'école'],
    ['title', 'JEAN-LUC O’NEIL', 'Jean-Luc O’Neil'],
    ['title', "it's d'Artagnan", "It's D'Artagnan"],
    ['title', 'mary  ann smith', 'Mary  Ann Smith'],
  ] as const)('brings to %s: %j → %j', (to, cell, expected) => {
    expect(outcome({ kind: 'case', to }, cell)).toBe(expected);
  });
});

describe('names', () => {
  it.each([
    ['Ann Lee', 'Ann', 'Lee'],
    ['Ann Maria  van der Berg', 'Ann Maria van der', 'Berg'],
    ['Cher', null, 'Cher'],
  ])('splits %j at the last blank', (cell, first, last) => {
    expect([outcome({ kind: 'name-part', part: 'first' }, cell), outcome({ kind: 'name-part', part: 'last' }, cell)]).toEqual([first, last]);
  });

  it('joins what holds something', () => {
    expect(outcome({ kind: 'joined' }, { A: 'Ann', B: null, C: ' Lee ', D: '#N/A' })).toBe('Ann Lee');
    expect(outcome({ kind: 'joined', separator: ', ' }, { A: 'a', B: 'b' })).toBe('a, b');
  });
});

describe('several columns', () => {
  it('takes the first that holds something', () => {
    expect(outcome({ kind: 'text' }, { A: ' ', B: 'N/A', C: 'c', D: 'd' })).toBe('c');
  });
});

describe('phone', () => {
  it.each([
    ['+49 (0)30 123456', undefined, '+4930123456'],
    ['(212) 736-5000', 'US', '+12127365000'],
    ["'+49 30 123456", undefined, '+4930123456'],
    ['0049 30 123456', 'DE', '+4930123456'],
    ['030 123456', undefined, '030 123456'],
    ['3-(902)296-6183', 'US', '3-(902)296-6183'],
    ['212-736-5000 ext 5', 'US', '212-736-5000 ext 5'],
    ['212-736-5000 / 212-736-5001', 'US', '212-736-5000 / 212-736-5001'],
    ['see notes', 'US', 'see notes'],
  ])('reads %j of country %s as %j', (cell, country, expected) => {
    expect(outcome({ kind: 'phone', ...(country === undefined ? {} : { country }) }, cell)).toBe(expected);
  });

  it('takes the country from its own column before the one of the source', () => {
    const transform = { kind: 'phone', country: 'US', countryColumn: 'Land' } as const;

    expect(outcome(transform, { A: '030 123456', Land: 'Deutschland' })).toBe('+4930123456');
    expect(outcome(transform, { A: '(212) 736-5000', Land: 'somewhere' })).toBe('+12127365000');
    expect(outcome(transform, { A: null, Land: 'Deutschland' })).toBeNull();
  });
});

describe('number', () => {
  it.each([
    ['1234.50', undefined, '1234.5'],
    ['1.5E6', undefined, '1500000'],
    ['1,234.50', undefined, '!invalid-number'],
    ['$5', undefined, '!invalid-number'],
    ['$1,234.50', 'point', '1234.5'],
    ['US$ 1,234', 'point', '1234'],
    ['1,234', 'point', '1234'],
    ['12,34,567.8', 'point', '1234567.8'],
    ['($1,234.50)', 'point', '-1234.5'],
    ['-$5', 'point', '-5'],
    ["1'234.50 CHF", 'point', '1234.5'],
    ['1,5', 'point', '!invalid-number'],
    ['1.234,50 €', 'comma', '1234.5'],
    ['1.234', 'comma', '1234'],
    ['EUR 1 234,5', 'comma', '1234.5'],
    ['\u22125,5', 'comma', '-5.5'],
    ['1,234.5', 'comma', '!invalid-number'],
    ["'-97.5", 'point', '-97.5'],
    ['$1,234.50', 'either', '1234.5'],
    ['1.234,50', 'either', '1234.5'],
    ['1,5', 'either', '1.5'],
    ['1,234', 'either', '!ambiguous-number'],
    ['1.234', 'either', '!ambiguous-number'],
    ['0.123', 'either', '0.123'],
    ['1,234,567', 'either', '1234567'],
    ['12 pieces', 'either', '!invalid-number'],
  ] as const)('reads %j with decimals by %s as %j', (cell, decimal, expected) => {
    expect(outcome({ kind: 'number', ...(decimal === undefined ? {} : { decimal }) }, cell)).toBe(expected);
  });

  it.each([[undefined, '!invalid-number'], ['number', '45'], ['fraction', '0.45']] as const)('reads 45%% as %s: %s', (percent, expected) => {
    expect(outcome({ kind: 'number', ...(percent === undefined ? {} : { percent }) }, '45%')).toBe(expected);
  });

  it.each(['point', 'comma', 'either'] as const)('means the number that was written with decimals by %s', (decimal) => {
    const locale = decimal === 'comma' ? 'de-DE' : 'en-US';
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        const number = whole + (whole < 0 ? -cents : cents) / 100;
        const written = number.toLocaleString(locale, { style: 'currency', currency: 'EUR', minimumFractionDigits: 2 });
        expect(Number(outcome({ kind: 'number', decimal }, written))).toBe(number === 0 ? 0 : Number(number.toFixed(2)));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

describe('bool', () => {
  it.each([['1', 'true'], ['Checked', 'true'], ['JA', 'true'], ['0', 'false'], ['unchecked', 'false'], ['não', 'false'], ['maybe', '!invalid-bool'], ['2', '!invalid-bool']])('reads %j as %j', (cell, expected) => {
    expect(outcome({ kind: 'bool' }, cell, { into: target('bool') })).toBe(expected);
  });

  it('takes words of its own instead', () => {
    const transform = { kind: 'bool', true: ['active'], false: ['left', 'retired'] } as const;

    expect(['Active', 'LEFT', '1'].map((cell) => outcome({ ...transform, true: [...transform.true], false: [...transform.false] }, cell))).toEqual(['true', 'false', '!invalid-bool']);
  });
});

describe('dates', () => {
  it.each([
    ['2023-01-31', undefined, '2023-01-31'],
    ['2023-01-31 00:30:00', undefined, '2023-01-31'],
    ['2023-01-31T23:30:00Z', undefined, '2023-02-01'],
    ['03/04/2026', undefined, '!date-order-unknown'],
    ['31.12.2026', undefined, '!date-order-unknown'],
    ['45631', undefined, '!invalid-date'],
    ['03/04/2026', 'd/M/yyyy', '2026-04-03'],
    ['03/04/2026', 'M/d/yyyy', '2026-03-04'],
    ['31/12/2026', 'M/d/yyyy', '!invalid-date'],
    ['03/04/2026', ['d/M/yyyy', 'M/d/yyyy'], '!ambiguous-date'],
    ['31/12/2026', ['d/M/yyyy', 'M/d/yyyy'], '2026-12-31'],
    ['04/04/2026', ['d/M/yyyy', 'M/d/yyyy'], '2026-04-04'],
    ['1/2/69', 'd/M/yy', '2069-02-01'],
    ['1/2/70', 'd/M/yy', '1970-02-01'],
    ['5 December 2024', 'd MMMM yyyy', '2024-12-05'],
    ['45631', 'excel', '2024-12-05'],
    ['60', 'excel', '!invalid-date'],
    ['1733356800', 'epoch-s', '2024-12-05'],
    ['29.02.2023', 'dd.MM.yyyy', '!invalid-date'],
  ])('reads the day %j written as %j: %j', (cell, format, expected) => {
    expect(outcome({ kind: 'day', ...(format === undefined ? {} : { format }) }, cell, { into: target('date') })).toBe(expected);
  });

  it('takes the format of the column that holds something', () => {
    expect(outcome({ kind: 'day' }, { A: null, B: '3.4.2026' }, { formats: { A: ['M/d/yyyy'], B: ['d.M.yyyy'] } })).toBe('2026-04-03');
  });

  it.each([
    ['2023-07-31 09:15:00', undefined, '2023-07-31T07:15:00.000Z', null],
    ['2023-07-31', undefined, '2023-07-31T16:00:00.000Z', 'date-at-noon'],
    ['7/31/2023 9:15 pm', 'M/d/yyyy h:mm a', '2023-07-31T19:15:00.000Z', null],
    ['7/31/2023', ['M/d/yyyy h:mm a', 'M/d/yyyy'], '2023-07-31T16:00:00.000Z', 'date-at-noon'],
    ['45818.5', 'excel', '2025-06-10T10:00:00.000Z', null],
    ['1690787700000', 'epoch-ms', '2023-07-31T07:15:00.000Z', null],
  ])('reads the moment %j written as %j: %j', (cell, format, value, changed) => {
    expect(apply({ kind: 'datetime', ...(format === undefined ? {} : { format }) }, { A: cell })).toEqual({ kind: 'value', value, changed });
  });

  it('reads a column in a time zone of its own', () => {
    expect(outcome({ kind: 'datetime', timeZone: 'Asia/Tokyo' }, '2023-07-31 09:15:00')).toBe('2023-07-31T00:15:00.000Z');
  });
});

describe('multi', () => {
  const into = target('enumeration', ['red', 'green', 'a,b'], true);

  it.each([
    ['red;green; red', {}, 'red;green'],
    ['red, green', { separator: ',' }, 'red;green'],
    ['a;b|red', { separator: '|' }, 'red'],
    ['a;b|red', { separator: '|', semicolon: ',' }, 'a,b;red'],
    [';;', {}, null],
  ])('reads %j with %j as %j', (cell, settings, expected) => {
    expect(outcome({ kind: 'multi', ...settings }, cell, { into })).toBe(expected);
  });

  it('puts each value through the table, and leaves out alone what the table does not list', () => {
    const table = { kind: 'table', values: { rot: 'red', Grün: 'green' }, of: { kind: 'multi' } } as const;

    expect(apply({ ...table, otherwise: 'leave-out' }, { A: 'ROT;blau;grün' }, { into })).toEqual({ kind: 'value', value: 'red;green', changed: 'values-left-out' });
    expect(outcome({ ...table, otherwise: 'refuse' }, 'rot;blau', { into })).toBe('!no-option');
    expect(outcome({ ...table, otherwise: 'add-option' }, 'rot;blau', { into })).toBe('red;blau');
  });
});

describe('table', () => {
  it('reads the cell by the transform before it looks it up', () => {
    expect(outcome({ kind: 'table', values: { '1': 'one' }, otherwise: 'leave-out', of: { kind: 'number' } }, '1.00')).toBe('one');
  });

  it('knows no value that only every object has', () => {
    expect(outcome({ kind: 'table', values: {}, otherwise: 'leave-out' }, 'constructor')).toBe('!no-option');
  });
});

describe('html', () => {
  it.each([
    ['<p>Hi <b>Ann</b> &amp; Bo,</p><p>call</p>', 'Hi Ann & Bo,\n\ncall'],
    ['a<br>b<script>alert(1)</script><style>p{}</style>', 'a\nb'],
    ['<a href="https://acme.com">site</a>', 'site [https://acme.com]'],
    ['plain & simple\nsecond line', 'plain & simple\nsecond line'],
    ['5 < 6 &amp; 7 > 2', '5 < 6 & 7 > 2'],
    ['<p> </p>', '!no-text'],
  ])('reads %j as %j', (cell, expected) => {
    expect(outcome({ kind: 'html' }, cell)).toBe(expected);
  });

  it('cuts what is too long for any property', () => {
    expect(outcome({ kind: 'html' }, `<p>${'x '.repeat(60_000)}</p>`)).toHaveLength(MAX_TEXT_LENGTH);
  });
});

describe('places', () => {
  it.each([['Deutschland', 'code', 'DE'], ['de', 'name', 'Germany'], ['U.S.A.', 'code', 'US'], ['Suisse', 'name', 'Switzerland'], ['Narnia', 'code', 'Narnia']] as const)('brings the country %j to its %s: %j', (cell, to, expected) => {
    expect(outcome({ kind: 'country', to }, cell)).toBe(expected);
  });

  it.each([['CA', 'USA', 'California'], ['on', 'Canada', 'Ontario'], ['WA', 'Australia', 'WA'], ['WA', null, 'WA']])('brings the state %j of %j to its name: %j', (cell, country, expected) => {
    expect(outcome({ kind: 'state', to: 'name', countryColumn: 'C' }, { A: cell, C: country })).toBe(expected);
  });

  it('puts a street of several lines on one', () => {
    expect(apply({ kind: 'street' }, { A: '1 Main St\r\n Floor 2\n' })).toEqual({ kind: 'value', value: '1 Main St, Floor 2', changed: 'lines-joined' });
  });
});

describe('template', () => {
  const parts = [{ at: 0 }, { text: ', ' }, { at: 1 }, { text: ' (' }, { at: 2 }, { text: ')' }];

  it.each([
    ['Berlin', 'BE', 'DE', 'Berlin, BE (DE)'],
    ['Berlin', null, 'DE', 'Berlin (DE)'],
    ['Berlin', 'BE', null, 'Berlin, BE'],
    [null, 'BE', 'DE', 'BE (DE)'],
    ['Berlin', null, null, 'Berlin'],
    [null, null, null, null],
  ])('fills in %j, %j, %j', (city, state, country, expected) => {
    expect(outcome({ kind: 'template', parts }, { A: city, B: state, C: country })).toBe(expected);
  });

  it('leaves alone what the cells themselves hold', () => {
    expect(outcome({ kind: 'template', parts: [{ at: 0 }, { text: ' ' }, { at: 1 }] }, { A: 'Acme -', B: null })).toBe('Acme -');
  });
});

describe('lookup', () => {
  const transform = { kind: 'lookup', through: 'Account', column: 'Name', of: { kind: 'case', to: 'upper' } } as const;

  it.each([['001', 'ACME'], ['002', null], ['', null]])('brings the cell of the record %j: %j', (id, expected) => {
    expect(outcome(transform, { AccountId: id })).toBe(expected);
  });
});

/** Every conversion that a migration file can name, with the property that it is meant for. */
const ALL: readonly { readonly name: string; readonly transform: Resolved; readonly into: ReturnType<typeof target> }[] = [
  { name: 'text', transform: { kind: 'text', tooLong: 'cut' }, into: target('string') },
  ...(['upper', 'lower', 'title'] as const).map((to) => ({ name: to, transform: { kind: 'case', to } as const, into: target('string') })),
  { name: 'street', transform: { kind: 'street' }, into: target('string') },
  { name: 'joined', transform: { kind: 'joined' }, into: target('string') },
  ...(['first', 'last'] as const).map((part) => ({ name: `${part} name`, transform: { kind: 'name-part', part } as const, into: target('string') })),
  { name: 'email', transform: { kind: 'email' }, into: target('string') },
  { name: 'domain', transform: { kind: 'domain' }, into: target('string') },
  { name: 'phone', transform: { kind: 'phone', country: 'US' }, into: target('string') },
  ...(['point', 'comma', 'either', undefined] as const).map((decimal) => ({ name: `number by ${decimal}`, transform: { kind: 'number', percent: 'fraction', ...(decimal === undefined ? {} : { decimal }) } as const, into: target('number') })),
  { name: 'bool', transform: { kind: 'bool' }, into: target('bool') },
  { name: 'day', transform: { kind: 'day' }, into: target('date') },
  { name: 'day by formats', transform: { kind: 'day', format: ['d/M/yyyy', 'excel', 'epoch-s', 'MMM d, yyyy', 'iso'] }, into: target('date') },
  { name: 'day-at', transform: { kind: 'day-at', format: ['d/M/yyyy', 'epoch-ms'] }, into: target('datetime') },
  { name: 'datetime', transform: { kind: 'datetime' }, into: target('datetime') },
  { name: 'datetime by formats', transform: { kind: 'datetime', format: ['d/M/yyyy h:mm a', 'excel', 'yyyy-MM-dd HH:mm:ss Z'] }, into: target('datetime') },
  { name: 'multi', transform: { kind: 'multi', separator: ',', semicolon: '/' }, into: target('enumeration', null, true) },
  { name: 'html', transform: { kind: 'html' }, into: target('string') },
  ...(['name', 'code'] as const).flatMap((to) => [{ name: `country ${to}`, transform: { kind: 'country', to } as const, into: target('string') }, { name: `state ${to}`, transform: { kind: 'state', to, countryColumn: 'Land' } as const, into: target('string') }]),
  { name: 'table', transform: { kind: 'table', values: { a: 'b' }, otherwise: 'add-option' }, into: target('enumeration', null) },
];

const anyCell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-+$€(]{0,2}[\d.,' ]{1,12}[%)€]?$/),
  fc.stringMatching(/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( \d\d?:\d\d( [ap]m)?)?$/),
  fc.stringMatching(/^<[a-z]{1,4}>[a-z&;<>]{0,12}<\/[a-z]{1,4}>$/),
  fc.emailAddress(),
  fc.webUrl(),
  fc.constantFrom('true', '0', 'USA', 'CA', '+1 212 736 5000', '(212) 736-5000', '2024-03-10T02:30:00', '45631.25', 'a;b,c', 'constructor', '__proto__', 'toString'),
);

describe.each(ALL)('whatever stands in a cell, $name', ({ transform, into }) => {
  it('never throws, and gives a value that the property takes, or says why not', () => {
    fc.assert(
      fc.property(anyCell, (cell) => {
        const result = apply(transform, { A: cell, Land: 'US' }, { columns: ['A'], into });
        if (result.kind === 'value') {
          expect(checkCell(into, result.value)).toEqual({ value: result.value, code: null });
        } else {
          expect(result.kind === 'blank' || result.code !== '').toBe(true);
        }
      }),
      { seed: 5, numRuns: 150 },
    );
  });
});

/** Conversions whose result is their own fixed point. */
const SETTLED = ALL.filter(({ transform: { kind }, name }) => !['day-at', 'name-part', 'multi', 'table', 'html'].includes(kind) && !/formats|comma|either/.test(name));

describe.each(SETTLED)('read once more, $name', ({ transform, into }) => {
  it('makes nothing else of its own result', () => {
    fc.assert(
      fc.property(anyCell, (cell) => {
        const first = apply(transform, { A: cell, Land: 'US' }, { columns: ['A'], into });
        const again = first.kind === 'value' ? apply(transform, { A: first.value, Land: 'US' }, { columns: ['A'], into }) : first;
        expect('value' in again ? again.value : null).toBe('value' in first ? first.value : null);
      }),
      { seed: 6, numRuns: 150 },
    );
  });
});

describe('shapes', () => {
  it('gives phones in E.164, or as they were', () => {
    fc.assert(
      fc.property(anyCell, fc.constantFrom('US', 'DE', 'BR', undefined), (cell, country) => {
        const value = outcome({ kind: 'phone', ...(country === undefined ? {} : { country }) }, cell);
        expect(value === null || value.startsWith('!') || value === cell.trim() || `'${value}` === cell.trim() || (/^\+[1-9]\d{6,14}$/.test(value) && isValidPhoneNumber(value))).toBe(true);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('gives e-mail addresses that the portal takes', () => {
    fc.assert(
      fc.property(anyCell, (cell) => {
        const value = outcome({ kind: 'email' }, cell);
        expect(value === null || value.startsWith('!') || isEmailAddress(value)).toBe(true);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});
