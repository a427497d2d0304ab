import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';
import { valueOf } from '../cell-transforms';
import type { CellResult } from '../cell-transforms';

const COUNTRIES: ReadonlySet<string> = new Set(getCountries());
const isCountry = (code: string | null): code is CountryCode => code !== null && COUNTRIES.has(code);

/**
 * A phone number in E.164 (`+4930123456`) where its country is known, by a leading + or from outside, and the number is one of that country. Everything else stays
 * as written: several numbers in a cell, extensions (E.164 has none), words, and numbers that the country does not have.
 * @param country ISO 3166 code, or null where it is not known
 */
export function phoneOf(text: string, country: string | null): CellResult {
  const written = text.replace(/^'(?=\+)/, '');
  // Without either nobody can say which country's it is; most cells are such, and finding out takes longer than all else that is done to a row.
  if (!isCountry(country) && !/[+\uff0b]/.test(written)) {
    return valueOf(written);
  }
  const number = parsePhoneNumberFromString(written, isCountry(country) ? { defaultCountry: country, extract: false } : { extract: false });
  return valueOf(number !== undefined && number.isValid() && number.ext === undefined ? number.number : written);
}
