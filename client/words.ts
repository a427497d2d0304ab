import type { AssociationType, ObjectType } from '../domain/object-type';
import type { PauseReasonKind, Phase, RunState } from '../domain/phase';

/** The users' words for what the engine calls otherwise; used on every screen. */
export const OBJECT_WORDS: Readonly<Record<ObjectType, string>> = { companies: 'Companies', contacts: 'Contacts', deals: 'Deals' };

export const ASSOCIATION_WORDS: Readonly<Record<AssociationType, string>> = {
  'contacts-companies': 'Contact to company',
  'deals-companies': 'Deal to company',
  'deals-contacts': 'Deal to contact',
  'companies-companies': 'Parent to child company',
};

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  preflight: 'checking source and portal',
  stage: 'reading the source',
  plan: 'planning',
  properties: 'preparing properties and pipelines',
  companies: 'writing companies',
  contacts: 'writing contacts',
  deals: 'writing deals',
  relink: 'writing associations',
  verify: 'reading everything back',
  report: 'writing the report',
  open: 'done, open for rollback',
  rollback: 'rolling back',
};

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  planning: 'planning',
  running: 'running',
  paused: 'waiting',
  verified: 'verified: everything in the portal is as planned',
  differs: 'finished, but what was read back differs from the plan',
  'finished-with-refusals': 'finished, with failed records',
  'rolling-back': 'rolling back',
  'rolled-back': 'rolled back',
  finalized: 'finalized',
  'not-started': 'not started: nothing was written',
};

export const REASON_WORDS: Readonly<Record<PauseReasonKind, string>> = {
  operator: 'paused by a person',
  quota: "the day's share of API calls is used up",
  approval: 'the plan waits for approval',
  authorization: 'the portal refuses the token or a scope',
  identity: 'token, ledger or plan are not those of this run',
  'portal-changed': 'the portal was changed',
  'portal-unavailable': 'the portal does not answer',
  refusals: 'too many records were refused',
  invariant: "Portage's own books do not add up",
};

const ONE_OBJECT_WORDS: Readonly<Record<ObjectType, string>> = { companies: 'company', contacts: 'contact', deals: 'deal' };

/** Why a record is skipped, behind a number of records. */
const LEFT_OUT_WORDS: Readonly<Record<string, string>> = {
  'deleted-in-source': 'deleted in the source',
  filter: 'left out by your filter',
  'malformed-row': 'the row cannot be read as a record',
  'repeated-id': 'same id as an earlier row',
  'missing-required': 'a required property is empty, such as the name',
  'would-be-refused': 'the portal would refuse it',
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
  'no-option': 'not written: the property has no such option',
  'no-domain': 'not written as domain: no web address',
  'domain-shared': 'not written as domain: many companies share it, or another company of the source has it',
  'email-shared': 'e-mail of another contact of the source, kept in the property shared_email',
  'fold-conflict': 'not written: the record that it was combined with has another value',
  'too-long': 'not written: too long',
  'too-short': 'not written: too short',
};

const NOT_MOVED_WORDS: Readonly<Record<string, string>> = {
  'unread-column': 'no rule reads the column',
  'unread-object': 'this version does not move the object',
};

/** With the code where there are no words, so that nothing is passed over in silence. */
export const leftOutWords = (reason: string): string => (LEFT_OUT_WORDS[reason] === undefined ? reason : `${LEFT_OUT_WORDS[reason]} (${reason})`);
export const cellWords = (code: string): string => (CELL_WORDS[code] === undefined ? code : `${CELL_WORDS[code]} (${code})`);
export const notMovedWords = (why: string): string => NOT_MOVED_WORDS[why] ?? why;

/** 1, 'companies' → "1 company" */
export function countObjects(count: number, type: ObjectType): string {
  return `${formatCount(count)} ${count === 1 ? ONE_OBJECT_WORDS[type] : type}`;
}

/** 2, 'record' → "2 records" */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
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
