import type { Pace } from '../domain/pace';
import type { TargetConnector } from '../connectors/connector';
import type { Ledger } from '../ledger/ledger';

/** Pace is kept by portal, and which portal it is tells only its first answer: until then calls are paced under this name. */
const UNKNOWN_PORTAL = 'unknown';

/**
 * A connector whose calls are paced by the portal that its token belongs to. Another token's portal is another pace.
 * @param create makes the connector for a pace
 */
export function createPacedTarget(ledger: Pick<Ledger, 'pace'>, create: (pace: Pace) => TargetConnector): TargetConnector {
  let portalId = UNKNOWN_PORTAL;
  const pace: Pace = {
    enter: (lanes, signal) => ledger.pace(portalId).enter(lanes, signal),
    learn: (facts) => ledger.pace(portalId).learn(facts),
    close: (lane, forMs) => ledger.pace(portalId).close(lane, forMs),
    halve: () => ledger.pace(portalId).halve(),
  };
  const target = create(pace);
  const known: TargetConnector['portalId'] = async (call) => {
    portalId = await target.portalId(call);
    return portalId;
  };
  return {
    ...target,
    portalId: known,
    async readSnapshot(objectTypes, call) {
      // Many calls at once: they must not run under the unknown portal's pace.
      await known(call);
      return target.readSnapshot(objectTypes, call);
    },
  };
}
