import type { CallContext, TargetReader } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import type { QuotaFacts } from '../domain/portal-snapshot.schema';
import { isReserveReached } from '../domain/quota-reserve';
import type { UnfencedLedger } from './unfenced-ledger';

/** The usage endpoint costs a call of the very quota that is short. */
const REMEMBER_QUOTA_MS = 60_000;

export interface QuotaGuard {
  /** @throws QuotaExhaustedError with the portal's next reset when what is left today is within the reserve (share of the day's limit, 0..1). */
  assertLeft(portalId: string, reserve: number, call: CallContext): Promise<void>;
  /** Takes an answer of the usage endpoint that the caller has just got. */
  remember(portalId: string, facts: QuotaFacts): void;
}

/** Looks at what the answers' own headers last said; asks the portal itself only when that is at the reserve. */
export function createQuotaGuard({ ledger, target, clock }: { readonly ledger: Pick<UnfencedLedger, 'pace'>; readonly target: TargetReader; readonly clock: () => number }): QuotaGuard {
  const remembered = new Map<string, { readonly facts: QuotaFacts; readonly atMs: number }>();
  const asking = new Map<string, Promise<QuotaFacts>>();

  const quotaOf = async (portalId: string, call: CallContext): Promise<QuotaFacts> => {
    const known = remembered.get(portalId);
    if (known !== undefined && clock() - known.atMs < REMEMBER_QUOTA_MS && clock() < Date.parse(known.facts.resetsAt)) {
      return known.facts;
    }
    const facts = await askOnce(portalId, call);
    remembered.set(portalId, { facts, atMs: clock() });
    return facts;
  };

  /** A whole window of batches meets the reserve at once: one of them asks. */
  const askOnce = (portalId: string, call: CallContext): Promise<QuotaFacts> => {
    const others = asking.get(portalId);
    if (others !== undefined) {
      // Whoever asked may have been cancelled: that is no answer for us.
      return others.catch(() => target.readQuota(call));
    }
    const asked = target.readQuota(call).finally(() => asking.delete(portalId));
    asking.set(portalId, asked);
    return asked;
  };

  return {
    remember(portalId, facts) {
      remembered.set(portalId, { facts, atMs: clock() });
    },
    async assertLeft(portalId, reserve, call) {
      const pace = await ledger.pace(portalId).read();
      const learned = { limit: pace.dailyLimit, remaining: pace.dailyRemaining, learnedAt: pace.learnedAt };
      if (!isReserveReached(learned, null, reserve)) {
        return;
      }
      const facts = await quotaOf(portalId, call);
      if (isReserveReached(learned, facts, reserve)) {
        throw new MigrationError('QuotaExhaustedError', `Portal ${portalId}: what is left of today's calls stays for the customer's other apps. It goes on by itself after ${facts.resetsAt}.`, { code: 'reserve-reached', resetsAt: facts.resetsAt });
      }
    },
  };
}
