/** Drives one migration through a schedule of faults, deaths and poisoned records, and compares its end with an undisturbed run and with the source itself. */
import type { CrashPoint } from '../../../domain/crash-point';
import { openLedger } from '../../../ledger/open-ledger';
import type { CanonicalDump, FaultRule, PortalDefinition } from '../../../simulator/control-plane';
import type { CrashOrder } from './crash-orders';
import { dyingWhen } from './crash-orders';
import { DRIVEN_RUN } from './drive';
import type { Driven } from './drive';
import { openDrivenScene } from './driven-scene';
import type { DrivenRun, DrivenScene } from './driven-scene';
import { lookForBrokenPromises } from './exactly-once';
import type { Findings } from './exactly-once';
import { FIRST_WRITE, putPlanned, readPlanned } from './planned-run';
import type { PlannedRun } from './planned-run';
import type { Poison, Schedule } from './schedule';
import { exportedIds, SMALL, smallPortal } from './small-export';
import type { ExportSize } from './small-export';

export interface ScheduleEnd {
  readonly schedule: Schedule;
  /** In words; empty when every promise was kept. */
  readonly broken: readonly string[];
  readonly findings: Findings | null;
  readonly driven: Driven | null;
  readonly deaths: Readonly<Record<'played' | 'killed', number>>;
  /** Faults that struck, by kind. */
  readonly struck: Readonly<Record<string, number>>;
  readonly calls: readonly string[];
}

export interface ScheduleRunner {
  run(schedule: Schedule): Promise<ScheduleEnd>;
  close(): Promise<void>;
}

/** Two batches of each type and three of contacts, so that a window wider than one means something. */
const MANY_BATCHES: ExportSize = { accounts: 105, contacts: 206, opportunities: 103 };
const SIZES: Readonly<Record<Schedule['size'], ExportSize>> = { small: SMALL, 'many-batches': MANY_BATCHES };

export function createScheduleRunner(): ScheduleRunner {
  const stages = new Map<Schedule['size'], Promise<Stage>>();
  const stageOf = (size: Schedule['size']): Promise<Stage> => {
    const stage = stages.get(size) ?? openStage(SIZES[size]);
    stages.set(size, stage);
    return stage;
  };
  return {
    async run(schedule) {
      return (await stageOf(schedule.size)).run(schedule);
    },
    async close() {
      for (const stage of stages.values()) {
        await (await stage).close();
      }
    },
  };
}

type Stage = ScheduleRunner;

interface Undisturbed {
  readonly state: string;
  readonly dump: CanonicalDump;
  readonly findings: Findings;
  /** Boundaries passed, in order. */
  readonly passed: Passed;
  readonly planned: PlannedRun;
}

type Passed = readonly { readonly point: CrashPoint; readonly side: 'before' | 'after' }[];

async function openStage(size: ExportSize): Promise<Stage> {
  const scene = await openDrivenScene(size);
  const undisturbedRuns = new Map<string, Promise<Undisturbed>>();
  const undisturbed = (poison: Poison | null, direction: Schedule['direction']): Promise<Undisturbed> => {
    const name = JSON.stringify([poison, direction]);
    const run = undisturbedRuns.get(name) ?? runUndisturbed(scene, size, poison, direction);
    undisturbedRuns.set(name, run);
    return run;
  };
  return {
    async run(schedule) {
      return runSchedule(scene, size, schedule, await undisturbed(schedule.poison, schedule.direction));
    },
    close: () => scene.close(),
  };
}

async function runUndisturbed(scene: DrivenScene, size: ExportSize, poison: Poison | null, direction: Schedule['direction']): Promise<Undisturbed> {
  const passed: Passed[number][] = [];
  const run = await scene.begin({ direction }, portalWith(poison));
  const knownIds = await idsIn(scene);
  await scene.portal.faults({ rules: poisonRules(poison) });
  let planned: PlannedRun = [];
  const { state } = await run.drive((point, side) => {
    passed.push({ point, side });
    if (point === FIRST_WRITE && side === 'before') {
      planned = readPlanned(run);
    }
  });
  const wanted = direction === 'back' ? 'rolled-back' : poison === null ? 'verified' : 'finished-with-refusals';
  const findings = await lookBack(scene, size, run, knownIds);
  const refused = poisonedIds(size, poison);
  const surprises = [...differences('state', wanted, state), ...differences('refused', refused, findings.refused.map(({ sourceId }) => sourceId))];
  if (surprises.length > 0) {
    throw new Error(`The undisturbed run itself is not as it should be: ${surprises.join('; ')}`);
  }
  return { state, dump: await scene.dump(), findings, passed, planned };
}

