/** What writing exactly once costs: calls, and time and commits of the ledger, of one migration by its activities alone, undisturbed and with faults on every kind of write. */
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import { openLedger } from '../../ledger/open-ledger';
import type { FaultPlan } from '../../simulator/control-plane';
import { DRIVEN_RUN } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenScene } from '../support/driver/driven-scene';

export interface ProtocolFigures {
  readonly state: string;
  /** Per 100 records written: keys, pre-images and the writes themselves. */
  readonly recordCalls: number;
  /** Per 100 associations. */
  readonly associationCalls: number;
  /** Per 100 records: reading back records and associations, and the look for what nobody planned. */
  readonly verifyingCalls: number;
  /** All commits of a batch, what pace and call counts keep included; on this machine's disk. */
  readonly ledgerMsPerRecordBatch: number;
  readonly commitsPerRecordBatch: number;
  readonly ledgerMsPerAssociationBatch: number;
  readonly commitsPerAssociationBatch: number;
  readonly faultsStruck: number;
  readonly retries: number;
}

const SIZE = { accounts: 800, contacts: 2_400, opportunities: 800 };

/** One write call in eight meets one of these. */
const FAULTS: FaultPlan = {
  seed: 4,
  rules: [
    { fault: { kind: 'request-lost' }, path: 'batch/(create|update)', probability: 0.025 },
    { fault: { kind: 'answer-lost-after-commit' }, path: 'batch/(create|update)', probability: 0.05 },
    { fault: { kind: 'status', status: 503, when: 'after' }, path: 'batch/(create|update)', probability: 0.025 },
    { fault: { kind: 'status', status: 502, when: 'before' }, path: 'batch/(create|update)', probability: 0.025 },
  ],
};

export async function measureProtocol(): Promise<{ readonly records: number; readonly associations: number; readonly undisturbed: ProtocolFigures; readonly withFaults: ProtocolFigures }> {
  const scene = await openDrivenScene(SIZE);
  try {
    const undisturbed = await measure(scene, { rules: [] });
    const withFaults = await measure(scene, FAULTS);
    return { records: undisturbed.records, associations: undisturbed.associations, undisturbed: undisturbed.figures, withFaults: withFaults.figures };
  } finally {
    await scene.close();
  }
}

async function measure(scene: DrivenScene, faults: FaultPlan): Promise<{ readonly records: number; readonly associations: number; readonly figures: ProtocolFigures }> {
  // One batch at a time, so that what lies between both sides of a commit is that commit.
  const run = await scene.begin({ window: 1, callTimeoutMs: 30_000 });
  await scene.portal.faults(faults);
  const spent = { writeRecords: { ms: 0, commits: 0, batches: 0 }, writeAssociations: { ms: 0, commits: 0, batches: 0 } };
  let at: keyof typeof spent | null = null;
  let sinceMs = 0;
  const driven = await run.drive((point, side) => {
    if (point === 'activity:writeRecords' || point === 'activity:writeAssociations') {
      const activity = point === 'activity:writeRecords' ? 'writeRecords' : 'writeAssociations';
      at = side === 'before' ? activity : null;
      spent[activity].batches += side === 'after' ? 1 : 0;
    } else if (point.startsWith('activity:')) {
      at = null;
    } else if (point.startsWith('ledger:') && at !== null) {
      if (side === 'before') {
        sinceMs = performance.now();
      } else {
        spent[at].ms += performance.now() - sinceMs;
        spent[at].commits += 1;
      }
    }
  });
  const { struck } = await scene.portal.faultState();
  const ledger = await openLedger({ location: run.options.ledgerFile });
  try {
    const calls = await ledger.facts.readCalls(DRIVEN_RUN);
    const callsIn = (phases: readonly string[]): number => calls.filter(({ phase }) => phases.includes(phase)).reduce((sum, { count }) => sum + count, 0);
    const tallies = await ledger.facts.tallies(DRIVEN_RUN);
    const records = OBJECT_TYPES.reduce((sum, type) => sum + (tallies.records[type]?.created ?? 0) + (tallies.records[type]?.updated ?? 0), 0);
    const associations = ASSOCIATION_TYPES.reduce((sum, type) => sum + (tallies.associations[type]?.planned ?? 0), 0);
    const { writeRecords, writeAssociations } = spent;
    return {
      records,
      associations,
      figures: {
        state: driven.state,
        recordCalls: rounded((callsIn(OBJECT_TYPES) / records) * 100),
        associationCalls: rounded((callsIn(['relink']) / associations) * 100),
        verifyingCalls: rounded((callsIn(['verify']) / records) * 100),
        ledgerMsPerRecordBatch: rounded(writeRecords.ms / writeRecords.batches),
        commitsPerRecordBatch: rounded(writeRecords.commits / writeRecords.batches),
        ledgerMsPerAssociationBatch: rounded(writeAssociations.ms / writeAssociations.batches),
        commitsPerAssociationBatch: rounded(writeAssociations.commits / writeAssociations.batches),
        faultsStruck: struck.reduce((sum, count) => sum + count, 0),
        retries: driven.retries,
      },
    };
  } finally {
    await ledger.close();
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
