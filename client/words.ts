import type { ObjectType } from '../domain/object-type';
import type { PlannedAction } from '../domain/planned-record';
import type { InDoubt } from '../domain/problem';
import { WORK_WORDS } from '../domain/words';

const ONE_OBJECT_WORDS: Readonly<Record<ObjectType, string>> = { companies: 'company', contacts: 'contact', deals: 'deal' };

/** Why a record is skipped, behind a number of records. */
const LEFT_OUT_WORDS: Readonly<Record<string, string>> = {
  'deleted-in-source': 'deleted in the source',
  filter: 'left out by your filter',
  'malformed-row': 'the row cannot be read as a record',
  'repeated-id': 'same id as an earlier row',
  'missing-required': 'a required property is empty, such as the name',
  'would-be-refused': 'a value does not fit its property, and the portal or your file (otherwise: refuse, onInvalid) has no record without it',
  'ambiguous-match': 'more than one record in the portal could be meant',
};

/** What became of a value that was not written as it stands, behind a number of values. */
const CELL_WORDS: Readonly<Record<string, string>> = {
  'by-table': 'written in the portal\'s spelling',
  stage: 'stages written as stages of the new pipeline',
  'date-at-noon': 'dates without a time, written at 12:00 in the portal\'s time zone',
  'date-at': 'dates without a time, written at the time of day of dateAt',
  'lines-joined': 'several lines joined to one',
  'first-of-several': 'first of several e-mail addresses in one cell taken',
  'invalid-number': 'not written: no number',
  'invalid-date': 'not written: no date',
  'invalid-bool': 'not written: neither true nor false',
  'invalid-email': 'not an e-mail address, kept in the property invalid_email',
  'invalid-option': 'not written: the property has no such option',
  'unmatched-name': 'not linked: no record has this name',
  'ambiguous-name': 'not linked: several records have this name',
  'no-option': 'not written: the property has no such option',
  'no-domain': 'not written as domain: no web address',
  'domain-shared': 'not written as domain: many companies share it, or another company of the source has it',
  'email-shared': 'e-mail of another contact of the source, kept in the property shared_email',
  'null-token': 'not written: the cell says that there is nothing',
  cut: 'longer than any property holds: cut, with a mark at the end',
  'html-text': 'text of HTML',
  'no-text': 'not written: HTML without text',
  'by-range': 'number written as the range that holds it',
  'semicolon-replaced': 'semicolons replaced that the portal would take for the end of a value',
  'values-left-out': 'some of several values not written: the property has no such option',
  'ambiguous-number': 'not written: thousands and decimals cannot be told apart (transform: decimal)',
  'ambiguous-date': 'not written: two formats read it as two dates',
  'date-order-unknown': 'not written: day and month cannot be told apart (source.dateFormats)',
  'fold-conflict': 'not written: the record that it was combined with has another value',
  'kept-in-portal': 'not written: the record in the portal has another value, which stays by the rule onMatch',
  'too-long': 'not written: too long',
  'value-taken': 'not written: another record has the value, and the portal gives it to one alone',
  'blank-around': 'not written: a blank before or behind the value',
  'rules-several': 'not written: several rules of the portal stand against it',
  'rule-alpha-only': 'not written: the portal takes letters only',
  'rule-alphanumeric': 'not written: the portal takes certain letters and digits only',
  'rule-min-length': 'not written: too short for a rule of the portal',
  'rule-max-length': 'not written: too long for a rule of the portal',
  'rule-min-number': 'not written: below the least number that the portal takes',
  'rule-max-number': 'not written: above the largest number that the portal takes',
  'rule-decimal': 'not written: more decimal places than the portal takes',
  'rule-regex': 'not written: not of the pattern that the portal asks for',
  'rule-email': 'not written: no e-mail address, which a rule of the portal asks for',
  'rule-email-allowed-domains': 'not written: an e-mail address outside the domains that the portal takes',
  'rule-email-blocked-domains': 'not written: an e-mail address in a domain that the portal blocks',
  'rule-url': 'not written: no web address, which a rule of the portal asks for',
  'rule-url-allowed-domains': 'not written: a web address outside the domains that the portal takes',
  'rule-url-blocked-domains': 'not written: a web address in a domain that the portal blocks',
  'rule-domain': 'not written: no domain, which a rule of the portal asks for',
  'rule-start-date': 'not written: before the first day that the portal takes',
  'rule-end-date': 'not written: after the last day that the portal takes',
  'rule-start-datetime': 'not written: before the first moment that the portal takes',
  'rule-end-datetime': 'not written: after the last moment that the portal takes',
  'rule-days-of-week': 'not written: a day of the week that the portal does not take',
  'rule-special-characters': 'not written: the portal takes no special characters',
  'rule-whitespace': 'not written: the portal takes no blanks there',
  'rule-phone-number-with-explicit-country-code': 'not written: no phone number as a rule of the portal asks for',
  'rule-format': 'not written: not in the letter case that the portal asks for',
};

