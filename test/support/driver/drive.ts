/**
 * Drives a whole small migration by calling the activities themselves, in the order in which the workflows would, and again after each failure, as Temporal would:
 * with a real ledger file, the real connector and a simulated portal over HTTP. What an activity answered is kept in a file, as Temporal keeps it in a history, so
 * that a process that was killed is followed by one that goes on.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHubspotConnector } from '../../../connectors/hubspot/hubspot-connector';
import { createSalesforceFileSource } from '../../../connectors/salesforce/source';
import { passCrashPoint } from '../../../domain/crash-point';
import type { CrashWatch } from '../../../domain/crash-point';
import { idMapDigest } from '../../../domain/id-map';
import type { IdPair } from '../../../domain/id-map';
import { migrationDefinitionSchema } from '../../../domain/migration-definition.schema';
import type { MigrationDefinition } from '../../../domain/migration-definition.schema';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../../../domain/object-type';
import { parseOnlyIds } from '../../../domain/only-ids';
import type { OnlyId } from '../../../domain/only-ids';
import type { PlanFacts } from '../../../domain/plan-facts';
import { toStopCause } from '../../../domain/stop-cause';
import type { StopCause } from '../../../domain/stop-cause';
import { batchesOf, toItems } from '../../../domain/window';
import type { BatchPlace } from '../../../domain/window';
import type { PartitionManifest } from '../../../domain/planned-record';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { createLedgerActivities, createPortalActivities } from '../../../worker/create-activities';
import { toFailure } from '../../../worker/failure-interceptor';
import { createPacedTarget } from '../../../worker/known-portal';
import { inActivity } from '../in-activity';
import { openVirtualTime } from './virtual-time';
import type { VirtualTime } from './virtual-time';

export interface DriveOptions {
  readonly simulatorUrl: string;
  readonly token: string;
  readonly ledgerFile: string;
  readonly historyFile: string;
  readonly sourceFolder: string;
  /** The machine's time when the simulator began. */
  readonly startedMs: number;
  /** Further members of the migration definition. */
  readonly definition?: Readonly<Record<string, unknown>>;
  /** `back`: forward to the end, then rolled back. */
  readonly direction: 'forward' | 'back';
  /** Batches under way at once. */
  readonly window: number;
  /** How long one call may take, in the machine's milliseconds. */
  readonly callTimeoutMs: number;
  /** The run takes over the plan of an earlier planning run, of the listed records. */
  readonly plan?: 'adopted';
  /** As after a loss: the run is entered into its ledger once more, in a new epoch, and what it wrote is compared with what the workflows knew. */
  readonly memory?: 'recovered';
  /** What failed and was skipped is driven once more, planned by this definition. */
  readonly retry?: { readonly definition?: DriveOptions['definition']; readonly sourceFolder?: string };
  /** Before it is undone, another run takes the portal, and lets go of it. */
  readonly portal?: 'taken-meanwhile';
}

export interface Driven {
  readonly state: string;
  /** Times that the work stood still, by `kind code`. */
  readonly pauses: Readonly<Record<string, number>>;
  /** Attempts of activities beyond the first. */
  readonly retries: number;
}

/** The run waits for something that no waiting mends. */
export class DriveStopped extends Error {
  constructor(override readonly cause: StopCause, activity: string, words: string) {
    super(`${activity} stands still: ${cause.kind} ${cause.code ?? ''} (${words})`);
  }
}

/** As activity-options.ts has it for writes. */
const ATTEMPTS = 5;
const FIRST_RETRY_MS = 4_000;
const PORTAL_PAUSE_MS = 60_000;
const SEARCH_LAG_MS = 6_000;
/** A run that stands still so often does not get on at all. */
const MOST_PAUSES = 40;
const RESERVE = 0;
export const DRIVEN_RUN = 'driven.1';
const PLANNING_RUN = 'plan:driven.1';

