/** Currency, time zone, calls left today, room for records. */
import { currencyRule } from '../deal-currency';
import type { Finding } from '../finding';
import { OBJECT_TYPES } from '../object-type';
import { roomLeft } from '../portal-limits';
import { counted, filledInAll, info, mistake, warning, type PreflightInput } from './preflight-input';

export function accountFindings(input: PreflightInput): readonly Finding[] {
  return [...portalFinding(input), ...currencyFindings(input), ...timeZoneFinding(input), ...quotaFindings(input), ...recordFindings(input)];
}

const portalFinding = ({ snapshot: { portalId, portalName, accountType, timeZone, currency, additionalCurrencies } }: PreflightInput): readonly Finding[] => [
  info({ code: 'portal', place: `portal ${portalId}`, message: `${portalName === null ? 'The portal' : `"${portalName}"`} (${accountType}): time zone ${timeZone}, currency ${[currency, ...additionalCurrencies].join(', ')}.`, remedy: '' }),
];

/** Which currencies the rows name is known when they are staged; here, whether somebody names one at all. */
function currencyFindings({ definition, snapshot, sources }: PreflightInput): readonly Finding[] {
  const deals = sources.filter(({ objectType }) => objectType === 'deals');
  const given = definition.source.currency ?? (filledInAll(deals, 'CurrencyIsoCode') > 0 ? snapshot.currency : null);
  return currencyRule({ hasAmounts: filledInAll(deals, 'Amount') > 0, hasCurrencyColumn: false, found: [], given, portalCurrencies: [snapshot.currency, ...snapshot.additionalCurrencies] }).findings;
}

/** All exports of Salesforce's own write UTC, with an offset or without. */
const timeZoneFinding = ({ definition: { source }, snapshot }: PreflightInput): readonly Finding[] => [
  info({
    code: 'source-time-zone', place: 'source.timeZone', message: `Times without an offset are read as ${source.timeZone}${source.timeZone === 'UTC' ? ", as Salesforce's own exports write them" : ''}; the portal shows times in ${snapshot.timeZone}.`,
    remedy: source.timeZone === 'UTC' ? 'If another tool wrote them in the zone of the org, say so: source: { timeZone: America/New_York }.' : '',
  }),
];

/** Write and read back each record in batches of 100, and its associations: three calls for 100 rows, a little more with updates. */
const CALLS_PER_100_ROWS = 3;

function quotaFindings({ definition, snapshot, sources }: PreflightInput): readonly Finding[] {
  const { limit, remaining, resetsAt } = snapshot.quota;
  const place = 'calls of today';
  if (remaining === null) {
    return [info({ code: 'quota-unknown', place, message: 'The portal does not say how many calls are left today; the run learns it from the answers and pauses until midnight if it must.', remedy: '' })];
  }
  const reserved = Math.ceil((limit ?? 0) * definition.quota.reserve);
  const usable = Math.max(0, remaining - reserved);
  const estimate = sources.reduce((sum, { rowCount }) => sum + CALLS_PER_100_ROWS * Math.ceil(rowCount / 100), 0);
  const left = `${remaining.toLocaleString('en-US')}${limit === null ? '' : ` of ${limit.toLocaleString('en-US')}`} calls are left until ${resetsAt}; ${reserved.toLocaleString('en-US')} stay for your other apps (quota.reserve)`;
  return estimate > usable
    ? [warning({ code: 'quota-short', place, message: `${left}. The run takes about ${estimate.toLocaleString('en-US')}: it will sleep at the reserve and go on by itself after midnight in ${snapshot.timeZone}.`, remedy: 'Nothing, if it may take another day; or lower quota.reserve, or begin after midnight.', count: estimate })]
    : [info({ code: 'quota', place, message: `${left}. The run takes about ${estimate.toLocaleString('en-US')}.`, remedy: '' })];
}

function recordFindings({ snapshot, limits, sources }: PreflightInput): readonly Finding[] {
  return OBJECT_TYPES.flatMap((objectType) => {
    const typeId = snapshot.objects.find((portal) => portal.objectType === objectType)?.objectTypeId ?? '';
    const room = roomLeft(limits.records[typeId]);
    const rows = sources.filter((source) => source.objectType === objectType).reduce((sum, { rowCount }) => sum + rowCount, 0);
    return room === null || rows <= room
      ? []
      : [mistake({ code: 'record-limit', place: objectType, message: `The source has ${counted(rows, 'row')} for ${objectType}, and the portal has room for ${counted(room, 'record')}.`, remedy: 'Move fewer with objects.<type>.where, archive records that nobody needs, or raise the limit of the subscription.', count: rows - room })];
  });
}
