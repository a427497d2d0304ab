/** Drives one migration through a schedule of faults, deaths and poisoned records, and compares its end with an undisturbed run and with the source itself. */
import type { CrashPoint } from '../../../domain/crash-point';
import type { CanonicalDump, FaultRule, PortalDefinition } from '../../../simulator/control-plane';
import type { CrashOrder } from './crash-orders';
import { dyingAt } from './crash-orders';
import type { Driven } from './drive';
import { openDrivenScene } from './driven-scene';
import type { DrivenRun, DrivenScene } from './driven-scene';
import { lookForBrokenPromises } from './exactly-once';
import type { Findings } from './exactly-once';
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

/** More than one batch of each type, so that a window wider than one means something. */
const MANY_BATCHES: ExportSize = { accounts: 120, contacts: 310, opportunities: 110 };
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
  readonly dump: CanonicalDump;
  readonly findings: Findings;
  /** Boundaries that a run in each direction passes, in order. */
  readonly passed: readonly { readonly point: CrashPoint; readonly side: 'before' | 'after' }[];
}

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
  const passed: Undisturbed['passed'][number][] = [];
  const run = await scene.begin({ direction }, portalWith(poison));
  const knownIds = await idsIn(scene);
  await scene.portal.faults({ rules: poisonRules(poison) });
  const { state } = await run.drive((point, side) => void passed.push({ point, side }));
  const isWell = direction === 'back' ? state === 'rolled-back' : state === 'verified';
  if (!isWell) {
    throw new Error(`The undisturbed run itself ended as ${state}.`);
  }
  const findings = await lookForBrokenPromises(run.options.ledgerFile, exportedIds(size), await scene.portal.dump(), knownIds);
  return { dump: await scene.dump(), findings, passed };
}

async function runSchedule(scene: DrivenScene, size: ExportSize, schedule: Schedule, undisturbed: Undisturbed): Promise<ScheduleEnd> {
  const { direction, window, poison } = schedule;
  const run = await scene.begin({ direction, window, callTimeoutMs: 1_000 }, portalWith(poison));
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
    const wanted = direction === 'back' ? 'rolled-back' : 'verified';
    if (driven.state !== wanted) {
      broken.push(`it ended as ${driven.state}, not as ${wanted}`);
    }
    findings = await lookForBrokenPromises(run.options.ledgerFile, exportedIds(size), await scene.portal.dump(), knownIds);
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
async function driveThrough(run: DrivenRun, schedule: Schedule, { passed }: Undisturbed, deaths: { played: number; killed: number }): Promise<Driven> {
  for (const { at, how } of schedule.deaths) {
    const place = Math.floor(at * passed.length);
    if (how === 'played') {
      const driven = await run.driveUntilDeath(dyingAt(place + 1));
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

function crashOrderAt(passed: Undisturbed['passed'], place: number): CrashOrder {
  const chosen = passed[place] ?? { point: 'activity:assembleReport', side: 'before' };
  const passage = passed.slice(0, place + 1).filter(({ point, side }) => point === chosen.point && side === chosen.side).length;
  return { ...chosen, passage: Math.max(1, passage), signal: 'SIGKILL' };
}

/** `named`: a rule that the portal keeps from everybody's plan, as its check is a pattern. */
function portalWith(poison: Poison | null): PortalDefinition {
  const portal = smallPortal();
  return poison?.how === 'named'
    ? { ...portal, rules: { validation: [{ objectType: 'contacts', propertyName: 'jobtitle', rules: [{ ruleType: 'REGEX', ruleArguments: [`(?!(${poison.contacts.join('|')})$|Title (${poison.contacts.join('|')})$).*`] }] }] } }
    : portal;
}

function poisonRules(poison: Poison | null): readonly FaultRule[] {
  return poison?.how === 'unnamed' ? [{ fault: { kind: 'poison', property: 'jobtitle', values: poison.contacts.map((number) => `Title ${number}`) } }] : [];
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

/** The first few places where two values of plain JSON differ. */
function differences(what: string, wanted: unknown, found: unknown, path = ''): readonly string[] {
  if (typeof wanted === 'object' && wanted !== null && typeof found === 'object' && found !== null) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
    return names.flatMap((name) => differences(what, (wanted as Record<string, unknown>)[name], (found as Record<string, unknown>)[name], `${path}/${name}`)).slice(0, 10);
  }
  return wanted === found ? [] : [`${what}${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
}
