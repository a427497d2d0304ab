/** Countries and states as names or codes. A word that is neither stays as written. */
import { getCountries } from 'libphonenumber-js/max';
import { valueOf } from '../cell-transforms';
import type { CellResult } from '../cell-transforms';

/** Languages in which a country's name is known. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'] as const;

/** Usual names that are in no language's list. */
const FURTHER_NAMES: Readonly<Record<string, string>> = {
  USA: 'US', 'U.S.A.': 'US', 'U.S.': 'US', 'United States of America': 'US', UK: 'GB', 'U.K.': 'GB', 'Great Britain': 'GB', England: 'GB', Scotland: 'GB', Wales: 'GB', 'Northern Ireland': 'GB',
  Holland: 'NL', 'The Netherlands': 'NL', 'Czech Republic': 'CZ', Turkey: 'TR', Korea: 'KR', 'Republic of Korea': 'KR', 'Russian Federation': 'RU', 'Viet Nam': 'VN', UAE: 'AE',
};

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

const namesIn = (language: string): Intl.DisplayNames => new Intl.DisplayNames([language], { type: 'region' });

/** Looked up when the first cell holds a country: all names in all languages take longer than the start of a small command. */
let known: { readonly english: Intl.DisplayNames; readonly codeByWord: ReadonlyMap<string, string> } | null = null;
const countries = (): NonNullable<typeof known> => (known ??= readCountries());

function readCountries(): NonNullable<typeof known> {
  const codes: readonly string[] = getCountries();
  const wordsIn = (language: string): readonly (readonly [string, string])[] => {
    const names = namesIn(language);
    return codes.map((code) => [folded(names.of(code) ?? code), code]);
  };
  return {
    english: namesIn('en'),
    codeByWord: new Map([
      // English last: where two languages mean two countries by one word, English decides.
      ...[...LANGUAGES].reverse().flatMap(wordsIn),
      ...Object.entries(FURTHER_NAMES).map(([name, code]): readonly [string, string] => [folded(name), code]),
      ...codes.map((code): readonly [string, string] => [code.toLowerCase(), code]),
    ]),
  };
}

/** ISO 3166 code of a country by its code, or by its name in one of seven languages; null for anything else. */
export const countryCodeOf = (text: string): string | null => countries().codeByWord.get(folded(text)) ?? null;

export function countryOf(text: string, to: 'name' | 'code'): CellResult {
  const code = countryCodeOf(text);
  return valueOf(code === null ? text : to === 'code' ? code : (countries().english.of(code) ?? text));
}

/** USA and Canada, whose codes do not clash; elsewhere one code means several states. */
const STATES: Readonly<Record<string, string>> = {
  AL: 'Alabama', AK: 'Alaska', AZ: 'Arizona', AR: 'Arkansas', CA: 'California', CO: 'Colorado', CT: 'Connecticut', DE: 'Delaware', DC: 'District of Columbia', FL: 'Florida', GA: 'Georgia', HI: 'Hawaii',
  ID: 'Idaho', IL: 'Illinois', IN: 'Indiana', IA: 'Iowa', KS: 'Kansas', KY: 'Kentucky', LA: 'Louisiana', ME: 'Maine', MD: 'Maryland', MA: 'Massachusetts', MI: 'Michigan', MN: 'Minnesota', MS: 'Mississippi',
  MO: 'Missouri', MT: 'Montana', NE: 'Nebraska', NV: 'Nevada', NH: 'New Hampshire', NJ: 'New Jersey', NM: 'New Mexico', NY: 'New York', NC: 'North Carolina', ND: 'North Dakota', OH: 'Ohio', OK: 'Oklahoma',
  OR: 'Oregon', PA: 'Pennsylvania', PR: 'Puerto Rico', RI: 'Rhode Island', SC: 'South Carolina', SD: 'South Dakota', TN: 'Tennessee', TX: 'Texas', UT: 'Utah', VT: 'Vermont', VA: 'Virginia', WA: 'Washington',
  WV: 'West Virginia', WI: 'Wisconsin', WY: 'Wyoming', AB: 'Alberta', BC: 'British Columbia', MB: 'Manitoba', NB: 'New Brunswick', NL: 'Newfoundland and Labrador', NS: 'Nova Scotia',
  NT: 'Northwest Territories', NU: 'Nunavut', ON: 'Ontario', PE: 'Prince Edward Island', QC: 'Quebec', SK: 'Saskatchewan', YT: 'Yukon',
};

const STATE_BY_WORD: ReadonlyMap<string, string> = new Map(Object.entries(STATES).flatMap(([code, name]) => [[code.toLowerCase(), code] as const, [folded(name), code] as const]));

/** @param country as its cell says it. Without one nothing is changed: one code means states of several countries. */
export function stateOf(text: string, to: 'name' | 'code', country: string | null): CellResult {
  const countryCode = countryCodeOf(country ?? '');
  const code = countryCode === 'US' || countryCode === 'CA' ? STATE_BY_WORD.get(folded(text)) : undefined;
  return valueOf(code === undefined ? text : to === 'code' ? code : (STATES[code] ?? text));
}
