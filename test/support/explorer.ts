/**
 * Visits every state that a model can reach, and asks its law of each. The model says what can happen next; the code under test is called from there, so that what is
 * explored is what runs. A state is plain JSON, and two that read the same are one.
 */

export interface Model<State> {
  readonly start: State;
  /** All that can happen next; none at an end. A successor's label is what a person reads in a counter-example. */
  next(state: State): readonly Transition<State>[];
  /** What is broken, in words; null when all is well. `isEnd`: nothing can happen any more. */
  law(state: State, isEnd: boolean): string | null;
  /** More states than this mean that the model is not bounded as it says: the exploration throws. */
  readonly maxStates?: number;
}

export interface Transition<State> {
  readonly label: string;
  readonly state: State;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  readonly ends: number;
}

/** A broken law, with the labels of a shortest way there. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';

  constructor(readonly law: string, readonly labels: readonly string[]) {
    super(`${law}\n${labels.map((label, index) => `  ${String(index + 1)}. ${label}`).join('\n')}`);
  }
}

/**
 * Breadth-first, so that the first broken law comes with a shortest way to it.
 * @throws LawBroken; Error when there are more than `maxStates`
 */
export function explore<State>(model: Model<State>): Exploration {
  const { start, maxStates = 2_000_000 } = model;
  const visited = new Set<string>([canonicalJson(start)]);
  // Where each queued state came from: the way back is walked only when a law is broken.
  const reached: Reached<State>[] = [{ state: start, label: '', from: null }];
  let transitions = 0;
  let ends = 0;
  for (let place = 0; place < reached.length; place += 1) {
    const here = reached[place]!;
    const successors = model.next(here.state!);
    const broken = model.law(here.state!, successors.length === 0);
    if (broken !== null) {
      throw new LawBroken(broken, wayTo(here));
    }
    ends += successors.length === 0 ? 1 : 0;
    transitions += successors.length;
    for (const { label, state } of successors) {
      const written = canonicalJson(state);
      if (!visited.has(written)) {
        visited.add(written);
        if (visited.size > maxStates) {
          throw new Error(`more than ${String(maxStates)} states, the last by:\n${[...wayTo(here), label].join('\n')}`);
        }
        reached.push({ state, label, from: here });
      }
    }
    // Its successors are known: only the way here is needed from now on.
    here.state = null;
  }
  return { states: visited.size, transitions, ends };
}

interface Reached<State> {
  state: State | null;
  readonly label: string;
  readonly from: Reached<State> | null;
}

function wayTo<State>(last: Reached<State>): readonly string[] {
  const labels: string[] = [];
  for (let at: Reached<State> | null = last; at !== null && at.from !== null; at = at.from) {
    labels.unshift(at.label);
  }
  return labels;
}

/** The same text for equal values, whatever the order of their members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** One line for the test's output: what was explored, how far, under which laws. Written past Jest's own console, so that it shows in every run. */
export function printExploration(name: string, { states, transitions, ends }: Exploration, { bound, laws }: { readonly bound: string; readonly laws: readonly string[] }): void {
  process.stderr.write(`explored ${name}: ${String(states)} states, ${String(transitions)} transitions, ${String(ends)} ends\n  bound: ${bound}\n  laws: ${laws.join('; ')}\n`);
}