export const drivenDefinition = (id: string, sourceFolder: string, more: DriveOptions['definition'] = {}): MigrationDefinition =>
  migrationDefinitionSchema.parse({ id, source: { crm: 'salesforce', files: sourceFolder, currency: 'USD' }, target: { crm: 'hubspot' }, ...more });

/**
 * @param watch told of each crash point
 * @param isDead whether `watch` lets nothing pass any more: then nothing is tried again
 */
export async function drive(options: DriveOptions, watch: CrashWatch, isDead: () => boolean = () => false): Promise<Driven> {
  const time = await openVirtualTime(options.startedMs, options.simulatorUrl);
  const ledger = await openLedger({ location: options.ledgerFile, clock: time.nowMs, sleep: time.sleep, crashWatch: watch });
  const ticking: NodeJS.Timeout[] = [];
  try {
    return await driveOn(options, watch, isDead, time, ledger, ticking);
  } finally {
    ticking.forEach(clearInterval);
    await ledger.close();
  }
}

async function driveOn(options: DriveOptions, watch: CrashWatch, isDead: () => boolean, time: VirtualTime, ledger: Ledger, ticking: NodeJS.Timeout[]): Promise<Driven> {
  const collaborators = {
    ledger,
    target: createPacedTarget(ledger, (pace) =>
      createHubspotConnector({ baseUrl: options.simulatorUrl, readToken: async () => options.token, pace, timeoutMs: options.callTimeoutMs, crashWatch: watch, ticks: { nowMs: time.nowMs, every: (periodMs, tick) => void ticking.push(setInterval(tick, periodMs / 20).unref()) } }),
    ),
    openSource: ({ source }: MigrationDefinition) => createSalesforceFileSource({ folder: source.files, objects: source.objects }),
    // Shards are workflows: the pairs are compared with the ledger's below, and nothing is open here.
    shards: { start: async () => 'started' as const, readDigest: async () => null, close: async () => undefined },
    tellCommand: async () => null,
    clock: time.nowMs,
    version: '0.0.0-driven',
  };
  const portal = createPortalActivities(collaborators);
  const own = createLedgerActivities(collaborators);
  const { perform, once, told, askAfterWaits } = createEngine(options, watch, isDead, time, ledger);

  const run = DRIVEN_RUN;
  const opened = async (name: string, kind: 'migration' | 'planning'): Promise<void> => {
    if ((await ledger.runs.find(name)) === null) {
      const definition = drivenDefinition('driven', options.sourceFolder, options.definition);
      await ledger.runs.open({ migrationId: 'driven', kind, definition, definitionDigest: 'driven', now: new Date(time.nowMs()).toISOString() });
    }
  };
  await opened(run, 'migration');
  if (options.memory === 'recovered') {
    const row = (await ledger.runs.find(run))!;
    await ledger.recovery.adopt({ ...row, portalId: row.portalId ?? '4711', epoch: (await ledger.identity()).epoch });
    await ledger.recovery.raiseEpoch(run);
  }
  const adopted = options.plan === 'adopted' ? await planned() : null;
  await perform('inspectSource', '', () => own.inspectSource({ run }));
  const { portalId } = await perform('inspectPortal', '', () => portal.inspectPortal({ run }));
  if (adopted !== null) {
    await perform('adoptPlan', '', () => own.adoptPlan({ run, expectedDigest: adopted }));
  }
  await perform('stageSource', '', () => own.stageSource({ run }));
  let facts = await (adopted === null ? perform('planMigration', '', () => portal.planMigration({ run })) : perform('rematchRecords', '', () => portal.rematchRecords({ run, expectedDigest: adopted })));
  const identity = { run, portalId, ...(await ledger.identity()) };
  askAfterWaits(() => portal.probePortal({ ...identity, reserve: RESERVE }));
  await perform('recordState', 'properties', () => own.recordState({ run, state: 'running', phase: 'properties', reasons: [], rate: 1 }));
  await perform('applySchema', '', () => portal.applySchema(identity));

  /** @returns the digest of a plan of all records, by their list */
  async function planned(): Promise<string> {
    await opened(PLANNING_RUN, 'planning');
    const only = (list: readonly OnlyId[]) => Promise.all([run, PLANNING_RUN].map((each) => ledger.drift.saveOnly(each, list)));
    await once('only', async () => void (await only(idsIn(options.sourceFolder))));
    await perform('inspectSource', PLANNING_RUN, () => own.inspectSource({ run: PLANNING_RUN }));
    await perform('sampleSource', PLANNING_RUN, () => own.sampleSource({ run: PLANNING_RUN }));
    await perform('inspectPortal', PLANNING_RUN, () => portal.inspectPortal({ run: PLANNING_RUN }));
    await perform('stageSource', PLANNING_RUN, () => own.stageSource({ run: PLANNING_RUN }));
    return (await perform('planMigration', PLANNING_RUN, () => portal.planMigration({ run: PLANNING_RUN }))).digest;
  }

  const inWindow = async <T>(places: readonly BatchPlace[], work: (place: BatchPlace) => Promise<T>): Promise<T[]> => {
    const results: T[] = [];
    const pending = [...places];
    const ends = await Promise.allSettled(Array.from({ length: options.window }, async () => {
      for (let place = pending.shift(); place !== undefined; place = pending.shift()) {
        results.push(await work(place));
      }
    }));
    // Nothing is left under way when the first failure is told.
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
    return results;
  };
  const batchInput = ({ batch, count }: BatchPlace) => ({ ...identity, batch, count, reserve: RESERVE });
  const placesOf = (partitions: readonly PartitionManifest[]) => toItems('write-records', 'companies', partitions).flatMap(batchesOf);

  /** @param linked the associations that are read back, and the types that are looked through */
  const goForward = async (work: PlanFacts, linked: PlanFacts, when: '' | ' retry'): Promise<string> => {
    for (const { objectType, partitions } of recordsOf(work)) {
      await perform('recordState', `${objectType}${when}`, () => own.recordState({ run, state: 'running', phase: when === '' ? objectType : 'retry', reasons: [], rate: 1 }));
      for (const manifest of partitions) {
        await perform('compareSchema', `${objectType} ${manifest.partition}`, () => portal.compareSchema({ ...identity, objectType, reserve: RESERVE }));
        const done = await inWindow(placesOf([manifest]), (place) => perform('writeRecords', `${objectType} ${place.batch}`, () => portal.writeRecords({ ...batchInput(place), objectType })));
        const pairs: readonly IdPair[] = done.flatMap((each) => each.pairs);
        await perform('compareShard', `${objectType} ${manifest.partition}`, () =>
          own.compareShard({ ...identity, objectType, partition: manifest.partition, firstBatch: manifest.firstBatch, batchCount: manifest.batchCounts.length, workflowId: `driven/${objectType}/${manifest.partition}`, digest: idMapDigest(pairs), pairCount: pairs.length }),
        );
        if (options.memory === 'recovered') {
          await ledger.recovery.saveWitnesses(run, objectType, pairs);
          await perform('recoverRecords', `${objectType} ${manifest.partition}`, () => portal.recoverRecords({ ...identity, objectType, manifest, reserve: RESERVE }));
        }
      }
    }
    for (const { associationType, partitions } of associationsOf(work)) {
      await inWindow(placesOf(partitions), (place) => perform('writeAssociations', `${associationType} ${place.batch}`, () => portal.writeAssociations({ ...batchInput(place), associationType })));
    }
    for (const { objectType, partitions } of recordsOf(work)) {
      await inWindow(placesOf(partitions), (place) => perform('verifyRecords', `${objectType} ${place.batch}`, () => portal.verifyRecords({ ...batchInput(place), objectType })));
    }
    for (const { associationType, partitions } of associationsOf(linked)) {
      await inWindow(placesOf(partitions), (place) => perform('verifyAssociations', `${associationType} ${place.batch}${when}`, () => portal.verifyAssociations({ ...batchInput(place), associationType })));
    }
    await time.jump(SEARCH_LAG_MS);
    for (const { objectType, partitions } of recordsOf(linked)) {
      if (partitions.length > 0) {
        await perform('findUnexpected', `${objectType}${when}`, () => portal.findUnexpected({ ...identity, objectType, reserve: RESERVE }));
      }
    }
    return (await perform('assembleReport', `forward${when}`, () => own.assembleReport({ ...identity, rolledBack: false }))).state;
  };
  let state = await goForward(facts, facts, '');
  if (options.retry !== undefined) {
    const dryRun = PLANNING_RUN;
    const definition = drivenDefinition('driven', options.retry.sourceFolder ?? options.sourceFolder, options.retry.definition ?? options.definition);
    await once('dry run', async () => void ((await ledger.runs.find(dryRun)) ?? (await ledger.runs.open({ migrationId: 'driven', kind: 'planning', definition, definitionDigest: 'mended', now: new Date(time.nowMs()).toISOString() }))));
    await perform('inspectSource', 'retry', () => own.inspectSource({ run: dryRun }));
    await perform('inspectPortal', 'retry', () => portal.inspectPortal({ run: dryRun }));
    await perform('stageSource', 'retry', () => own.stageSource({ run: dryRun }));
    await perform('planMigration', 'retry', () => portal.planMigration({ run: dryRun, retryOf: run }));
    await once('retry', async () => void (await ledger.retries.open(run, { planning: dryRun, which: 'all', reason: null, now: new Date(time.nowMs()).toISOString() })));
    facts = (await perform('planRetry', '1', () => own.planRetry({ ...identity, round: 1 }))).facts;
    await perform('applySchema', 'retry', () => portal.applySchema(identity));
    state = await goForward(ofRound(facts, 1), facts, ' retry');
    await perform('notify', '', () => own.notify({ run, key: 'operator', event: 'waits', state: 'paused', reasons: [] }));
    await perform('endRetry', '1', () => own.endRetry({ ...identity, round: 1 }));
    state = (await perform('assembleReport', 'retry', () => own.assembleReport({ ...identity, rolledBack: false }))).state;
  }
  if (options.direction === 'forward') {
    return { state, ...told() };
  }

  if (options.portal === 'taken-meanwhile') {
    await perform('recordState', 'open', () => own.recordState({ run, state: 'verified', phase: 'open', reasons: [], rate: 1 }));
    await once('taken-meanwhile', async () => {
      await opened(PLANNING_RUN, 'planning');
      await ledger.runs.claimPortal(PLANNING_RUN, { portalId, keyProperty: 'salesforce_id', objectTypes: OBJECT_TYPES });
    });
  }
  await perform('recordState', 'rollback', () => own.recordState({ run, state: 'rolling-back', phase: 'rollback', reasons: [], rate: 1 }));
  for (const { associationType, partitions } of associationsOf(facts).toReversed()) {
    await inWindow(placesOf(partitions), (place) => perform('undoAssociations', `${associationType} ${place.batch}`, () => portal.undoAssociations({ ...batchInput(place), associationType, includeEdited: false })));
  }
  for (const { objectType, partitions } of recordsOf(facts).toReversed()) {
    await inWindow(placesOf(partitions), (place) => perform('undoRecords', `${objectType} ${place.batch}`, () => portal.undoRecords({ ...batchInput(place), objectType, includeEdited: false })));
  }
  for (const { objectType } of recordsOf(facts).toReversed()) {
    await perform('sweepUndone', objectType, () => portal.sweepUndone({ ...identity, objectType, reserve: RESERVE }));
  }
  await perform('undoSchema', '', () => portal.undoSchema(identity));
  const undone = await perform('assembleReport', 'back', () => own.assembleReport({ ...identity, rolledBack: true }));
  return { state: undone.state, ...told() };
}

