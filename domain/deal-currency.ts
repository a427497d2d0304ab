import type { Finding } from './finding';

export interface CurrencyRule {
  /** Code to write for an amount whose row says `code`; null where none needs to be written. */
  codeFor(code: string | null): string | null;
  readonly findings: readonly Finding[];
}

const error = (code: string, place: string, message: string, remedy: string): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode: 3 });

/**
 * In which currency amounts are. An amount is never written in a currency that nobody stated.
 * @param input.given `source.currency` of the migration file, for rows that name none
 * @param input.portalCurrencies the company's first
 */
export function currencyRule(input: {
  readonly hasAmounts: boolean;
  readonly hasCurrencyColumn: boolean;
  readonly found: readonly string[];
  readonly given: string | null;
  readonly portalCurrencies: readonly string[];
}): CurrencyRule {
  const { hasAmounts, hasCurrencyColumn, found, given, portalCurrencies } = input;
  const findings: Finding[] = [];
  if (hasAmounts && given === null && !(hasCurrencyColumn && found.length > 0)) {
    findings.push(error('currency-unknown', 'source.currency', 'The deals have amounts, and neither the export nor the migration file says in which currency.', 'Add source: { currency: USD } (or what the amounts are in) to the migration file.'));
  }
  const used = hasAmounts ? [...new Set([...found, ...(given === null ? [] : [given])])] : [];
  for (const code of used.filter((candidate) => !portalCurrencies.includes(candidate))) {
    findings.push(error('currency-not-in-portal', code === given ? 'source.currency' : 'Opportunity.CurrencyIsoCode', `The portal does not have the currency ${code}.`, 'Add it in HubSpot under Settings → Account defaults → Currency, or correct the code.'));
  }
  return { codeFor: (code) => (portalCurrencies.length > 1 ? (code === null || code === '' ? (given ?? null) : code) : null), findings };
}
