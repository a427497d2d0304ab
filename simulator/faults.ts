import type { EventState, Fault, FaultPlan, FaultRule, Occasion, PortalEvent, ScheduledEvent } from './fault-plan';
import { createSeededRandom, type SeededRandom } from './seeded-random';

/** Decides which calls go wrong and what happens at them. The same plan and the same order of calls give the same faults and events. */
export interface FaultPlanner {
  set(plan: FaultPlan): void;
  clear(): void;
  state(): PlannerState;
  /** Whether any rule of this kind may strike (again). */
  mayStrike(kind: Fault['kind']): boolean;
  /**
   * What this call meets. Every call must be asked about exactly once.
   * @param canStrike whether a fault has anything to strike in this call
   */
  meet(method: string, path: string, canStrike?: (fault: Fault) => boolean): Encounter;
  /** For faults that choose among results: repeatable, and drawn apart from the rest, so that no answer's size decides on a later fault. */
  random(): number;
}

export interface PlannerState extends FaultPlan {
  readonly matched: readonly number[];
  readonly struck: readonly number[];
  readonly happened: readonly EventState[];
}

export interface Encounter {
  readonly fault: Fault | undefined;
  readonly before: readonly DueEvent[];
  readonly after: readonly DueEvent[];
}

export type EventOutcome = { readonly result: 'done'; readonly id?: string } | { readonly result: 'notThere' | 'refused'; readonly problem: string };

/** An event whose moment has come. Another call in flight may have been quicker: then there is nothing left to happen. */
export interface DueEvent {
  happen(perform: (event: PortalEvent) => EventOutcome): void;
}

interface Armed<On extends Occasion> {
  readonly on: On;
  readonly pattern: RegExp | undefined;
  matched: number;
  /** Strikes of a rule, effects of an event. */
  count: number;
}

interface ArmedEvent extends Armed<ScheduledEvent> {
  notThere: number;
  refused: number;
  ids: string[];
  problem: string | null;
}

/** Streams of one seed that do not disturb each other. */
const [FAULTS, EVENTS, RESULTS] = [0, 1_000_003, 2_000_003];

/** @throws SyntaxError from `set` for a path that is no regular expression */
export function createFaultPlanner(): FaultPlanner {
  let plan: FaultPlan = { rules: [] };
  let rules: Armed<FaultRule>[] = [];
  let events: ArmedEvent[] = [];
  let draws = { faults: createSeededRandom(1), events: createSeededRandom(1), results: createSeededRandom(1) };

  const set = (next: FaultPlan): void => {
    rules = next.rules.map(arm);
    events = (next.events ?? []).map((event) => ({ ...arm(event), notThere: 0, refused: 0, ids: [], problem: null }));
    plan = next;
    const seed = next.seed ?? 1;
    draws = { faults: createSeededRandom(seed + FAULTS), events: createSeededRandom(seed + EVENTS), results: createSeededRandom(seed + RESULTS) };
  };

  return {
    set,
    clear: () => set({ rules: [] }),
    state: () => ({
      ...plan,
      matched: rules.map(({ matched }) => matched),
      struck: rules.map(({ count }) => count),
      happened: events.map(({ matched, count, notThere, refused, ids, problem }) => ({ matched, done: count, notThere, refused, ids: [...ids], problem })),
    }),
    mayStrike: (kind) => rules.some((rule) => rule.on.fault.kind === kind && !isOver(rule)),
    meet(method, path, canStrike = () => true) {
      const call = `${method} ${path}`;
      // Every rule draws, whoever strikes: what one rule finds to strike must not change the luck of another.
      const willing = rules.filter((rule) => isDue(rule, call, draws.faults));
      const striking = willing.find(({ on }) => canStrike(on.fault));
      if (striking) striking.count += 1;
      const due = events.filter((event) => isDue(event, call, draws.events));
      const at = (when: 'before' | 'after'): DueEvent[] => due.filter(({ on }) => on.when === when).map(toDueEvent);
      return { fault: striking?.on.fault, before: at('before'), after: at('after') };
    },
    random: () => draws.results(),
  };
}

function arm<On extends Occasion>(on: On): Armed<On> {
  return { on, pattern: on.path === undefined ? undefined : new RegExp(on.path), matched: 0, count: 0 };
}

/** Counts the call where it matches. */
function isDue(armed: Armed<Occasion>, call: string, random: SeededRandom): boolean {
  const { callNumbers, probability } = armed.on;
  if (armed.pattern && !armed.pattern.test(call)) return false;
  armed.matched += 1;
  if (callNumbers && !callNumbers.includes(armed.matched)) return false;
  if (isUsedUp(armed)) return false;
  return probability === undefined || random() < probability;
}

function isUsedUp({ on, count }: Armed<Occasion>): boolean {
  return on.times !== undefined && count >= on.times;
}

function isOver(armed: Armed<Occasion>): boolean {
  const { callNumbers } = armed.on;
  return isUsedUp(armed) || (callNumbers !== undefined && callNumbers.every((number) => number <= armed.matched));
}

function toDueEvent(armed: ArmedEvent): DueEvent {
  return {
    happen(perform) {
      if (isUsedUp(armed)) return;
      const outcome = perform(armed.on.event);
      if (outcome.result === 'done') {
        armed.count += 1;
        if (outcome.id !== undefined) armed.ids.push(outcome.id);
        return;
      }
      armed[outcome.result] += 1;
      armed.problem = outcome.problem;
    },
  };
}
