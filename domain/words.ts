import type { AssociationType, ObjectType } from './object-type';
import type { PauseReason, PauseReasonKind, Phase, RunState } from './phase';

/** The users' words for what the engine calls otherwise; used on every screen, in the terminal and in the Web UI. */
export const OBJECT_WORDS: Readonly<Record<ObjectType, string>> = { companies: 'Companies', contacts: 'Contacts', deals: 'Deals' };

export const ASSOCIATION_WORDS: Readonly<Record<AssociationType, string>> = {
  'contacts-companies': 'Contact to company',
  'deals-companies': 'Deal to company',
  'deals-contacts': 'Deal to contact',
  'companies-companies': 'Parent to child company',
};

/** By any type of work. */
export const WORK_WORDS: Readonly<Record<ObjectType | AssociationType, string>> = { ...OBJECT_WORDS, ...ASSOCIATION_WORDS };

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
  retry: 'trying failed and skipped records again',
  open: 'done, open for rollback',
  rollback: 'rolling back',
};

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  planning: 'planning',
  planned: 'planned: nothing was written',
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

const REASON_WORDS: Readonly<Record<PauseReasonKind, string>> = {
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

/** Why a run waits. A ledger that cannot be written stops the calls as a silent portal does, but is mended elsewhere. */
export const reasonWords = ({ kind, code }: Pick<PauseReason, 'kind' | 'code'>): string => (code?.startsWith('ledger-') === true ? 'the ledger cannot be used' : REASON_WORDS[kind]);