async function runSchedule(scene: DrivenScene, size: ExportSize, schedule: Schedule, undisturbed: Undisturbed): Promise<ScheduleEnd> {
  const { direction, window, poison } = schedule;
  const run = await scene.begin({ direction, window }, portalWith(poison));
  if (schedule.from === 'plan') {
    putPlanned(run, undisturbed.planned);
  }
  const before = await scene.portal.fingerprint();
  const knownIds = await idsIn(scene);
  // Poison first: what a refused record would do if an answer about it were lost is what `named` shows, by the portal's own rule.
  await scene.portal.faults({ ...schedule.faults, rules: [...poisonRules(poison), ...schedule.faults.rules] });
  const deaths = { played: 0, killed: 0 };
  const broken: string[] = [];
  let driven: Driven | null = null;
  let findings: Findings | null = null;
  try {
    driven = await driveThrough(run, schedule, undisturbed, deaths);
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const struck = await struckByKind(scene, schedule);
  if (driven !== null) {
    broken.push(...differences('the state', undisturbed.state, driven.state));
    findings = await lookBack(scene, size, run, knownIds);
    broken.push(...differences('refused records', undisturbed.findings.refused, findings.refused));
    broken.push(...findings.inDoubt);
    if (direction === 'back') {
      broken.push(...((await scene.portal.fingerprint()) === before ? [] : ['the portal is not as it was before']));
    } else {
      broken.push(...findings.doubled, ...findings.lost, ...findings.wrongPairs);
    }
    broken.push(...differences('the canonical dump', undisturbed.dump, await scene.dump()));
  }
  const { calls } = await scene.portal.calls();
  return { schedule, broken, findings, driven, deaths, struck, calls: calls.map(({ number, method, path, status, fault }) => `${number} ${method} ${path} ${status}${fault === null ? '' : ` ${fault}`}`) };
}

/** One process after the other, each until it dies, the last one to the end. Pauses and retries are those of all that lived on in this process. */
async function driveThrough(run: DrivenRun, schedule: Schedule, undisturbed: Undisturbed, deaths: { played: number; killed: number }): Promise<Driven> {
  const passed = schedule.from === 'start' ? undisturbed.passed : undisturbed.passed.slice(undisturbed.passed.findIndex(({ point }) => point === FIRST_WRITE));
  for (const { at, how } of schedule.deaths) {
    const place = Math.floor(at * passed.length);
    if (how === 'played') {
      const driven = await run.driveUntilDeath(dyingWhen((passage) => passage > place));
      if (driven !== null) {
        return driven;
      }
      deaths.played += 1;
    } else {
      const end = await run.spawn({ crash: crashOrderAt(passed, place) });
      if (end.driven !== null) {
        return end.driven;
      }
      if (end.stopped !== null) {
        throw new Error(end.stopped);
      }
      deaths.killed += 1;
    }
  }
  return run.drive();
}

function crashOrderAt(passed: Passed, place: number): CrashOrder {
  const chosen = passed[place] ?? { point: 'activity:assembleReport', side: 'before' };
  const passage = passed.slice(0, place + 1).filter(({ point, side }) => point === chosen.point && side === chosen.side).length;
  return { ...chosen, passage: Math.max(1, passage), signal: 'SIGKILL' };
}

/** `named`: a requirement that the portal tells nobody, so that no plan foresees its refusals. */
function portalWith(poison: Poison | null): PortalDefinition {
  const titles = poison?.contacts.map((number) => `Title ${number}`) ?? [];
  const rules = poison?.how === 'named' ? { rules: { conditionalRequired: [{ objectType: 'contacts', when: { propertyName: 'jobtitle', values: titles }, required: ['fax'] }] } } : {};
  return { ...smallPortal(), ...rules };
}

function poisonRules(poison: Poison | null): readonly FaultRule[] {
  return poison?.how === 'unnamed' ? [{ fault: { kind: 'poison', property: 'jobtitle', values: poison.contacts.map((number) => `Title ${number}`) } }] : [];
}

/** The last contact is the first once more and shares its fate. */
function poisonedIds({ contacts, ...size }: ExportSize, poison: Poison | null): readonly string[] {
  const ids = exportedIds({ contacts, ...size }).contacts;
  const numbers = poison?.contacts ?? [];
  return [...numbers, ...(numbers.includes(1) ? [contacts] : [])].map((number) => ids[number - 1] ?? '');
}

async function lookBack(scene: DrivenScene, size: ExportSize, run: DrivenRun, knownIds: ReadonlySet<string>): Promise<Findings> {
  const ledger = await openLedger({ location: run.options.ledgerFile });
  try {
    return await lookForBrokenPromises({ ledger, run: DRIVEN_RUN, source: exportedIds(size), portal: await scene.portal.dump(), knownIds });
  } finally {
    await ledger.close();
  }
}

async function idsIn(scene: DrivenScene): Promise<ReadonlySet<string>> {
  const { records } = await scene.portal.dump();
  return new Set(Object.values(records).flatMap((each) => each.map(({ id }) => id)));
}

async function struckByKind(scene: DrivenScene, { poison }: Schedule): Promise<Readonly<Record<string, number>>> {
  const { rules, struck, happened } = await scene.portal.faultState();
  const poisonCount = poisonRules(poison).length;
  const counts: Record<string, number> = {};
  rules.slice(poisonCount).forEach(({ fault }, place) => {
    const count = struck[place + poisonCount] ?? 0;
    if (count > 0) {
      counts[fault.kind] = (counts[fault.kind] ?? 0) + count;
    }
  });
  const events = happened.reduce((sum, { done }) => sum + done, 0);
  return events === 0 ? counts : { ...counts, 'limits-shrink': events };
}

/** The first few places where two values of plain JSON differ, in words. */
export function differences(what: string, wanted: unknown, found: unknown, path = ''): readonly string[] {
  if (typeof wanted === 'object' && wanted !== null && typeof found === 'object' && found !== null) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
    return names.flatMap((name) => differences(what, (wanted as Record<string, unknown>)[name], (found as Record<string, unknown>)[name], `${path}/${name}`)).slice(0, 10);
  }
  return wanted === found ? [] : [`${what}${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
}
