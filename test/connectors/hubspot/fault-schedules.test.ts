import type { TargetConnector } from '../../../connectors/connector';
import { createHubspotConnector } from '../../../connectors/hubspot/hubspot-connector';
import { MigrationError } from '../../../domain/migration-error';
import { createHubspotSimulator, type HubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { randomFaultPlan } from '../../support/fault-schedule';
import { createFreePace } from '../../support/free-pace';
import { simulatedPortal, type SimulatedPortal } from '../../support/simulated-portal';
import { aCall } from './support/calling';

const KEYS = Array.from({ length: 24 }, (_, place) => `S-${place}`);
const BATCH = 4;
const MOST_ROUNDS = 40;
const SEEDS = Array.from({ length: 20 }, (_, place) => place + 1);
const LINK = { category: 'HUBSPOT_DEFINED', typeId: 449 } as const;

/**
 * The least that writes exactly once: what a strong read by key does not find is sent, whatever the last answer said, until nothing is missing. If it could not get
 * through a schedule, nothing could.
 */
describe('the HubSpot connector under random schedules of faults', () => {
  let simulator: HubspotSimulator;
  let portal: SimulatedPortal;
  let connector: TargetConnector;
  beforeAll(async () => {
    simulator = createHubspotSimulator({ tier: 'off' });
    portal = simulatedPortal((await simulator.listen(0)).url);
    connector = createHubspotConnector({ baseUrl: portal.url, readToken: async () => 'simulated-token', pace: createFreePace() });
  });
  afterAll(async () => simulator.close());

  const expectedFailure = (error: unknown): null => {
    if (error instanceof MigrationError && ['TransientError', 'RateLimitedError'].includes(error.type)) return null;
    throw error;
  };
  const byKey = async (keys: readonly string[]): Promise<ReadonlyMap<string, string> | null> => {
    const found = await connector.readRecords('contacts', { ids: keys, idProperty: 'src_id', properties: ['src_id'], archived: false }, aCall()).catch(expectedFailure);
    return found && new Map(found.map(({ id, properties }) => [properties['src_id'] ?? '', id]));
  };

  /** Repeats `round` until it says that it is through. */
  const untilDone = async (round: () => Promise<boolean>): Promise<void> => {
    for (let rounds = 1; !(await round()); rounds++) if (rounds === MOST_ROUNDS) throw new Error(`not through after ${MOST_ROUNDS} rounds`);
  };
  const writeRecords = async (keys: readonly string[]): Promise<boolean> => {
    const there = await byKey(keys);
    const missing = keys.filter((key) => there?.has(key) === false);
    if (there && missing.length > 0) await connector.createRecords('contacts', missing.map((key) => ({ traceId: key, properties: { src_id: key, lastname: key } })), aCall()).catch(expectedFailure);
    return there !== null && missing.length === 0;
  };
  const writeLinks = async (ids: readonly string[]): Promise<boolean> => {
    const pairs = ids.slice(1).map((toId, place) => ({ fromId: ids[place]!, toId, kinds: [LINK] }));
    const there = await connector.readAssociations('contacts', 'contacts', ids, aCall()).catch(expectedFailure);
    const missing = pairs.filter((pair) => there?.some(({ fromId, toId }) => fromId === pair.fromId && toId === pair.toId) === false);
    if (there && missing.length > 0) await connector.createAssociations('contacts', 'contacts', missing, aCall()).catch(expectedFailure);
    return there !== null && missing.length === 0;
  };

  it.each(SEEDS)('seed %i: each record and each pair once, none lost', async (seed) => {
    await portal.load({ properties: { contacts: [{ name: 'src_id', type: 'string', fieldType: 'text', hasUniqueValue: true }] } });
    await portal.faults(randomFaultPlan(seed));

    for (let first = 0; first < KEYS.length; first += BATCH) await untilDone(() => writeRecords(KEYS.slice(first, first + BATCH)));
    let ids: ReadonlyMap<string, string> | null = null;
    await untilDone(async () => (ids = await byKey(KEYS)) !== null);
    await untilDone(() => writeLinks(KEYS.map((key) => ids?.get(key) ?? '')));
    while ((await portal.faultState()).lateCommits.pending > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const dump = await portal.dump();

    expect(dump.records['contacts']?.map(({ properties }) => properties['src_id']).sort()).toEqual([...KEYS].sort());
    expect(dump.associations).toHaveLength(KEYS.length - 1);
  });
});
