/** Salesforce's person accounts: one person in two rows, an Account and its Contact. HubSpot gets the contact, with both ids. */
import { parseBool } from './cell-transforms';
import { contactColumnOf, isPersonColumn } from './custom-column';
import { PERSON_ACCOUNT_COLUMNS, PERSON_ACCOUNT_FALLBACKS } from './presets/salesforce';

type Values = Readonly<Record<string, string | null>>;

/** `reasonCode` of a planned fold that the source itself had made, by MasterRecordId. */
export const MERGED_IN_SOURCE_CODE = 'merged-in-source';

export const isPersonAccountRow = (account: Values): boolean => parseBool(account.IsPersonAccount) === true || (account.PersonContactId ?? '') !== '';

/** The contact's row with its blanks filled from the account's. */
export function withPersonAccount(contact: Values, account: Values): Values {
  const filled: Record<string, string | null> = { ...contact };
  const fill = (columns: Readonly<Record<string, string>>): void => {
    for (const [column, source] of Object.entries(columns)) {
      filled[column] = filled[column] || (account[source] ?? null);
    }
  };
  fill(PERSON_ACCOUNT_COLUMNS);
  fill(Object.fromEntries(Object.keys(account).filter(isPersonColumn).map((column) => [contactColumnOf(column), column])));
  // An address is taken as a whole: a street from one place and a city from another are nobody's address.
  if (Object.keys(PERSON_ACCOUNT_FALLBACKS).every((column) => !filled[column])) {
    fill(PERSON_ACCOUNT_FALLBACKS);
  }
  return filled;
}
