/** What a person must know of a plan before saying yes: on the terminal and on the page in the same words. */
import type { PlanSummary } from '../domain/plan-summary.schema';
import { callCalendar, leftToday } from '../domain/call-calendar';
import { callWords, countOf, formatCount } from './words';

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** What keeps the plan from being started at all until the migration file, or the portal, is another. */
export function blockersOf({ undecided, undecidedOwners = 0, openDealsToAccept: openDeals }: PlanSummary): readonly string[] {
  const matches = undecided - undecidedOwners;
  return [
    ...(matches > 0 ? [`${formatCount(matches)} to decide before the start: ${matches === 1 ? 'a record' : 'records'} that several records of the portal match. Say objects.<type>.ambiguous: create or leave-out.`] : []),
    ...(undecidedOwners > 0 ? [`${formatCount(undecidedOwners)} to decide before the start: ${undecidedOwners === 1 ? 'an owner' : 'owners'} whom the portal does not have (named in the table of owners), while owners.unmatched says ask. Add ${undecidedOwners === 1 ? 'the user' : 'the users'} to the portal, or say owners.unmatched: leave-empty or the e-mail of a stand-in.`] : []),
    ...(openDeals > 0 ? [`${countOf(openDeals, 'open deal')} would lose ${openDeals === 1 ? 'its' : 'their'} owner: add the users to the portal, name a stand-in in owners.unmatched, or say openDealsWithoutOwner: accept.`] : []),
  ];
}

/** What a person has to decide before this plan is started; empty where nothing is. */
export function decisionsOf(plan: PlanSummary): readonly string[] {
  const { leftOutToAccept } = plan;
  return [
    ...blockersOf(plan),
    ...(leftOutToAccept > 0 ? [`${countOf(leftOutToAccept, 'record')} would be skipped that you did not choose to skip: mend the source or the mapping, or accept the number (--accept-left-out ${leftOutToAccept}; a simulated portal does not ask).`] : []),
  ];
}

/** What may cost money, as far as a plan can know. */
export function costsOf({ newContactsWithEmail }: PlanSummary): readonly string[] {
  return newContactsWithEmail === 0
    ? []
    : [`${countOf(newContactsWithEmail, 'new contact')} with an e-mail address: HubSpot counts and bills them as marketing contacts if the switch of the connected app is on (Settings > Integrations > Marketing contacts). The API cannot set it; look before the start.`];
}

/** What a rollback cannot bring back (docs/operations.md, "What no API undoes"). */
export function cannotBeUndone({ records, newContactsWithEmail }: PlanSummary): readonly string[] {
  const created = sumOf(records.map(({ create }) => create));
  const updated = sumOf(records.map(({ update }) => update));
  return [
    'What fires while records are written has fired: workflows, notifications, e-mails, webhooks, syncs to other systems.',
    ...(created > 0 ? [`Created records (${formatCount(created)}) would be archived, not erased: they lie in the recycle bin for 90 days, without their unique values. A record to which people attached something, or that they edited, stays.`] : []),
    ...(updated > 0 ? [`Updated records (${formatCount(updated)}) would get the old values back; the property history keeps ours, the last-modified dates and the date stamps of life cycle stages do not go back.`] : []),
    ...(newContactsWithEmail > 0 ? ['Companies that HubSpot makes by itself for new e-mail domains stay, and so do marketing contacts that were billed.'] : []),
    'Merges that people make meanwhile cannot be taken apart.',
  ];
}

/** Calls and the days they take, the calendar in the portal's time zone. */
export function callLines(plan: Pick<PlanSummary, 'calls' | 'quota'>): readonly string[] {
  const total = sumOf(Object.values(plan.calls));
  const byPhase = Object.entries(plan.calls).filter(([, count]) => count > 0).map(([phase, count]) => `${callWords(phase)} ${formatCount(count)}`);
  const lines = [`Calls: about ${formatCount(total)}${byPhase.length === 0 ? '' : ` (${byPhase.join(', ')})`}.`];
  const { quota } = plan;
  if (quota === null) {
    return lines;
  }
  const left = leftToday(quota);
  if (quota.limit === null || left === null) {
    return [...lines, 'The portal states no daily limit: it can be done in a day.'];
  }
  const days = callCalendar(plan);
  return [
    ...lines,
    `Today ${formatCount(left)} are left for this (limit ${formatCount(quota.limit)}, ${Math.round(quota.reserve * 100)}% stay for other apps); the next day begins ${instantIn(quota.resetsAt, quota.timeZone)}.`,
    ...(days.length === 0 ? ['With this reserve no call is left on any day: lower quota.reserve in the migration file.'] : []),
    ...(days.length === 1 ? ['If started today, it fits into today.'] : []),
    ...(days.length > 1 ? [`If started today, it takes ${formatCount(days.length)} days: ${days.slice(0, 7).map(({ day, calls }) => `${day} ${formatCount(calls)}`).join(', ')}${days.length > 7 ? ', …' : ''}.`] : []),
  ];
}

/** ISO-8601 → "2026-11-23 00:00 (America/New_York)" */
export function instantIn(iso: string, timeZone: string): string {
  return `${new Date(iso).toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })} (${timeZone})`;
}
