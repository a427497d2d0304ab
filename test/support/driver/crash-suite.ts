/** Kills a driven run on one side of one crash point, lets it finish, and holds the end against the undisturbed run's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CrashPoint } from '../../../domain/crash-point';
import type { AssociationTallies, RecordTallies } from '../../../domain/record-outcome';
import type { CallLog, CanonicalDump } from '../../../simulator/control-plane';
import { openLedger } from '../../../ledger/open-ledger';
import { dyingWhen, watchWith } from './crash-orders';
import { beginRoute, isByTheClock, placeToDie } from './crash-routes';
import type { PlaceToDie, Route, Side } from './crash-routes';
import { DRIVEN_RUN } from './drive';
import type { Driven } from './drive';
import { openDrivenScene } from './driven-scene';
import type { DrivenRun } from './driven-scene';
import { planOnce } from './planned-run';

/** What a run left behind, and what it did to the portal. */
export interface RunEnd {
  readonly state: string;
  /** Forward: the canonical dump. Back: the fingerprint. */
  readonly portal: CanonicalDump | string;
  readonly tallies: { readonly records: RecordTallies; readonly associations: AssociationTallies };
  readonly inDoubt: number;
  /** Inputs that landed, by kind of call: every record written twice would count twice. */
  readonly landed: Readonly<Record<string, number>>;
  /** Creates that met what was there already, which is what a record sent twice does. */
  readonly collisions: number;
  /** Calls that asked for records or associations while batches were written or undone. */
  readonly looks: number;
  readonly calls: number;
}

export interface CrashCase {
  readonly point: CrashPoint;
  readonly side: Side;
}

export interface Killed extends PlaceToDie, CrashCase {
  readonly signal: NodeJS.Signals | null;
  /** The last boundary that the killed process reached. */
  readonly diedAt: string;
  readonly end: RunEnd;
  readonly undisturbed: RunEnd;
}

export interface CrashSuite {
  run(asked: CrashCase): Promise<Killed>;
  close(): Promise<void>;
}

interface Undisturbed {
  readonly end: RunEnd;
  /** `side point`, in order. */
  readonly passed: readonly string[];
}

const WRITING = ['activity:writeRecords', 'activity:writeAssociations', 'activity:undoRecords', 'activity:undoAssociations'];
/** Those that were answered: one that finds its slot gone by is begun again without being sent. */
const LOOKS = ['after call:read', 'after call:association-read'];
const RECORD_CREATE = /^(companies|contacts|deals)\.batch\.create$/;
/** Of records and associations: a property that is there already is no second one. */
const WRITES = /^(companies|contacts|deals|associations)\.batch\.(create|update|archive)$/;
/** A record that a rollback archives is stripped of its unique values first. Whether that has happened is kept nowhere: it is done again, and changes nothing then. */
const UNDO_WRITES = /^(companies|contacts|deals|associations)\.batch\.(create|archive)$/;

