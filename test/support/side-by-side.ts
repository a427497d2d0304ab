/** Migrations side by side in one process: one worker and one ledger, and a simulated portal for each migration. Real workflows on the run's server, real activities, real connectors. */
import pino from 'pino';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerActivities, PortalActivities } from '../../activities/migration-activities';
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import { nobodyWatches } from '../../domain/crash-point';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { OVER_STATES } from '../../domain/phase';
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import type { CanonicalDump, FaultPlan } from '../../simulator/control-plane';
import { createHubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import type { HubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import { createLedgerActivities, createPortalActivities } from '../../worker/create-activities';
import { createPortageWorker } from '../../worker/create-worker';
import { createShards } from '../../worker/id-map-shards';
import { createPacedTarget } from '../../worker/known-portal';
import type { MigrationInput } from '../../workflows/messages';
import { taskQueues, workflowIds } from '../../workflows/messages';
import { lookForBrokenPromises } from './driver/exactly-once';
import type { Findings } from './driver/exactly-once';
import { DRIVEN_TOKEN, exportedIds, SMALL, smallPortal, writeSmallExport } from './driver/small-export';
import { simulatedPortal } from './simulated-portal';
import type { SimulatedPortal } from './simulated-portal';
import type { SuiteTemporal } from './temporal';

export interface EndOfMigration {
  readonly state: string;
  /** Run and migration are called RUN and MIGRATION in it, so that two of them compare. */
  readonly dump: CanonicalDump;
  readonly findings: Findings;
  readonly struck: Readonly<Record<string, number>>;
  readonly calls: readonly string[];
}

export interface SideBySide {
  /** A portal of its own, and a migration into it from its start to its end. @param name unique; becomes the migration's id */
  migrate(name: string, faults: FaultPlan): Promise<EndOfMigration>;
  close(): Promise<void>;
}

const POLL_MS = 200;
const LONGEST_RUN_MS = 300_000;

export async function startSideBySide(temporal: SuiteTemporal): Promise<SideBySide> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-side-by-side-'));
  const sourceFolder = writeSmallExport(join(folder, 'export'));
  const ledger = await openLedger({ location: join(folder, 'ledger.db') });
  const { ledgerId, epoch } = await ledger.identity();
  const shards = createShards(temporal.client);
  let portalCount = 0;
  const portals: { readonly simulator: HubspotSimulator; readonly run: string; readonly activities: LedgerActivities & PortalActivities }[] = [];

  const activitiesFor = (baseUrl: string): LedgerActivities & PortalActivities => {
    const collaborators = {
      ledger,
      target: createPacedTarget(ledger, (pace) => createHubspotConnector({ baseUrl, readToken: async () => DRIVEN_TOKEN, pace })),
      openSource: () => createSalesforceFileSource({ folder: sourceFolder }),
      shards,
      clock: () => Date.now(),
      tellCommand: async () => null,
      version: '0.0.0-test',
    };
    return { ...createLedgerActivities(collaborators), ...createPortalActivities(collaborators) };
  };
  const one = activitiesFor('http://127.0.0.1:1');
  /** Each call goes to the activities of the portal that its run writes to. */
  const dispatching = <Activities extends object>(names: Activities): Activities =>
    Object.fromEntries(
      Object.keys(names).map((name) => [
        name,
        (input: { readonly run?: string }) => {
          const home = portals.find(({ run }) => run === input.run)?.activities ?? one;
          return (home as unknown as Record<string, (input: unknown) => unknown>)[name]?.(input);
        },
      ]),
    ) as Activities;

  const worker = await createPortageWorker({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    ledger,
    ledgerId,
    ledgerActivities: dispatching<LedgerActivities>(one),
    portalActivities: dispatching<PortalActivities>(one),
    workflowBundle: temporal.workflowBundle,
    logger: pino({ level: 'silent' }),
    clock: () => Date.now(),
    portalActivitiesPerSecond: null,
    crashWatch: nobodyWatches,
  });
  const running = worker.run();

  return {
    async migrate(name, faults) {
      portalCount += 1;
      const portalId = 5_000 + portalCount;
      const simulator = createHubspotSimulator();
      const { url } = await simulator.listen(0);
      const portal = simulatedPortal(url);
      await portal.load({ ...smallPortal(), portalId, switches: { searchLagMs: 0 } });
      const knownIds = new Set(Object.values((await portal.dump()).records).flatMap((records) => records.map(({ id }) => id)));
      await portal.faults(faults);

      const definition = migrationDefinitionSchema.parse({ id: name, source: { crm: 'salesforce', files: sourceFolder, currency: 'USD' }, target: { crm: 'hubspot', portal: portalId } });
      const { run } = await ledger.runs.open({ migrationId: name, kind: 'migration', definition, definitionDigest: name, now: new Date().toISOString() });
      portals.push({ simulator, run, activities: activitiesFor(url) });
      const input: MigrationInput = { run, migrationId: name, ledgerId, epoch, expectedPlanDigest: null, approve: { acceptLeftOut: 0 }, rate: 1, reserve: 0, rollbackWindowMs: 60 * 60_000, searchLagMs: 0 };
      const handle = await temporal.client.workflow.start('migration', { workflowId: workflowIds.migration(run), taskQueue: taskQueues.ledger(ledgerId), args: [input] });
      const state = await untilOver(ledger, run);
      const end = {
        state,
        dump: withoutNames(await portal.canonicalDump(), run, name),
        findings: await lookForBrokenPromises({ ledger, run, source: exportedIds(SMALL), portal: await portal.dump(), knownIds }),
        struck: await struckByKind(portal),
        calls: (await portal.calls()).calls.map(({ number, method, path, status, fault }) => `${number} ${method} ${path} ${status} ${fault ?? ''}`),
      };
      if ((await handle.describe()).status.name === 'RUNNING') {
        await handle.terminate();
      }
      return end;
    },
    async close() {
      worker.shutdown();
      await running;
      await Promise.all(portals.map(({ simulator }) => simulator.close()));
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Also what does not end is an end: its state is told. */
async function untilOver(ledger: Ledger, run: string): Promise<string> {
  const deadline = Date.now() + LONGEST_RUN_MS;
  for (;;) {
    const row = await ledger.runs.find(run);
    const isOver = row !== null && (OVER_STATES.some((state) => state === row.state) || row.phase === 'open');
    if (row !== null && (isOver || Date.now() > deadline)) {
      return isOver ? `${row.state}${row.state === 'not-started' ? await lastWords(ledger, run) : ''}` : `${row.state} in ${row.phase}, waiting for ${row.reasons.map(({ kind, code }) => `${kind} ${code ?? ''}`).join(', ')}`;
    }
    await sleep(POLL_MS);
  }
}

/** Stamps carry the run, ids of the run's own pipelines the migration. */
const withoutNames = (dump: CanonicalDump, run: string, name: string): CanonicalDump =>
  JSON.parse(JSON.stringify(dump).replaceAll(run, 'RUN').replaceAll(name, 'MIGRATION').replaceAll(name.replaceAll('-', '_'), 'MIGRATION')) as CanonicalDump;

async function lastWords(ledger: Ledger, run: string): Promise<string> {
  const error = await ledger.facts.lastError(run);
  return error === null ? '' : ` (${error.type} ${error.code})`;
}

/** Faults that struck so far. */
export async function struckByKind(portal: SimulatedPortal): Promise<Readonly<Record<string, number>>> {
  const { rules, struck } = await portal.faultState();
  const counts: Record<string, number> = {};
  rules.forEach(({ fault }, place) => {
    if ((struck[place] ?? 0) > 0) {
      counts[fault.kind] = (counts[fault.kind] ?? 0) + (struck[place] ?? 0);
    }
  });
  return counts;
}
