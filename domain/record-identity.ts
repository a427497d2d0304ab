import type { PlannedRecord } from './planned-record';

/** Compared form of a text: accents folded, lower case, blanks of any kind trimmed and joined. Null when nothing is left. */
export function comparedForm(text: string | null | undefined): string | null {
  const folded = (text ?? '').normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/\s+/gu, ' ').trim();
  return folded === '' ? null : folded;
}

/** First and last name as they are compared; blank parts are empty. The line break cannot occur in a compared name. */
export function nameIdentity(firstName: string | null | undefined, lastName: string | null | undefined): string | null {
  const first = comparedForm(firstName) ?? '';
  const last = comparedForm(lastName) ?? '';
  return first === '' && last === '' ? null : `${first}\n${last}`;
}

const partsOf = (name: string | null): readonly string[] => (name ?? '\n').split('\n');

/** Two names agree when first and last are equal, each as far as both sides have it. */
export function namesAgree(left: string | null, right: string | null): boolean {
  const [leftParts, rightParts] = [partsOf(left), partsOf(right)];
  return [0, 1].every((at) => !leftParts[at] || !rightParts[at] || leftParts[at] === rightParts[at]);
}

/** What two agreeing names say together. */
export function joinedName(left: string | null, right: string | null): string | null {
  const [leftParts, rightParts] = [partsOf(left), partsOf(right)];
  const [first, last] = [0, 1].map((at) => leftParts[at] || rightParts[at] || '');
  return first === '' && last === '' ? null : `${first}\n${last}`;
}

/** Will this record be written, as far as is known? */
export const isWritten = (record: Pick<PlannedRecord, 'action'>): boolean => record.action === 'create' || record.action === 'update' || record.action === 'unchanged';
