import { z } from 'zod';
import { isTimeZone } from './portal-dates';

/**
 * The migration file. Everything but id, source and target has a default, because the source's preset mapping is complete.
 * Every object is strict: a typing error is an error with a line, not a silent default.
 */
const share = z.union([z.number().min(0).max(1), z.string().regex(/^\d{1,3}%$/, 'a share such as 25%').transform((text) => Number(text.slice(0, -1)) / 100)]);

export const propertyMappingSchema = z.union([
  z.string(),
  z.strictObject({
    from: z.string(),
    create: z.strictObject({ type: z.enum(['string', 'number', 'bool', 'enumeration', 'date', 'datetime']), label: z.string().optional() }).optional(),
    values: z.record(z.string(), z.string()).optional(),
    otherwise: z.enum(['leave-out', 'add-option', 'refuse']).optional(),
  }),
  z.null(),
]);

const objectMappingMembers = {
  match: z.array(z.enum(['key', 'email', 'domain'])).optional(),
  onMatch: z.enum(['fill-blanks', 'overwrite', 'leave']).default('fill-blanks'),
  onInvalid: z.enum(['drop-cell', 'leave-out-record']).default('drop-cell'),
  ambiguous: z.enum(['ask', 'create', 'leave-out']).default('ask'),
  duplicates: z.enum(['same-person', 'same-email', 'never']).default('same-person'),
  properties: z.record(z.string(), propertyMappingSchema).default({}),
};

export const objectMappingSchema = z.strictObject(objectMappingMembers);

/** `from` may be written for the reader; other source objects than the preset's come with later versions. */
const mappingFrom = (sourceObject: string) => z.strictObject({ from: z.literal(sourceObject).optional(), ...objectMappingMembers });

const everyObjectByPreset = objectMappingSchema.parse({});

export const migrationDefinitionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40'),
  source: z.strictObject({
    crm: z.literal('salesforce'),
    files: z.string(),
    /** Object name → file names, for files that cannot be told by their ids and headings. */
    objects: z.record(z.string(), z.array(z.string())).default({}),
    /** ISO 4217 code of amounts where the files have no currency column. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as USD').optional(),
    /** IANA name; how date-times without an offset are read. */
    timeZone: z.string().refine(isTimeZone, 'an IANA time zone such as Europe/Berlin').default('UTC'),
  }),
  target: z.strictObject({
    crm: z.literal('hubspot'),
    portal: z.union([z.number().int().positive(), z.string().regex(/^\d+$/, 'the id of the portal: digits only')]).transform(String).optional(),
  }),
  objects: z
    .strictObject({
      companies: mappingFrom('Account').default(everyObjectByPreset),
      contacts: mappingFrom('Contact').default(everyObjectByPreset),
      deals: mappingFrom('Opportunity').default(everyObjectByPreset),
    })
    .default({ companies: everyObjectByPreset, contacts: everyObjectByPreset, deals: everyObjectByPreset }),
  owners: z.strictObject({ match: z.literal('email').default('email'), unmatched: z.union([z.enum(['ask', 'leave-empty']), z.email()]).default('leave-empty') }).default({ match: 'email', unmatched: 'leave-empty' }),
  links: z.enum(['all', 'none']).default('all'),
  /** Local time of day in the portal's zone at which a date without time is written to a datetime. */
  dateAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 12:00').default('12:00'),
  quota: z.strictObject({ reserve: share.default(0.25), rate: share.default(1) }).default({ reserve: 0.25, rate: 1 }),
  rollbackWindowDays: z.number().int().min(1).max(89).default(60),
});

export type PropertyMapping = z.infer<typeof propertyMappingSchema>;
export type ObjectMapping = z.infer<typeof objectMappingSchema> & { readonly from?: string | undefined };
/** Parsed, with every default filled in; `source.files` is an absolute path once a run exists. */
export type MigrationDefinition = z.infer<typeof migrationDefinitionSchema>;
