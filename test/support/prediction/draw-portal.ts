/** A portal drawn from a seed: properties of every type, rules for their values, requirements, pipelines, owners, records that are there, what cannot be written. */
import type { ObjectType } from '../../../domain/object-type';
import { OBJECT_TYPES } from '../../../domain/object-type';
import type { PersonEdit, PortalDefinition, PortalRules, PropertyDefinition, RecordDefinition } from '../../../simulator/control-plane';
import { anId } from '../rows-source';
import type { Draw } from './draw';

type Rule = { readonly ruleType: string; readonly ruleArguments: readonly string[]; readonly shouldApplyNormalization?: boolean };

const rule = (ruleType: string, ...ruleArguments: readonly string[]): Rule => ({ ruleType, ruleArguments });

const DAY = (day: string): string => String(Date.parse(`${day}T00:00:00Z`));

/** Every rule type that can be foreseen, with arguments that the drawn values keep and break. Those about durations are not among them: they look at the time of writing. */
const TEXT_RULES: readonly Rule[] = [
  rule('MIN_LENGTH', '3'), rule('MIN_LENGTH', '6'), rule('MAX_LENGTH', '5'), rule('MAX_LENGTH', '12'), rule('ALPHANUMERIC', 'ALPHANUMERIC'), rule('ALPHANUMERIC', 'ALPHA_ONLY'), rule('ALPHANUMERIC', 'NUMERIC_ONLY'),
  rule('SPECIAL_CHARACTERS', 'NOT_ALLOWED'), rule('WHITESPACE'), rule('WHITESPACE', 'ALL'), rule('WHITESPACE', 'TRIM'), rule('FORMAT', 'UPPER'), rule('FORMAT', 'LOWER'), rule('FORMAT', 'CAPITALIZATION'),
  { ...rule('FORMAT', 'UPPER'), shouldApplyNormalization: true }, rule('REGEX', '^[A-Z]+$', 'Capitals'), rule('REGEX', '^\\d{5}$', 'Five digits'), rule('REGEX', '(?i)^[a-z ]+$', 'Letters'),
  rule('EMAIL'), rule('EMAIL_ALLOWED_DOMAINS', 'partner.com', 'company.com'), rule('EMAIL_BLOCKED_DOMAINS', 'foo.com'), rule('URL'), rule('URL_ALLOWED_DOMAINS', 'example.com'), rule('URL_BLOCKED_DOMAINS', 'example.com'), rule('DOMAIN'),
];
const PHONE_RULES: readonly Rule[] = [rule('PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE'), rule('PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE', 'us'), rule('MIN_LENGTH', '8'), rule('MAX_LENGTH', '14')];
const NUMBER_RULES: readonly Rule[] = [rule('MIN_NUMBER', '0'), rule('MIN_NUMBER', '-10.5'), rule('MAX_NUMBER', '1000'), rule('MAX_NUMBER', '99.99'), rule('DECIMAL', '0'), rule('DECIMAL', '2')];
const DATE_RULES: readonly Rule[] = [rule('START_DATE', DAY('2024-01-01')), rule('END_DATE', DAY('2024-03-01')), rule('DAYS_OF_WEEK', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY')];
const DATETIME_RULES: readonly Rule[] = [rule('START_DATETIME', DAY('2024-01-01')), rule('END_DATETIME', DAY('2024-03-01')), rule('DAYS_OF_WEEK', 'SUNDAY')];
const NAME_RULES: readonly Rule[] = [rule('MAX_LENGTH', '9'), rule('MIN_LENGTH', '3'), rule('ALPHANUMERIC', 'ALPHA_ONLY'), rule('FORMAT', 'CAPITALIZATION'), rule('SPECIAL_CHARACTERS', 'NOT_ALLOWED')];

const options = ['Gold', 'Silver', 'bronze', 'not yet'].map((value) => ({ label: value.toUpperCase(), value }));
const own = (name: string, type: string, fieldType: string, more: Partial<PropertyDefinition> = {}): PropertyDefinition => ({ name, label: name, type, fieldType, ...more });

/** Properties that admins made: one at least of each type, and those that nobody can write. */
export const OWN_PROPERTIES: readonly PropertyDefinition[] = [
  own('x_text', 'string', 'text'), own('x_text_2', 'string', 'text'), own('x_area', 'string', 'textarea'), own('x_phone', 'string', 'phonenumber'), own('x_number', 'number', 'number'), own('x_number_2', 'number', 'number'),
  own('x_bool', 'bool', 'booleancheckbox', { options: ['true', 'false'].map((value) => ({ label: value, value })) }), own('x_select', 'enumeration', 'select', { options }), own('x_radio', 'enumeration', 'radio', { options }), own('x_multi', 'enumeration', 'checkbox', { options }),
  own('x_date', 'date', 'date'), own('x_datetime', 'datetime', 'date'), own('x_calculated', 'number', 'calculation_equation', { calculated: true }), own('x_read_only', 'string', 'text', { readOnlyValue: true }), own('x_archived', 'string', 'text'),
  own('x_unique', 'string', 'text', { hasUniqueValue: true }),
];

const RULED: Readonly<Record<string, readonly Rule[]>> = { x_text: TEXT_RULES, x_text_2: TEXT_RULES, x_area: TEXT_RULES.slice(0, 18), x_phone: PHONE_RULES, x_number: NUMBER_RULES, x_number_2: NUMBER_RULES, x_date: DATE_RULES, x_datetime: DATETIME_RULES };
const RULED_BY_DEFAULT: Readonly<Record<ObjectType, Readonly<Record<string, readonly Rule[]>>>> = {
  companies: { name: NAME_RULES, city: NAME_RULES, annualrevenue: NUMBER_RULES },
  contacts: { firstname: NAME_RULES, lastname: NAME_RULES, jobtitle: NAME_RULES, email: [rule('EMAIL_BLOCKED_DOMAINS', 'foo.com'), rule('EMAIL_ALLOWED_DOMAINS', 'company.com', 'foo.com')] },
  deals: { dealname: NAME_RULES, amount: NUMBER_RULES, closedate: DATETIME_RULES },
};

const REQUIRABLE: Readonly<Record<ObjectType, readonly string[]>> = { companies: ['phone', 'city', 'x_text'], contacts: ['phone', 'email', 'jobtitle', 'x_number'], deals: ['amount', 'x_select', 'closedate'] };

export interface DrawnPortal {
  readonly definition: PortalDefinition;
  /** Done once it is loaded. */
  readonly edits: readonly PersonEdit[];
}

export const PORTAL_OWNERS = [
  { id: '11', email: 'ann@company.com' },
  { id: '12', email: 'bob@company.com' },
  { id: '13', email: 'gone@company.com', archived: true },
] as const;

export function drawPortal(draw: Draw, token: string): DrawnPortal {
  const currencies = draw.some(['EUR', 'GBP'], 0.5);
  const hasKey = draw.isOneIn(2);
  const keyProperty = hasKey ? [own('salesforce_id', 'string', 'text', { hasUniqueValue: true })] : [];
  return {
    definition: {
      portalId: 4711,
      timeZone: draw.of(['America/New_York', 'Europe/Berlin', 'Pacific/Auckland']),
      companyCurrency: 'USD',
      currencies,
      tier: 'off',
      tokens: [{ token, scopes: 'all' }],
      properties: Object.fromEntries(OBJECT_TYPES.map((objectType) => [objectType, [...OWN_PROPERTIES, ...keyProperty]])),
      pipelines: draw.isOneIn(2) ? { deals: [{ id: 'renewals', label: draw.of(['Renewals', 'Salesforce']), stages: [{ id: 'renewal_open', label: 'Open' }, { id: 'renewal_won', label: 'Won' }] }] } : {},
      owners: PORTAL_OWNERS,
      records: drawRecords(draw, hasKey),
      rules: drawRules(draw),
      switches: {
        searchLagMs: 0,
        requirementsInValidations: true,
        createdateWritable: draw.isOneIn(2),
        uniqueValuesIgnoreCase: draw.isOneIn(2),
        newContactLifecycleStage: draw.of(['', 'lead']),
        traceIdEchoedInCreate: draw.isOneIn(2),
      },
    },
    edits: OBJECT_TYPES.map((objectType) => ({ action: 'archive-property', objectType, propertyName: 'x_archived' })),
  };
}

function drawRules(draw: Draw): PortalRules {
  const validation = OBJECT_TYPES.flatMap((objectType) =>
    Object.entries({ ...RULED, ...RULED_BY_DEFAULT[objectType] })
      .filter(([name]) => (name.startsWith('x_') ? !draw.isOneIn(4) : draw.isOneIn(3)))
      .map(([propertyName, kinds]) => ({ objectType, propertyName, rules: distinctTypes([draw.of(kinds), ...(draw.isOneIn(3) ? [draw.of(kinds)] : [])]) })),
  );
  return {
    validation,
    requiredOnCreate: OBJECT_TYPES.flatMap((objectType) => (draw.isOneIn(2) ? draw.some(REQUIRABLE[objectType], 0.3).map((propertyName) => ({ objectType, propertyName })) : [])),
    conditionalRequired: OBJECT_TYPES.flatMap((objectType) => (draw.isOneIn(2) ? [{ objectType, when: { propertyName: 'x_radio', values: draw.some(['Gold', 'Silver', 'bronze'], 0.6) }, required: draw.some(['x_text_2', 'x_date', ...REQUIRABLE[objectType]], 0.4) }] : [])),
  };
}

/** The portal keeps one rule of a type for a property. */
const distinctTypes = (rules: readonly Rule[]): readonly Rule[] => rules.filter(({ ruleType }, at) => rules.findIndex((other) => other.ruleType === ruleType) === at);

/** Made by people: their values need not keep the rules. Some carry an id of the source, some its address or domain. */
function drawRecords(draw: Draw, hasKey: boolean): Readonly<Record<string, readonly RecordDefinition[]>> {
  const key = (prefix: string): Readonly<Record<string, string>> => (hasKey && draw.isOneIn(2) ? { salesforce_id: anId(prefix, 1 + draw.upTo(9)) } : {});
  const extra = (): Readonly<Record<string, string>> => (draw.isOneIn(2) ? { x_radio: draw.of(['Gold', 'Silver']), x_text_2: draw.of(['', 'there']), phone: draw.of(['', '12345']) } : {});
  const unique = (records: readonly RecordDefinition[], name: string): readonly RecordDefinition[] => records.filter(({ properties }, at) => !properties[name] || records.findIndex((other) => other.properties[name] === properties[name]) === at);
  const many = (make: (number: number) => RecordDefinition, most: number): readonly RecordDefinition[] => unique(unique(Array.from({ length: draw.upTo(most) }, (_, number) => make(number)), 'salesforce_id'), 'email');
  /** Held by somebody whom nothing in a source is matched with. */
  const holder = (name: string): readonly RecordDefinition[] => (draw.isOneIn(2) ? [{ properties: { [name]: 'A holder', x_unique: draw.of(['U1', 'U2', 'U3']), ...(name === 'dealname' ? { pipeline: 'default', dealstage: 'appointmentscheduled' } : {}) }, ...old }] : []);
  const old = { createdAt: '2020-01-01T00:00:00Z' };
  return {
    companies: [...holder('name'), ...many((number) => ({ properties: { name: `There ${number}`, ...(!draw.isOneIn(4) ? { domain: `acme-${1 + draw.upTo(5)}.com` } : {}), ...key('001'), ...extra() }, ...old }), 4)],
    contacts: [...holder('lastname'), ...many((number) => ({ properties: { lastname: `There ${number}`, ...(!draw.isOneIn(4) ? { email: `p${1 + draw.upTo(9)}@company.com` } : {}), ...key('003'), ...extra() }, ...old, archived: draw.isOneIn(9) }), 6)],
    deals: [...holder('dealname'), ...many((number) => ({ properties: { dealname: `There ${number}`, pipeline: 'default', dealstage: 'appointmentscheduled', ...key('006') }, ...old }), 3)],
  };
}
