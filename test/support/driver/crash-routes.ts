/**
 * The runs in which processes are killed: each of them passes crash points that the others do not, and all of them must end as the undisturbed run does. For each
 * point, `placeToDie` says in which run and at which passage.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashPoint } from '../../../domain/crash-point';
import type { FaultPlan } from '../../../simulator/control-plane';
import type { ChildOptions } from './drive-main';
import type { DrivenRun, DrivenScene } from './driven-scene';
import { putPlanned } from './planned-run';
import type { PlannedRun } from './planned-run';
import { writeSmallExport } from './small-export';

export const ROUTES = ['forward', 'from the start', 'back', 'told to wait', 'late slots', 'adopted plan', 'changed source', 'recovered', 'taken meanwhile', 'retried'] as const;
export type Route = (typeof ROUTES)[number];

export type Side = 'before' | 'after';

/** Points that a run may pass by chance, and the route that passes them for certain: there, the first passage is the place to die. */
const FORCED: Readonly<Partial<Record<CrashPoint, Route>>> = {
  // Renewed once a second, while a call is under way.
  'ledger:renew-permits': 'told to wait',
  'ledger:take-another-slot': 'late slots',
};

/** One call of each kind of refusal that is no record's fault, and one slow answer. Times are the machine's: a second of the driven run is 50 ms. */
const TOLD_TO_WAIT: FaultPlan = {
  rules: [
    { path: '^POST /crm/objects/.*/companies/batch/create', times: 1, fault: { kind: 'slow', delayMs: 150 } },
    { path: '^POST /crm/objects/.*/contacts/batch/create', callNumbers: [1], fault: { kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' } },
    { path: '^POST /crm/objects/.*/deals/batch/create', callNumbers: [1], fault: { kind: 'rate-limited', policy: 'DAILY' } },
    { path: '^POST /crm/associations/.*/batch/create', times: 1, fault: { kind: 'locked' } },
  ],
};

/** A mapping that names nobody: each contact lacks what a contact must have. */
const TELLING = { notify: { command: '/dev/null' } };
const NAMELESS = { objects: { contacts: { properties: { email: null, firstname: null, lastname: null } } } };

/** Those on which what must not be lost is begun before there is a plan. */
const PLANNING_ROUTES: readonly Route[] = ['from the start', 'adopted plan', 'changed source', 'recovered', 'retried'];

/** A fresh run on this route, up to where the process is started that dies. */
export async function beginRoute(scene: DrivenScene, route: Route, folder: string, planned: PlannedRun): ReturnType<typeof beginAtStart> {
  const begun = await beginAtStart(scene, route, folder);
  if (!PLANNING_ROUTES.includes(route)) {
    putPlanned(begun.run, planned);
  }
  return begun;
}

async function beginAtStart(scene: DrivenScene, route: Route, folder: string): Promise<{ readonly run: DrivenRun; readonly orders: Pick<ChildOptions, 'stall'> }> {
  switch (route) {
    case 'forward':
    case 'from the start':
      return { run: await scene.begin(), orders: {} };
    case 'back':
      return { run: await scene.begin({ direction: 'back' }), orders: {} };
    case 'told to wait': {
      const run = await scene.begin();
      await scene.portal.faults(TOLD_TO_WAIT);
      return { run, orders: {} };
    }
    case 'late slots':
      // Longer than any lane allows a slot to be late.
      return { run: await scene.begin(), orders: { stall: { point: 'ledger:take-slot', side: 'after', passages: 5, ms: 25 } } };
    case 'adopted plan':
      return { run: await scene.begin({ plan: 'adopted' }), orders: {} };
    case 'recovered':
      return { run: await scene.begin({ memory: 'recovered' }), orders: {} };
    case 'taken meanwhile':
      return { run: await scene.begin({ direction: 'back', portal: 'taken-meanwhile' }), orders: {} };
    case 'retried':
      return { run: await scene.begin({ definition: { ...NAMELESS, ...TELLING }, retry: { definition: TELLING } }), orders: {} };
    case 'changed source': {
      const sourceFolder = writeSmallExport(join(folder, 'changed'), { accounts: 5, contacts: 9, opportunities: 3 });
      const run = await scene.begin({ sourceFolder });
      await run.drive((point) => {
        if (point === 'activity:planMigration') {
          throw new Error('The files change before the plan is made');
        }
      }).catch(() => undefined);
      // The run begins anew with its preflight, as it does after a mistake in its source was mended.
      rmSync(run.options.historyFile);
      writeSmallExport(sourceFolder);
      return { run, orders: {} };
    }
  }
}

export interface PlaceToDie {
  readonly route: Route;
  /** The middle one of the undisturbed run's: of the batches of contacts rather than of the first of companies. */
  readonly passage: number;
}

/** Runs that wait by the clock: how often they pass a boundary is not the same each time, so that the first passage is the place to die. */
const BY_THE_CLOCK: readonly Route[] = ['told to wait', 'late slots'];
export const isByTheClock = (route: Route): boolean => BY_THE_CLOCK.includes(route);

/** @param passages how often an undisturbed run on a route passes this boundary; measured when first asked for */
export async function placeToDie(point: CrashPoint, side: Side, passages: (route: Route) => Promise<number>): Promise<PlaceToDie> {
  const forced = FORCED[point];
  if (forced !== undefined) {
    return { route: forced, passage: 1 };
  }
  for (const route of ROUTES) {
    const count = await passages(route);
    if (count > 0) {
      return { route, passage: isByTheClock(route) ? 1 : Math.ceil(count / 2) };
    }
  }
  throw new Error(`No run of the crash suite passes ${side} ${point}: add a route (test/support/driver/crash-routes.ts), or cover it through Temporal`);
}