export async function openCrashSuite(): Promise<CrashSuite> {
  const scene = await openDrivenScene();
  const folder = mkdtempSync(join(tmpdir(), 'portage-crash-'));
  const planned = await planOnce(scene);
  // The only one that lives to its end: what V8 made of its code is what those that are killed start with.
  await (await scene.begin()).spawn();
  const known = new Map<Route, Promise<Undisturbed>>();

  const endOf = async (run: DrivenRun, { state }: Driven, passed: readonly string[]): Promise<RunEnd> => {
    const log = await scene.portal.calls();
    const tallies = await talliesOf(run.options.ledgerFile);
    const isBack = run.options.direction === 'back';
    return {
      state,
      portal: isBack ? await scene.portal.fingerprint() : await scene.dump(),
      tallies,
      inDoubt: inDoubtIn(tallies),
      landed: landedIn(log, isBack ? UNDO_WRITES : WRITES),
      collisions: collisionsIn(log),
      looks: looksIn(passed),
      calls: log.total,
    };
  };

  const measure = async (route: Route): Promise<Undisturbed> => {
    const { run, orders } = await beginRoute(scene, route, folder, planned);
    const passed: string[] = [];
    const stallAsTold = watchWith(orders);
    const driven = await run.drive((point, side) => {
      passed.push(`${side} ${point}`);
      stallAsTold(point, side);
    });
    return { end: await endOf(run, driven, passed), passed };
  };
  const undisturbed = (route: Route): Promise<Undisturbed> => {
    const measured = known.get(route) ?? measure(route);
    known.set(route, measured);
    return measured;
  };

  return {
    async run({ point, side }) {
      const boundary = `${side} ${point}`;
      const place = await placeToDie(point, side, async (route) => timesPassed((await undisturbed(route)).passed, boundary));
      const asUsual = await undisturbed(place.route);
      const lastLap = isByTheClock(place.route) ? { activitiesBefore: 0, passage: place.passage } : lastLapTo(asUsual.passed, boundary, place.passage);

      const { run, orders } = await beginRoute(scene, place.route, folder, planned);
      const passedBefore = await driveThroughActivities(run, lastLap.activitiesBefore);
      const { signal, passed } = await run.spawn({ ...orders, crash: { point, side, passage: lastLap.passage, signal: 'SIGKILL' }, keepLog: true });
      const passedAfter: string[] = [];
      const finished = await run.drive((each, eachSide) => passedAfter.push(`${eachSide} ${each}`));

      return { ...place, point, side, signal, diedAt: passed.at(-1) ?? '', end: await endOf(run, finished, [...passedBefore, ...passed, ...passedAfter]), undisturbed: asUsual.end };
    },
    async close() {
      await scene.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const timesPassed = (passed: readonly string[], boundary: string): number => passed.filter((each) => each === boundary).length;

/**
 * From the last activity that began while no other was under way: a process that is to die needs to live no longer than from there, and what it would have done before
 * can be done by a process that lives on, in a fifth of the time.
 */
function lastLapTo(passed: readonly string[], boundary: string, passage: number): { readonly activitiesBefore: number; readonly passage: number } {
  let lap = { activitiesBefore: 0, passage: 0 };
  let [begun, underWay, passages] = [0, 0, 0];
  for (const each of passed) {
    if (each.startsWith('before activity:')) {
      lap = underWay === 0 ? { activitiesBefore: begun, passage: passages } : lap;
      begun += 1;
      underWay += 1;
    } else if (each.startsWith('after activity:')) {
      underWay -= 1;
    }
    passages += each === boundary ? 1 : 0;
    if (passages === passage) {
      break;
    }
  }
  return { ...lap, passage: passage - lap.passage };
}

/** In this process, up to where the next one begins. Returns the boundaries passed. */
async function driveThroughActivities(run: DrivenRun, count: number): Promise<readonly string[]> {
  const passed: string[] = [];
  let begun = 0;
  const mortal = dyingWhen((_, point, side) => {
    begun += side === 'before' && point.startsWith('activity:') ? 1 : 0;
    return begun > count;
  });
  if (count > 0) {
    await run.driveUntilDeath({
      ...mortal,
      watch(point, side) {
        mortal.watch(point, side);
        passed.push(`${side} ${point}`);
      },
    });
  }
  return passed;
}

/** A record that was written twice counts twice. */
export function landedIn({ calls }: CallLog, kindsOfWrites = WRITES): Readonly<Record<string, number>> {
  const landed = calls.filter(({ kind, status }) => kindsOfWrites.test(kind) && status >= 200 && status < 300);
  const kinds = [...new Set(landed.map(({ kind }) => kind))].sort();
  return Object.fromEntries(kinds.map((kind) => [kind, landed.filter((call) => call.kind === kind).reduce((sum, { inputCount }) => sum + inputCount, 0)]));
}

/** What a record that has landed meets when it is sent again. */
export const collisionsIn = ({ calls }: CallLog): number => calls.filter(({ kind, status }) => RECORD_CREATE.test(kind) && (status === 409 || status === 207)).length;

export const inDoubtIn = ({ records, associations }: RunEnd['tallies']): number => [...Object.values(records), ...Object.values(associations)].reduce((sum, { inDoubt }) => sum + inDoubt, 0);

async function talliesOf(location: string): Promise<RunEnd['tallies']> {
  const ledger = await openLedger({ location });
  try {
    return await ledger.facts.tallies(DRIVEN_RUN);
  } finally {
    await ledger.close();
  }
}

/** Batches under way at once are of one activity type, so the last one begun says what a call was for. */
function looksIn(passed: readonly string[]): number {
  let isWriting = false;
  let looks = 0;
  for (const boundary of passed) {
    if (boundary.startsWith('before activity:')) {
      isWriting = WRITING.includes(boundary.slice('before '.length));
    }
    looks += isWriting && LOOKS.includes(boundary) ? 1 : 0;
  }
  return looks;
}

const hasEqualEnd = ({ end, undisturbed }: Killed): boolean => isDeepStrictEqual([end.state, end.portal], [undisturbed.state, undisturbed.portal]);

/** A line each. */
export function toTable(results: readonly Killed[]): string {
  const rows = results.map((each) => {
    const { point, side, route, passage, end, undisturbed } = each;
    return [point, side, route, String(passage), String(end.calls - undisturbed.calls), String(end.looks - undisturbed.looks), hasEqualEnd(each) ? 'equal' : 'DIFFERS'];
  });
  const lines = [['boundary', 'killed', 'run', 'passage', 'further calls', 'look-ups', 'end'], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const equal = results.filter(hasEqualEnd).length;
  return [
    ...lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()),
    `${new Set(results.map(({ point }) => point)).size} boundaries, ${results.length} kills, ${equal} equal ends`,
  ].join('\n');
}
