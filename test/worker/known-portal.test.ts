import type { CallContext, TargetConnector } from '../../connectors/connector';
import type { Pace } from '../../domain/pace';
import type { PaceStore } from '../../ledger/ledger';
import { createPacedTarget } from '../../worker/known-portal';

const call: CallContext = { signal: new AbortController().signal, countedFor: null };

/** A connector that takes a slot for each of two calls, and a ledger that notes whose pace was asked. */
const aScene = (portals: readonly string[]) => {
  const asked: string[] = [];
  const ledger = { pace: (portalId: string) => ({ enter: async () => (asked.push(portalId), { end: async () => undefined }) }) as unknown as PaceStore };
  let answers = 0;
  const create = (pace: Pace) =>
    ({
      portalId: async () => {
        await pace.enter(['general'], call.signal);
        answers += 1;
        return portals[Math.min(answers, portals.length) - 1] ?? '';
      },
      readQuota: () => pace.enter(['general'], call.signal),
      readSnapshot: () => pace.enter(['general'], call.signal),
    }) as unknown as TargetConnector;
  return { asked, target: createPacedTarget(ledger, create) };
};

describe('createPacedTarget', () => {
  it('paces calls by the portal that the token turned out to belong to', async () => {
    const { asked, target } = aScene(['4711']);

    await target.portalId(call);
    await target.readQuota(call);

    expect(asked).toEqual(['unknown', '4711']);
  });

  it('asks for the portal before it reads a whole snapshot', async () => {
    const { asked, target } = aScene(['4711']);

    await target.readSnapshot(['companies'], call);

    expect(asked).toEqual(['unknown', '4711']);
  });

  it('follows a token to another portal', async () => {
    const { asked, target } = aScene(['4711', '4712']);

    await target.portalId(call);
    await target.portalId(call);
    await target.readQuota(call);

    expect(asked).toEqual(['unknown', '4711', '4712']);
  });
});
