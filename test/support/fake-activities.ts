/**
 * Activities that obey the whole contract (activities/migration-activities.ts) on a portal and a ledger in memory. A test can fail them, hold them at a gate,
 * and read what they were asked.
 */
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { BatchInput, MigrationActivities } from '../../activities/migration-activities';
import { idMapDigest } from '../../domain/id-map';
import type { IdPair } from '../../domain/id-map';
import type { MigrationErrorDetails, MigrationErrorType } from '../../domain/migration-error';
import type { PlanFacts } from '../../domain/plan-facts';
import type { ProblemsSeen } from '../../domain/problem';
import { closeShardSignal, idMapDigestQuery } from '../../workflows/messages';

export type ActivityName = keyof MigrationActivities;
export interface FakeCall {
  readonly name: ActivityName;
  readonly input: Record<string, unknown>;
}
type StateInput = Parameters<MigrationActivities['recordState']>[0];

/** As the worker's interceptor lets an error of an activity cross into Temporal. */
export const aFailure = (type: MigrationErrorType | 'TypeError', details: MigrationErrorDetails, retry: 'retry' | 'no-retry' = 'no-retry'): ApplicationFailure =>
  ApplicationFailure.create({ message: `${type}: ${details.code}`, type, nonRetryable: retry === 'no-retry', details: [details] });

export class FakeActivities {
  readonly calls: FakeCall[] = [];
  readonly states: StateInput[] = [];
  readonly pairs = new Map<string, readonly IdPair[]>();
  readonly shards: { readonly workflowId: string; readonly digest: string }[] = [];
  readonly links = new Set<string>();
  inFlight = 0;
  maxInFlight = 0;
  latencyMs = 0;
  /** Share of each batch that is refused. */
  refusedShare = 0;
  differences = 0;
  /** Pairs of a partition that portal and workflows tell differently, after a lost ledger. */
  differing = 0;
  /** The plan after a round of retry was taken. */
  retried: PlanFacts | null = null;
  /** What the ledger has as in doubt and as refused. */
  problems: ProblemsSeen = { at: '2026-09-01T10:00:00.000Z', inDoubt: [], refused: [] };
  /** What a call meets instead of its work: return nothing to let it pass. */
  onCall: (call: FakeCall) => Promise<void> | void = () => undefined;

  constructor(
    public plan: PlanFacts,
    private readonly client: Client,
  ) {}

  count(name: ActivityName): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /** The recorded states without repetition, e.g. `companies: running`. */
  story(): readonly string[] {
    return this.states.map(({ phase, state, reasons }) => `${phase}: ${[state, ...reasons.map(({ kind }) => kind)].join(' ')}`).filter((line, index, all) => line !== all[index - 1]);
  }

