import { getCountries } from 'libphonenumber-js/max';
import { z } from 'zod';
import { DATE_FORMAT_WORDS, isDateFormat, nearestDateFormat } from './date-format';
import { nearestWord } from './nearest-word';
import { isTimeZone } from './portal-dates';

/**
 * The conversions that a migration file may name: a closed set, each with typed parameters. There is no code in a migration file.
 * Every one reads the first of its columns that holds something, but `joined`, which reads them all.
 */
const dateFormat = z.string().superRefine((format, context) => {
  if (!isDateFormat(format)) {
    context.addIssue({ code: 'custom', message: `must be ${DATE_FORMAT_WORDS}`, params: { nearest: nearestDateFormat(format) } });
  }
});

/** One format, or several of which a cell must fit one; where two of them read it differently, the cell is refused. */
export const dateFormatsSchema = z.union([dateFormat, z.array(dateFormat).min(1)]).describe('How the dates of the column are written, e.g. dd.MM.yyyy; a list where the column mixes several.');

const countries: ReadonlySet<string> = new Set(getCountries());

/** ISO 3166, two capital letters. */
export const countryCodeSchema = z.string().superRefine((code, context) => {
  if (!countries.has(code)) {
    const upper = code.trim().toUpperCase();
    context.addIssue({ code: 'custom', message: 'must be the two capital letters of a country, such as US or DE', params: { nearest: countries.has(upper) ? upper : (MISTAKEN_COUNTRIES[upper] ?? null) } });
  }
});

const MISTAKEN_COUNTRIES: Readonly<Record<string, string>> = { UK: 'GB', USA: 'US', GER: 'DE', EN: 'GB' };

/** IANA name. */
export const timeZoneSchema = z.string().superRefine((zone, context) => {
  if (!isTimeZone(zone)) {
    context.addIssue({ code: 'custom', message: 'must be an IANA time zone such as Europe/Berlin', params: { nearest: nearestWord(zone, Intl.supportedValuesOf('timeZone')) } });
  }
});

const tooLong = z.enum(['cut', 'drop']).describe('A text above 65,536 characters: cut with a mark at its end, or not written.');

export const transformSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), tooLong: tooLong.optional() }).describe('As written, trimmed.'),
  z.strictObject({ kind: z.literal('case'), to: z.enum(['upper', 'lower', 'title']) }).describe('Upper case, lower case, or Every Word Capitalised.'),
  z.strictObject({ kind: z.literal('street') }).describe('Lines joined by a comma: a street of several lines in a property of one.'),
  z.strictObject({ kind: z.literal('joined'), separator: z.string().optional().describe('What stands between the cells; a blank unless given.') }).describe('All columns that hold something, joined.'),
  z.strictObject({ kind: z.literal('name-part'), part: z.enum(['first', 'last']) }).describe('A part of a whole name, split at its last blank.'),
  z.strictObject({ kind: z.literal('email') }).describe('The first valid address, in lower case.'),
  z.strictObject({ kind: z.literal('domain') }).describe('The host of a web address.'),
  z.strictObject({ kind: z.literal('phone'), country: countryCodeSchema.optional().describe('Country of numbers without +; instead of source.phoneCountry.'), countryColumn: z.string().optional().describe("Column with the country, as name or code; before country.") }).describe('E.164 where the country is known, else as written.'),
  z.strictObject({ kind: z.literal('number'), decimal: z.enum(['point', 'comma', 'either']).optional().describe('What parts the decimals; thousands, currency signs and blanks are read then. Without it only plain numbers are.'), percent: z.enum(['number', 'fraction']).optional().describe('45% as 45 or as 0.45; refused unless given.') }).describe('A number.'),
  z.strictObject({ kind: z.literal('bool'), true: z.array(z.string()).optional().describe('Words for true instead of the usual ones.'), false: z.array(z.string()).optional().describe('Words for false instead of the usual ones.') }).describe('Yes or no.'),
  z.strictObject({ kind: z.literal('day'), format: dateFormatsSchema.optional() }).describe('A calendar day.'),
  z.strictObject({ kind: z.literal('day-at'), format: dateFormatsSchema.optional() }).describe('A calendar day in a property that wants a time: at dateAt in the portal\'s time zone.'),
  z.strictObject({ kind: z.literal('datetime'), format: dateFormatsSchema.optional(), timeZone: timeZoneSchema.optional() }).describe('A moment. Without an offset it is read in source.timeZone; a day without time like day-at.'),
  z.strictObject({ kind: z.literal('multi'), separator: z.string().min(1).optional().describe('What parts the values in the source; ; unless given.'), semicolon: z.string().regex(/^[^;]*$/, 'a text without ;').optional().describe('What replaces a ; within a value, which the portal cannot hold; without it such a value is left out.') }).describe('Several values of a multi-select property.'),
  z.strictObject({ kind: z.literal('html'), tooLong: tooLong.optional() }).describe('The text of HTML, with its line breaks.'),
  z.strictObject({ kind: z.literal('country'), to: z.enum(['name', 'code']) }).describe('A country as its English name or as its two letters.'),
  z.strictObject({ kind: z.literal('state'), to: z.enum(['name', 'code']), countryColumn: z.string().describe('Column with the country, as name or code.') }).describe('A state of the USA or Canada as its name or code; others stay as written.'),
]);

export type TransformSetting = z.infer<typeof transformSchema>;
export type DateFormats = z.infer<typeof dateFormatsSchema>;
