import { z } from 'zod';
import { nearestWord } from './nearest-word';
import { REFERENCE_COLUMNS } from './source-references';
import { countryCodeSchema, dateFormatsSchema, timeZoneSchema, transformSchema } from './transform.schema';

/**
 * The migration file. Everything but id, source and target has a default, because the source's preset mapping is complete.
 * Every object is strict: a typing error is an error with a line, not a silent default.
 */
const share = z.union([z.number().min(0).max(1), z.string().regex(/^\d{1,3}%$/, 'a share such as 25%').transform((text) => Number(text.slice(0, -1)) / 100)]);

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** A property that the migration makes where the portal has none of that name. */
const create = z.strictObject({ type: z.enum(['string', 'number', 'bool', 'enumeration', 'date', 'datetime']), label: z.string().min(1).optional() }).describe('Make the property if the portal has none of this name.');

/** What happens to a value once it is read. */
const reading = {
  transform: transformSchema.optional(),
  values: z.record(z.string(), scalar).optional().describe("Source value to the portal's value; upper and lower case are the same."),
  otherwise: z.enum(['leave-out', 'add-option', 'refuse']).optional().describe('A value that the table does not list: not written, added to the options of the property, or the record is skipped.'),
  create: create.optional(),
};

const column = z.string().min(1).describe('A column of the source, e.g. FirstName; Lead.Company names the object too.');

export const propertyMappingSchema = z.union([
  column,
  z.strictObject({ from: z.union([column, z.array(column).min(1)]).describe('A column, or several of which the first that holds something counts.'), ...reading }),
  z.strictObject({ constant: scalar, create: create.optional() }).describe('The same value for every record.'),
  z.strictObject({ template: z.string().min(1).describe('Text with columns in braces, e.g. {FirstName} {LastName}; blank parts collapse.'), create: create.optional() }),
  z.strictObject({ lookup: z.strictObject({ through: column, column: z.string().min(1) }).describe('The column of the record that another column refers to, e.g. through AccountId the Name.'), ...reading }),
  z.null().describe('Nothing is written to the property.'),
]);

const OPERATORS_WITHOUT_VALUE = ['is-empty', 'is-filled'] as const;
const OPERATORS_WITH_LIST = ['in', 'not-in'] as const;
const OPERATORS_WITH_VALUE = ['equals', 'not-equals', 'contains', 'before', 'after', 'greater', 'less'] as const;

/** A condition that a source record must meet to be moved. All conditions of a list must hold. */
export const conditionSchema = z
  .strictObject({
    field: column,
    operator: z.enum([...OPERATORS_WITH_VALUE, ...OPERATORS_WITH_LIST, ...OPERATORS_WITHOUT_VALUE]),
    value: z.union([scalar, z.array(scalar).min(1)]).optional(),
  })
  .superRefine(({ operator, value }, context) => {
    const expected = OPERATORS_WITHOUT_VALUE.some((each) => each === operator) ? 'none' : OPERATORS_WITH_LIST.some((each) => each === operator) ? 'list' : 'single';
    const given = value === undefined ? 'none' : Array.isArray(value) ? 'list' : 'single';
    if (given !== expected) {
      const nearest = operator === 'equals' && given === 'list' ? 'operator: in' : null;
      context.addIssue({ code: 'custom', path: ['value'], message: { none: `must not be there with ${operator}`, list: `must be a list with ${operator}`, single: `must be one value with ${operator}` }[expected], params: { nearest } });
      return;
    }
    const text = typeof value === 'string' ? value : '';
    if ((operator === 'before' || operator === 'after') && !/^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) {
      context.addIssue({ code: 'custom', path: ['value'], message: `must be a day or time such as 2024-01-31 or 2024-01-31T09:00Z with ${operator}` });
    }
    if ((operator === 'greater' || operator === 'less') && (text.trim() === '' || !Number.isFinite(Number(text)))) {
      context.addIssue({ code: 'custom', path: ['value'], message: `must be a number with ${operator}` });
    }
  });

const objectMappingMembers = {
  match: z.array(z.enum(['key', 'email', 'domain'])).optional().describe('By what records that the portal has already are found, in this order.'),
  onMatch: z.enum(['fill-blanks', 'overwrite', 'leave']).default('fill-blanks').describe('What happens to values that a matched record already has.'),
  onInvalid: z.enum(['drop-cell', 'leave-out-record']).default('drop-cell').describe('What a value that the portal would refuse costs: itself, or the record.'),
  ambiguous: z.enum(['ask', 'create', 'leave-out']).default('ask').describe('What becomes of a record that several records of the portal match.'),
  duplicates: z.enum(['same-person', 'same-email', 'never']).default('same-person').describe('When records of the source with one e-mail are combined.'),
  where: z.array(conditionSchema).default([]).describe('Conditions that all must hold; other records are skipped as filtered.'),
  customColumns: z.enum(['create', 'leave-out']).default('create').describe('Custom columns with data that the mapping does not name: made as properties, or not moved.'),
  properties: z.record(z.string(), propertyMappingSchema).default({}).describe('HubSpot property to what is written there; what is not named is mapped by the preset.'),
};

export const objectMappingSchema = z.strictObject(objectMappingMembers);

/** One object of the source, or several of them; all that the preset knows where nothing is said. */
const objectsFrom = <const Objects extends readonly [string, ...string[]]>(objects: Objects) =>
  z.union([z.enum(objects).transform((object) => [object]), z.array(z.enum(objects)).min(1)]).optional().describe('The objects of the source that become records of this type.');

const LIFECYCLE = ['forward', 'set', 'off'] as const;
const lifecycle = z.enum(LIFECYCLE);

