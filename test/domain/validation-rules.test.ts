import fc from 'fast-check';
import { checkCell, portalCodeOf } from '../../domain/cell-check';
import type { TargetProperty } from '../../domain/field-mapping';
import { brokenRules } from '../../domain/validation-rules';
import { PropertyRegistry } from '../../simulator/hubspot/property-registry';
import { keepsRule } from '../../simulator/hubspot/validation-rules';

const midnight = (day: string): string => String(Date.parse(`${day}T00:00:00Z`));
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const domains = fc.subarray(['company.com', 'foo.com', 'sub.foo.com', 'xn--bcher-kva.de'], { minLength: 1 });
const rule = (ruleType: string, ruleArguments: fc.Arbitrary<string[]> = fc.constant([])): fc.Arbitrary<{ ruleType: string; ruleArguments: string[] }> => ruleArguments.map((given) => ({ ruleType, ruleArguments: given }));
const one = (...values: string[]): fc.Arbitrary<string[]> => fc.constantFrom(...values).map((value) => [value]);

const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('a', 'B', 'é', '7', ' ', '-', '.', '$', '@', '/', ':', '+', '漢', '\t', '\u00a0'), maxLength: 12 }),
  fc.constantFrom('ann@company.com', 'ann@sub.foo.com', 'ANN@FOO.COM', 'https://foo.com/a?b', 'http://www.company.com:80', 'foo.com', 'ftp://foo.com', '+49 30 123456', '(202) 555-0143', 'Mary Ann', 'MARY'),
);
const textRules = fc.oneof(
  rule('MIN_LENGTH', one('1', '5')), rule('MAX_LENGTH', one('3', '10')), rule('ALPHANUMERIC', one('ALPHANUMERIC', 'ALPHA_ONLY', 'NUMERIC_ONLY')), rule('SPECIAL_CHARACTERS', one('NOT_ALLOWED')), rule('WHITESPACE', fc.constantFrom([], ['ALL'], ['TRIM'])),
  rule('FORMAT', one('UPPER', 'LOWER', 'CAPITALIZATION')), rule('REGEX', one('^[A-Z]+$', '\\d{3}', '(?i)ann', '\\Aa.*\\z', '(unreadable')), rule('EMAIL'), rule('EMAIL_ALLOWED_DOMAINS', domains), rule('EMAIL_BLOCKED_DOMAINS', domains),
  rule('URL'), rule('URL_ALLOWED_DOMAINS', domains), rule('URL_BLOCKED_DOMAINS', domains), rule('DOMAIN'), rule('PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE', fc.constantFrom([], ['us'])), rule('UNHEARD_OF'), rule('MIN_NUMBER', one('5')),
);
const numbers = fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.constantFrom('', '.5', '.25', '.125')).map(([whole, part]) => `${whole}${part}`);
const numberRules = fc.oneof(rule('MIN_NUMBER', one('0', '-10.5')), rule('MAX_NUMBER', one('1000', '99.99')), rule('DECIMAL', one('0', '1', '2')), rule('MIN_LENGTH', one('9')));
const instants = fc.date({ min: new Date('2023-12-01T00:00:00Z'), max: new Date('2024-03-01T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString());
const days = instants.map((instant) => instant.slice(0, 10));
const weekdays = rule('DAYS_OF_WEEK', fc.subarray(DAYS, { minLength: 1 }));
const dateRules = fc.oneof(rule('START_DATE', one(midnight('2024-01-01'))), rule('END_DATE', one(midnight('2024-01-31'))), weekdays);
const datetimeRules = fc.oneof(rule('START_DATETIME', one(midnight('2024-01-01'))), rule('END_DATETIME', one(midnight('2024-01-31'))), weekdays);

const registry = new PropertyRegistry('contacts');
const propertyOf = (type: string) => registry.define({ name: `x_${type}`, type, fieldType: 'text' }, { hubspotDefined: false, atMs: 0 });

describe('the reading of a portal\'s rules', () => {
  it.each<readonly [string, fc.Arbitrary<string>, fc.Arbitrary<{ ruleType: string; ruleArguments: string[] }>]>([
    ['string', texts, textRules],
    ['number', numbers, numberRules],
    ['date', days, dateRules],
    ['datetime', instants, datetimeRules],
  ])('comes to the simulator\'s verdict on every %s, which is read from the documents on its own', (type, values, rules) => {
    const property = propertyOf(type);
    fc.assert(
      fc.property(values, rules, fc.boolean(), (value, { ruleType, ruleArguments }, normalizes) => {
        // Which hosts are well-formed beyond ASCII is for other documents to say.
        fc.pre(!/URL|DOMAIN|EMAIL/.test(ruleType) || /^\p{ASCII}*$/u.test(value));
        const keeps = keepsRule(property, value, { ruleType, ruleArguments, shouldApplyNormalization: normalizes }, { readings: 'lenient', nowMs: 0, timeZone: 'UTC' });

        expect(brokenRules(type, value, [{ ruleType, arguments: ruleArguments, normalizes }]).length === 0).toBe(keeps);
      }),
      { seed: 20_261_122, numRuns: 4_000 },
    );
  });

  it.each<readonly [string, fc.Arbitrary<string>, fc.Arbitrary<{ ruleType: string; ruleArguments: string[] }>]>([
    ['string', texts, textRules],
    ['date', days, dateRules],
    ['datetime', instants, datetimeRules],
  ])('refuses no %s that the narrower reading would take', (type, values, rules) => {
    const property = propertyOf(type);
    fc.assert(
      fc.property(values, rules, fc.constantFrom('America/New_York', 'Pacific/Auckland'), (value, { ruleType, ruleArguments }, timeZone) => {
        const strictlyKept = keepsRule(property, value, { ruleType, ruleArguments }, { readings: 'strict', nowMs: 0, timeZone });

        expect(strictlyKept && brokenRules(type, value, [{ ruleType, arguments: ruleArguments, normalizes: false }]).length > 0).toBe(false);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

const aTarget = (type: string, changes: Partial<TargetProperty> = {}): TargetProperty => ({ name: 'x', type, options: null, isMultiple: false, rules: [], ...changes });
const rules = (...kinds: readonly (readonly [string, ...string[]])[]): TargetProperty['rules'] => kinds.map(([ruleType, ...given]) => ({ ruleType, arguments: given, normalizes: false }));

describe('checkCell', () => {
  it.each([
    ['keeps a value that breaks nothing', aTarget('string', { rules: rules(['MIN_LENGTH', '2']) }), 'ab', { value: 'ab', code: null }],
    ['names the rule', aTarget('string', { rules: rules(['MIN_LENGTH', '3']) }), 'ab', { value: null, code: 'rule-min-length' }],
    ['names letters, which have a code of their own', aTarget('string', { rules: rules(['ALPHANUMERIC', 'ALPHA_ONLY']) }), 'a1', { value: null, code: 'rule-alpha-only' }],
    ['names no single rule where several are broken', aTarget('string', { rules: rules(['MIN_LENGTH', '3'], ['FORMAT', 'UPPER']) }), 'ab', { value: null, code: 'rules-several' }],
    ['looks at the type first', aTarget('number', { rules: rules(['MIN_NUMBER', '3']) }), 'two', { value: null, code: 'invalid-number' }],
    ['takes no blank around what is no text', aTarget('enumeration'), 'A ', { value: null, code: 'blank-around' }],
    ['takes a text with blanks around it', aTarget('string'), ' a ', { value: ' a ', code: null }],
  ])('%s', (_, target, value, expected) => {
    expect(checkCell(target, value)).toEqual(expected);
  });
});

describe('portalCodeOf', () => {
  it.each([
    ['invalid-date', 'date', 'INVALID_DATE'],
    ['invalid-date', 'datetime', 'INVALID_LONG'],
    ['invalid-date', 'string', null],
    ['rule-max-length', 'string', 'MAX_LENGTH'],
    ['rule-alpha-only', 'string', 'INVALID_ALPHA'],
    ['rules-several', 'string', 'VALIDATION_ERROR'],
    ['domain-shared', 'string', null],
  ])('answers %s of a %s with %s', (code, type, expected) => {
    expect(portalCodeOf(code, type)).toBe(expected);
  });
});