/** The first cell of every row of every file. */
function idsIn(folder: string): readonly OnlyId[] {
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8').split('\n').slice(1).map((row) => row.split(',')[0]?.replaceAll('"', '') ?? ''));
  return parseOnlyIds(texts.flat().join('\n')).ids;
}

const ofRound = (facts: PlanFacts, round: number): PlanFacts => ({
  ...facts,
  records: facts.records.map((each) => ({ ...each, partitions: each.partitions.filter((manifest) => manifest.round === round) })),
  associations: facts.associations.map((each) => ({ ...each, partitions: each.partitions.filter((manifest) => manifest.round === round) })),
});
const recordsOf = (facts: PlanFacts) => OBJECT_TYPES.flatMap((objectType) => facts.records.filter((each) => each.objectType === objectType));
const associationsOf = (facts: PlanFacts) => ASSOCIATION_TYPES.flatMap((associationType) => facts.associations.filter((each) => each.associationType === associationType));

/** What Temporal does for an activity: it keeps its answer, and repeats it until there is one. */
function createEngine({ historyFile }: DriveOptions, watch: CrashWatch, isDead: () => boolean, time: VirtualTime, ledger: Ledger) {
  const history = new Map<string, unknown>(existsSync(historyFile) ? readFileSync(historyFile, 'utf8').split('\n').filter((line) => line.endsWith(']')).map((line) => JSON.parse(line) as [string, unknown]) : []);
  const pauses: Record<string, number> = {};
  let retries = 0;
  let probe: (() => Promise<unknown>) | null = null;

  const attempt = <T>(type: string, work: () => Promise<T>): Promise<T> => passCrashPoint(watch, `activity:${type}`, () => inActivity(work));

  async function perform<T>(type: string, what: string, work: () => Promise<T>): Promise<T> {
    const key = `${type} ${what}`;
    if (history.has(key)) {
      return history.get(key) as T;
    }
    for (let attempts = 1; ; attempts += 1) {
      try {
        const answer = await attempt(type, work);
        appendFileSync(historyFile, `${JSON.stringify([key, answer ?? null])}\n`);
        return answer;
      } catch (error) {
        if (isDead()) {
          throw error;
        }
        const failure = toFailure(error);
        const words = error instanceof Error ? error.message : String(error);
        await ledger.facts.recordError(DRIVEN_RUN, { type: failure.type ?? 'unknown', code: type, message: words, place: key, at: new Date(time.nowMs()).toISOString() });
        if (!failure.nonRetryable && attempts % ATTEMPTS !== 0) {
          retries += 1;
          const delayMs: unknown = failure.nextRetryDelay;
          await time.jump(typeof delayMs === 'number' ? delayMs : FIRST_RETRY_MS * 2 ** ((attempts % ATTEMPTS) - 1));
          continue;
        }
        await standStill(key, toStopCause({ type: failure.type ?? 'unknown', details: failure.details?.[0] as { code: string } }, time.nowMs()), words);
      }
    }
  }

  /** For what is no activity. */
  async function once(key: string, work: () => Promise<void>): Promise<void> {
    if (!history.has(key)) {
      await work();
      appendFileSync(historyFile, `${JSON.stringify([key, null])}\n`);
    }
  }

  async function standStill(key: string, cause: StopCause, words: string): Promise<void> {
    const name = `${cause.kind} ${cause.code ?? ''}`;
    pauses[name] = (pauses[name] ?? 0) + 1;
    const isWaited = cause.kind === 'portal-unavailable' || cause.kind === 'quota';
    if (!isWaited || Object.values(pauses).reduce((sum, count) => sum + count, 0) > MOST_PAUSES) {
      throw new DriveStopped(cause, key, words);
    }
    await time.jump(cause.until === null ? PORTAL_PAUSE_MS : Math.max(1_000, Date.parse(cause.until) - time.nowMs()));
    if (probe !== null) {
      // What else it finds, the work that is done again finds too.
      await attempt('probePortal', probe).catch(() => undefined);
    }
  }

  return {
    perform,
    once,
    told: () => ({ pauses, retries }),
    /** After each wait the portal is asked first, as the migration does. */
    askAfterWaits(ask: () => Promise<unknown>) {
      probe = ask;
    },
  };
}
