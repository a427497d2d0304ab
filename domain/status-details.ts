import type { Phase, PauseReason, RunState } from './phase';
import type { WorkTypeProgress } from './progress';
import { grouped } from './window';

export interface StatusFacts {
  readonly phase: Phase;
  readonly state: RunState;
  readonly reasons: readonly PauseReason[];
  readonly progress: readonly WorkTypeProgress[];
  readonly batches: { readonly done: number; readonly total: number };
  readonly batchesPerMinute: number | null;
  readonly verified: Readonly<Record<string, number>>;
  readonly undone: Readonly<Record<string, number>>;
  readonly expectedEnd: string | null;
}

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  preflight: 'Looking at source and portal',
  stage: 'Reading the source',
  plan: 'Planning what happens to each record',
  properties: 'Making properties and pipelines',
  companies: 'Writing companies',
  contacts: 'Writing contacts',
  deals: 'Writing deals',
  relink: 'Associating the records',
  verify: 'Reading everything back',
  report: 'Writing the report',
  open: 'Finished; can still be rolled back',
  rollback: 'Rolling back',
};

const STATE_WORDS: Readonly<Record<RunState, string>> = {
  planning: 'planning',
  running: 'running',
  paused: 'waiting',
  verified: 'done and verified',
  differs: 'done; verification found differences',
  'finished-with-refusals': 'done; some records failed',
  'rolling-back': 'rolling back',
  'rolled-back': 'rolled back',
  finalized: 'finalized',
  'not-started': 'ended before anything was written',
};

const REASON_WORDS: Readonly<Record<PauseReason['kind'], string>> = {
  operator: 'paused by a person',
  quota: "today's calls are used up",
  approval: 'the plan waits for approval',
  authorization: 'the portal refuses the token',
  identity: 'token or ledger are not those of this run',
  'portal-changed': 'the portal has changed since the plan',
  'portal-unavailable': 'the portal does not answer',
  refusals: 'many records fail',
  invariant: 'the bookkeeping does not add up',
};

/** What a manager reads in Temporal's Web UI. Lists only: its tables lose their padding. */
export function toStatusDetails(facts: StatusFacts): string {
  const failed = facts.progress.reduce((sum, { counts }) => sum + (counts.refused ?? 0), 0);
  return [
    `**${PHASE_WORDS[facts.phase]}** (${STATE_WORDS[facts.state]})`,
    '',
    ...facts.progress.map(toLine),
    ...(failed > 0 ? [`- failed records: ${grouped(failed)}`] : []),
    ...toCountLine('read back', facts.verified),
    ...toCountLine('undone', facts.undone),
    ...(facts.batchesPerMinute === null ? [] : [`- rate: ${grouped(facts.batchesPerMinute)} batches a minute`]),
    ...(facts.expectedEnd === null ? [] : [`- expected end: ${toMinute(facts.expectedEnd)}`]),
    ...(facts.reasons.length === 0 ? [] : ['', '**Waiting**', '', ...facts.reasons.map(toReasonLine)]),
  ].join('\n');
}

/** The line that a list of workflows shows for a run, fixed at its start. */
export const toStaticSummary = (migrationId: string, run: string): string => `Migration ${migrationId}, run ${run}`;

const toLine = ({ workType, done, total, counts }: WorkTypeProgress): string => {
  const share = total === 0 ? '' : ` (${Math.floor((done / total) * 100)} %)`;
  const outcomes = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${grouped(count)} ${toWords(outcome)}`);
  return `- ${workType}: ${grouped(done)} of ${grouped(total)}${share}${outcomes.length > 0 ? `: ${outcomes.join(', ')}` : ''}`;
};

function toCountLine(title: string, counts: Readonly<Record<string, number>>): readonly string[] {
  const parts = Object.entries(counts).map(([outcome, count]) => `${grouped(count)} ${toWords(outcome)}`);
  return parts.length === 0 ? [] : [`- ${title}: ${parts.join(', ')}`];
}

/** A full or locked ledger waits like a portal that does not answer, but must not be taken for one. */
const toReasonWords = ({ kind, code }: PauseReason): string => (code?.startsWith('ledger-') === true ? 'the ledger cannot be used' : REASON_WORDS[kind]);

const toReasonLine = (reason: PauseReason): string => `- ${toReasonWords(reason)} ${toSpan(reason)}. ${reason.remedy}`;

const toSpan = ({ since, until }: PauseReason): string => `since ${toMinute(since)}${until === null ? '' : `, until ${toMinute(until)}`}`;

/** `alreadyThere` → `already there`; `refused` is `failed` on screen. */
const toWords = (outcome: string): string => (outcome === 'refused' ? 'failed' : outcome.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

/** ISO-8601 → `2026-11-22 05:04 UTC`. */
const toMinute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