  readonly activities: MigrationActivities = {
    inspectSource: (input) => this.perform('inspectSource', input, () => ({ fileCount: 3 })),
    inspectPortal: (input) => this.perform('inspectPortal', input, () => ({ portalId: this.plan.portalId })),
    sampleSource: (input) => this.perform('sampleSource', input, () => ({ columnCount: 1 })),
    stageSource: (input) => this.perform('stageSource', input, () => ({ rows: 1 })),
    adoptPlan: (input) => this.perform('adoptPlan', input, () => undefined),
    rematchRecords: (input) => this.perform('rematchRecords', input, () => this.plan),
    compareSchema: (input) => this.perform('compareSchema', input, () => undefined),
    planMigration: (input) => this.perform('planMigration', input, () => this.plan),
    applySchema: (input) => this.perform('applySchema', input, () => ({ created: 3, existed: 0 })),
    probePortal: (input) => this.perform('probePortal', input, () => ({ dailyRemaining: 1_000 })),
    writeRecords: (input) =>
      this.perform('writeRecords', input, () => {
        const refused = Math.round(input.count * this.refusedShare);
        const pairs = Array.from({ length: input.count - refused }, (_, index): IdPair => [`S${input.batch * 100 + index}`, `T${input.batch * 100 + index}`, 'c']);
        this.pairs.set(keyOf(input.objectType, input), pairs);
        return { pairs, tally: { created: input.count - refused, updated: 0, unchanged: 0, refused } };
      }),
    recoverRecords: (input) => this.perform('recoverRecords', input, () => ({ found: 0, differing: this.differing })),
    writeAssociations: (input) =>
      this.perform('writeAssociations', input, () => {
        this.links.add(keyOf(input.associationType, input));
        return { tally: { added: input.count, alreadyThere: 0, refused: 0, endNotWritten: 0 } };
      }),
    verifyRecords: (input) => this.perform('verifyRecords', input, () => ({ recordsCompared: input.count, cellsCompared: 0, associationsCompared: 0, differences: 0 })),
    verifyAssociations: (input) => this.perform('verifyAssociations', input, () => ({ recordsCompared: 0, cellsCompared: 0, associationsCompared: input.count, differences: 0 })),
    findUnexpected: (input) => this.perform('findUnexpected', input, () => ({ unexpected: 0 })),
    undoAssociations: (input) => this.perform('undoAssociations', input, () => (this.links.delete(keyOf(input.associationType, input)) ? { gone: input.count } : {})),
    undoRecords: (input) => this.perform('undoRecords', input, () => (this.pairs.delete(keyOf(input.objectType, input)) ? { archived: input.count } : {})),
    sweepUndone: (input) => this.perform('sweepUndone', input, () => ({ archived: 0 })),
    undoSchema: (input) => this.perform('undoSchema', input, () => ({ archived: 3 })),
    recordState: async (input) => {
      this.states.push(input);
      return this.perform('recordState', input, () => this.problems);
    },
    compareShard: (input) =>
      this.perform('compareShard', input, () => {
        const pairs = Array.from({ length: input.batchCount }, (_, index) => this.pairs.get(`${input.objectType}/${input.firstBatch + index}`) ?? []).flat();
        if (idMapDigest(pairs) !== input.digest) {
          throw aFailure('InvariantError', { code: 'shard-differs' });
        }
        this.shards.push({ workflowId: input.workflowId, digest: input.digest });
      }),
    planRetry: (input) => this.perform('planRetry', input, () => ({ facts: this.retried ?? this.plan, written: {} })),
    endRetry: (input) => this.perform('endRetry', input, () => undefined),
    notify: (input) => this.perform('notify', input, () => ({ told: true })),
    recoverShard: (input) => this.perform('recoverShard', input, () => ({ pairCount: 0 })),
    compareShards: (input) => this.perform('compareShards', input, () => ({ compared: 0 })),
    readShardDigest: (input) => this.perform('readShardDigest', input, async () => ({ digest: await this.client.workflow.getHandle(input.workflowId).query(idMapDigestQuery) })),
    closeShards: (input) =>
      this.perform('closeShards', input, async () => {
        for (const { workflowId } of this.shards) {
          await this.client.workflow.getHandle(workflowId).signal(closeShardSignal);
        }
        return { closed: this.shards.length };
      }),
    assembleReport: (input) =>
      this.perform('assembleReport', input, () => ({ state: input.rolledBack ? ('rolled-back' as const) : this.differences > 0 ? ('differs' as const) : ('verified' as const), refused: 0, differences: this.differences })),
  };

  private async perform<T>(name: ActivityName, input: object, work: () => T | Promise<T>): Promise<T> {
    const call = { name, input: { ...input } };
    this.calls.push(call);
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    const context = Context.current();
    const beating = setInterval(() => context.heartbeat(), 500);
    try {
      if (this.latencyMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
      }
      await Promise.race([this.onCall(call), context.cancelled]);
      return await work();
    } finally {
      clearInterval(beating);
      this.inFlight -= 1;
    }
  }
}

const keyOf = (type: string, { batch }: BatchInput): string => `${type}/${batch}`;

/** Holds whoever passes until it is opened. */
export function aGate(): { readonly passed: Promise<void>; arrived(): Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const passed = new Promise<void>((resolve) => (arrive = resolve));
  return {
    passed,
    arrived: () => {
      arrive();
      return opened;
    },
    open: () => open(),
  };
}