/** Why what stands in the portal is not what was written, behind a number of differences. */
const CAUSE_WORDS: Readonly<Record<string, string>> = {
  'edited-since': 'somebody changed the value after it was written; theirs stays',
  overwritten: 'somebody changed the value in the moment between reading and writing, and it was overwritten; the property history has it',
  'merged-since': 'somebody merged the record into another',
  'deleted-since': 'somebody deleted the record, or an end of the association',
  'removed-since': 'somebody took the association away',
  'label-removed-since': 'somebody took a label of the association away',
  'changed-by-portal': 'calculation, automation or enrichment of the portal changed the value',
  'unknown-stamped': 'a record with the mark of this run that the run knows nothing of',
  'in-doubt': 'sent, and no answer tells what became of it',
  'beyond-search': 'more than a search can list',
};

const NOT_MOVED_WORDS: Readonly<Record<string, string>> = {
  'unread-column': 'no rule reads the column',
  'unread-object': 'this version does not move the object',
  'not-mapped-by-file': 'left out by your file'
};

/** How a cell becomes the value of a property. */
const RULE_WORDS: Readonly<Record<string, string>> = {
  text: 'as written, trimmed',
  street: 'lines joined to one',
  joined: 'columns joined by a blank',
  email: 'e-mail address',
  domain: 'host of the web address',
  number: 'number',
  bool: 'yes or no',
  day: 'day',
  'day-at': 'day, at a fixed time of it',
  datetime: 'date and time',
  table: 'by a table of values',
  'by-type': "by the property's type",
  constant: 'the same for all',
  'owner-id': 'owner, found by e-mail',
  'owner-name': "owner's name",
  pipeline: 'pipeline',
  stage: 'stage of the pipeline',
  currency: 'currency code',
  phone: 'telephone number',
  ranges: 'range that the number lies in',
  case: 'capitals or small letters',
  'name-part': 'part of a name',
  multi: 'several values',
  html: 'rich text as plain text',
  country: 'country',
  state: 'state',
  lookup: 'of the record that is referred to',
  template: 'text put together',
};

/** What calls of a phase are for, behind or before a number of calls. */
const CALL_WORDS: Readonly<Record<string, string>> = { preflight: 'checks', plan: 'matching', properties: 'schema', relink: 'associations', verify: 'reading back' };

const VERDICT_WORDS: Readonly<Record<PlannedAction, string>> = { create: 'create', update: 'update', unchanged: 'unchanged', fold: 'combine', 'left-out': 'skip' };

/** With the code where there are no words, so that nothing is passed over in silence. */
export const leftOutWords = (reason: string): string => (LEFT_OUT_WORDS[reason] === undefined ? reason : `${LEFT_OUT_WORDS[reason]} (${reason})`);
export const cellWords = (code: string): string => (CELL_WORDS[code] === undefined ? code : `${CELL_WORDS[code]} (${code})`);
export const causeWords = (cause: string): string => (CAUSE_WORDS[cause] === undefined ? cause : `${CAUSE_WORDS[cause]} (${cause})`);
export const ruleWords = (rule: string): string => RULE_WORDS[rule] ?? rule;
export const callWords = (phase: string): string => CALL_WORDS[phase] ?? phase;
export const verdictWords = (action: PlannedAction): string => VERDICT_WORDS[action];
export const notMovedWords = (why: string): string => NOT_MOVED_WORDS[why] ?? why;

/** 1, 'companies' → "1 company" */
export function countObjects(count: number, type: ObjectType): string {
  return `${formatCount(count)} ${count === 1 ? ONE_OBJECT_WORDS[type] : type}`;
}

/** 2, 'record' → "2 records" */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "In doubt: Contacts 3, sent without an answer so far: #4, #7, #9; the oldest, #4, 2 min 10 s ago" */
export function describeInDoubt({ workType, count, ordinals, oldest }: InDoubt, nowMs: number): string {
  const more = count > ordinals.length ? ', …' : '';
  return `In doubt: ${WORK_WORDS[workType]} ${formatCount(count)}, sent without an answer so far: ${ordinals.map((ordinal) => `#${ordinal}`).join(', ')}${more}; the oldest, #${oldest.ordinal}, ${formatDuration(nowMs - Date.parse(oldest.sentAt))} ago`;
}

/** 12345 → "12,345" */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Milliseconds → "4 s", "3 min 10 s", "2 h 5 min". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** ISO-8601 → local date and time to the minute. */
export function formatInstant(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
