import type { Fault, FaultPlan, FaultPlanState, FaultRule } from './control-plane';
import { createSeededRandom, type SeededRandom } from './seeded-random';

/** Decides which calls go wrong. The same plan and the same order of calls give the same faults. */
export interface FaultPlanner {
  set(plan: FaultPlan): void;
  clear(): void;
  state(): FaultPlanState;
  /** The fault of this call, if any. Every call must be asked about exactly once. */
  strike(method: string, path: string): Fault | undefined;
}

interface ArmedRule {
  readonly rule: FaultRule;
  readonly pattern: RegExp | undefined;
  matched: number;
  struck: number;
}

/** @throws SyntaxError from `set` for a path that is no regular expression */
export function createFaultPlanner(): FaultPlanner {
  let plan: FaultPlan = { rules: [] };
  let armed: ArmedRule[] = [];
  let random: SeededRandom = createSeededRandom(1);

  const set = (next: FaultPlan): void => {
    armed = next.rules.map((rule) => ({ rule, pattern: rule.path === undefined ? undefined : new RegExp(rule.path), matched: 0, struck: 0 }));
    plan = next;
    random = createSeededRandom(next.seed ?? 1);
  };

  return {
    set,
    clear: () => set({ rules: [] }),
    state: () => ({ ...plan, matched: armed.map(({ matched }) => matched), struck: armed.map(({ struck }) => struck) }),
    strike(method, path) {
      let found: ArmedRule | undefined;
      for (const candidate of armed) {
        const { rule, pattern } = candidate;
        if (pattern && !pattern.test(`${method} ${path}`)) continue;
        candidate.matched += 1;
        if (rule.callNumbers && !rule.callNumbers.includes(candidate.matched)) continue;
        if (rule.times !== undefined && candidate.struck >= rule.times) continue;
        if (rule.probability !== undefined && random() >= rule.probability) continue;
        found ??= candidate;
      }
      if (found) found.struck += 1;
      return found?.rule.fault;
    },
  };
}
