/** What a migration cannot be better than, from its own report and the calls that its ledger counted. */
import type { Report } from '../../domain/report.schema';

/** Calls as the ledger counts them: by phase and kind. */
export type CountedCalls = readonly { readonly phase: string; readonly kind: string; readonly count: number }[];

/** From the first write to the last read-back. */
export const WORKING_PHASES = ['properties', 'companies', 'contacts', 'deals', 'relink', 'verify'] as const;

/** 190 calls in 10 s, 150 of them on associations, and 5 searches a second in a lane of their own: HubSpot's Professional tier, usage guidelines, 2026-09; associations as the simulator has them. */
const PROFESSIONAL_PER_SECOND = { general: 19, associations: 15, search: 5 };
/** 95th percentile of the simulator's realistic writes. */
const P95_SECONDS = 2.5;

/** The least number of calls: each record written once and read back once, 100 a call; each association looked for, written, and read back. */
export function callFloor({ objects, associations }: Report): number {
  const records = Object.values(objects).reduce((sum, { created, updated }) => sum + Math.ceil((created + updated) / 100) * 2, 0);
  const pairs = Object.values(associations).reduce((sum, { planned }) => sum + Math.ceil(planned / 2000) + 2 * Math.ceil(planned / 1000), 0);
  return records + pairs;
}

/** Calls ÷ rate, lane by lane, and one p95 latency for each phase, whose last answer must be there before the next begins. */
export function secondsFloor(calls: CountedCalls): number {
  return WORKING_PHASES.reduce((sum, phase) => sum + slotSeconds(calls.filter((counted) => counted.phase === phase)) + P95_SECONDS, 0);
}

/** Lanes run beside each other; an association's call counts in its own and in the general one. */
function slotSeconds(calls: CountedCalls): number {
  const count = (isCounted: (kind: string) => boolean) => calls.filter(({ kind }) => isCounted(kind)).reduce((sum, counted) => sum + counted.count, 0);
  const isAssociation = (kind: string) => kind.startsWith('association-');
  return Math.max(
    count((kind) => kind !== 'search') / PROFESSIONAL_PER_SECOND.general,
    count(isAssociation) / PROFESSIONAL_PER_SECOND.associations,
    count((kind) => kind === 'search') / PROFESSIONAL_PER_SECOND.search,
  );
}
