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
