import type { Phase, PauseReason, RunState } from './phase';
import type { WorkTypeProgress } from './progress';
import { grouped } from './window';
import type { ProblemsSeen } from './problem';
import { PHASE_WORDS, reasonWords, STATE_WORDS, WORK_WORDS } from './words';

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
  /** As the ledger had them when the run last changed its phase or its reasons to wait. */
  readonly problems: ProblemsSeen | null;
}

/** What a manager reads in Temporal's Web UI. Lists only: its tables lose their padding. */
export function toStatusDetails(facts: StatusFacts): string {
  const failed = facts.progress.reduce((sum, { counts }) => sum + (counts.refused ?? 0), 0);
  return [
    `**${capitalised(PHASE_WORDS[facts.phase])}** (${STATE_WORDS[facts.state]})`,
    '',
    ...facts.progress.filter(({ total }) => total > 0).map(toLine),
    ...(failed > 0 ? [`- failed records: ${grouped(failed)}`] : []),
    ...toInDoubtLines(facts.problems),
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
  const share = ` (${Math.floor((done / total) * 100)} %)`;
  const outcomes = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${grouped(count)} ${toWords(outcome)}`);
  return `- ${WORK_WORDS[workType]}: ${grouped(done)} of ${grouped(total)}${share}${outcomes.length > 0 ? `: ${outcomes.join(', ')}` : ''}`;
};

/** A batch that is under way counts here too, until its answer is recorded. */
function toInDoubtLines(problems: ProblemsSeen | null): readonly string[] {
  return (problems?.inDoubt ?? []).map(({ workType, count, ordinals, oldest }) => {
    const more = count > ordinals.length ? ', …' : '';
    return `- in doubt at ${toMinute(problems?.at ?? '')}: ${WORK_WORDS[workType]} ${grouped(count)} (${ordinals.map((ordinal) => `#${ordinal}`).join(', ')}${more}), the oldest sent ${toMinute(oldest.sentAt)}; looked up before anything is sent again`;
  });
}

function toCountLine(title: string, counts: Readonly<Record<string, number>>): readonly string[] {
  const parts = Object.entries(counts).map(([outcome, count]) => `${grouped(count)} ${toWords(outcome)}`);
  return parts.length === 0 ? [] : [`- ${title}: ${parts.join(', ')}`];
}

const toReasonLine = (reason: PauseReason): string => `- ${reasonWords(reason)} ${toSpan(reason)}. ${reason.remedy}`;

const toSpan = ({ since, until }: PauseReason): string => `since ${toMinute(since)}${until === null ? '' : `, until ${toMinute(until)}`}`;

/** `alreadyThere` → `already there`; `refused` is `failed` on screen. */
const toWords = (outcome: string): string => (outcome === 'refused' ? 'failed' : outcome.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

/** ISO-8601 → `2026-11-22 05:04 UTC`. */
const toMinute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