const companiesSchema = z.strictObject({ from: objectsFrom(['Account']), ...objectMappingMembers });
const contactsSchema = z.strictObject({
  from: objectsFrom(['Contact', 'Lead']),
  ...objectMappingMembers,
  lifecycle: z
    .union([lifecycle.transform((rule) => ({ created: rule, matched: rule })), z.strictObject({ created: lifecycle.default('forward'), matched: lifecycle.default('off') })])
    .default({ created: 'forward', matched: 'off' })
    .describe('Whether the life cycle stage that all deals give is written: forward only, set in any case (two calls a batch), or off.'),
});
const dealsSchema = z.strictObject({
  from: objectsFrom(['Opportunity']),
  ...objectMappingMembers,
  pipelines: z.enum(['by-record-type', 'single']).default('by-record-type').describe('A pipeline for each record type, or one for all deals.'),
});

const objectsSchema = z.strictObject({
  companies: companiesSchema.default(companiesSchema.parse({})),
  contacts: contactsSchema.default(contactsSchema.parse({})),
  deals: dealsSchema.default(dealsSchema.parse({})),
});

/** A link that holds the name of a record instead of its id. */
const nameLinkSchema = z.strictObject({
  column: z.string().min(1).describe('The column of this file that holds the name.'),
  by: z.string().min(1).default('Name').describe('The column of the other object that has the name too.'),
  values: z.record(z.string(), z.string()).optional().describe('A name as this file writes it to the name as the other object has it.'),
});

/** What the headings of files mean that are not those of Salesforce. */
const tableSchema = z.strictObject({
  files: z.array(z.string()).min(1),
  id: z.union([column, z.strictObject({ name: column })]).optional().describe('The column with the id of a row, or { name: … }: the column with the name that a row is known by, where there are no ids.'),
  columns: z.record(z.string(), column).default({}).describe("Salesforce's name of a column to the heading of this file."),
  links: z
    .record(z.string(), nameLinkSchema)
    .default({})
    .superRefine((links, context) => Object.keys(links).filter((name) => !REFERENCE_COLUMNS.includes(name)).forEach((name) => context.addIssue({ code: 'custom', path: [name], message: 'does not refer to another object', params: { nearest: nearestWord(name, REFERENCE_COLUMNS) } })))
    .describe('References that hold a name instead of an id, e.g. AccountId.'),
}).superRefine(({ columns, links }, context) => Object.keys(columns).filter((name) => Object.hasOwn(links, name)).forEach((name) => context.addIssue({ code: 'custom', path: ['columns', name], message: 'stands under links too: keep one of the two' })));

export const migrationDefinitionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40').describe('Names the migration; its runs are numbered.'),
  source: z.strictObject({
    crm: z.literal('salesforce').describe('The source.'),
    files: z.string().describe('Folder with the export, or a zip of it, beside this file unless absolute.'),
    objects: z.record(z.string(), z.union([z.array(z.string()), tableSchema])).default({}).describe('Object name to file names, for files that cannot be told by their ids and headings; or to files, id, columns and links of an export that is not from Salesforce.'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as USD').optional().describe('ISO 4217 code of amounts where the files have no currency column.'),
    timeZone: timeZoneSchema.default('UTC').describe('IANA name; how times without an offset are read.'),
    phoneCountry: countryCodeSchema.optional().describe('Country of phone numbers that do not begin with +.'),
    dateFormats: z.record(z.string(), dateFormatsSchema).default({}).describe('Column to the way in which its dates are written, for columns that are not in ISO 8601.'),
  }),
  target: z.strictObject({
    crm: z.literal('hubspot').describe('The target.'),
    portal: z.union([z.number().int().positive(), z.string().regex(/^\d+$/, 'the id of the portal: digits only')]).transform(String).optional().describe('Id of the portal: the token must be its. Not needed for the simulator.'),
  }),
  objects: objectsSchema.default(objectsSchema.parse({})),
  owners: z
    .strictObject({ match: z.literal('email').default('email').describe('How owners are found in the portal.'), unmatched: z.union([z.enum(['ask', 'leave-empty']), z.email({ abort: true })]).default('leave-empty').describe('Owners whom the portal does not have: ask before the start, leave records without owner, or the e-mail of a stand-in.') })
    .default({ match: 'email', unmatched: 'leave-empty' }),
  openDealsWithoutOwner: z.enum(['refuse', 'accept']).default('refuse').describe('Whether a migration may start in which open deals lose their owner.'),
  links: z.enum(['all', 'none']).default('all').describe('Whether associations are made.'),
  roles: z.enum(['labels', 'off']).default('labels').describe('Roles of contacts at deals and companies: labels of the associations, or not moved.'),
  dateAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 12:00').default('12:00').describe("Time of day in the portal's zone at which a date without time is written to a datetime."),
  quota: z
    .strictObject({ reserve: share.default(0.25).describe("Share of the day's calls that stays for other apps; 25% unless given."), rate: share.default(1).describe('Share of the allowed rate that is used; all of it unless given.') })
    .default({ reserve: 0.25, rate: 1 }),
  notify: z.strictObject({ command: z.string().min(1).describe('Run on each new reason to pause and at the end, with counts and reasons only.') }).optional(),
  rollbackWindowDays: z.number().int().min(1).max(89).default(60).describe('How long a finished migration stays open to be rolled back.'),
});

export type PropertyMapping = z.infer<typeof propertyMappingSchema>;
export type Condition = z.infer<typeof conditionSchema>;
/** What all object types have in common. */
export type ObjectMapping = z.infer<typeof objectMappingSchema> & { readonly from?: readonly string[] | undefined };
export type LifecycleRule = (typeof LIFECYCLE)[number];
/** Parsed, with every default filled in; `source.files` is an absolute path once a run exists. */
export type MigrationDefinition = z.infer<typeof migrationDefinitionSchema>;
