/**
 * Visits every state that a model can reach, and asks its law of each. The model says what can happen next; the code under test is called from there, so that what is
 * explored is what runs. A state is plain JSON, and two that read the same are one. Once handed over it is never changed; states may share parts.
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
 * Breadth-first, so that the first broken law comes with a shortest way to it. Beside the model's own law: from every state there is a way to an end.
 * @throws LawBroken; Error when there are more than `maxStates`
 */
export function explore<State>(model: Model<State>): Exploration {
  const { start, maxStates = 2_000_000 } = model;
  const known = new KnownValues();
  const places = new Map<number, number>([[known.numberOf(start), 0]]);
  // Where each state came from: the way back is walked only when a law is broken.
  const reached: Reached<State>[] = [{ state: start, label: '', from: null }];
  const edges: { readonly from: number; readonly to: number }[] = [];
  const ends: number[] = [];
  for (let place = 0; place < reached.length; place += 1) {
    const here = reached[place]!;
    const successors = model.next(here.state!);
    const broken = model.law(here.state!, successors.length === 0);
    if (broken !== null) {
      throw new LawBroken(broken, wayTo(here));
    }
    if (successors.length === 0) {
      ends.push(place);
    }
    for (const { label, state } of successors) {
      const number = known.numberOf(state);
      const to = places.get(number) ?? reached.length;
      edges.push({ from: place, to });
      if (to === reached.length) {
        places.set(number, to);
        reached.push({ state, label, from: here });
        if (to >= maxStates) {
          throw new Error(`more than ${String(maxStates)} states, the last by:\n${wayTo(reached[to]!).join('\n')}`);
        }
      }
    }
    // Its successors are known: only the way here is needed from now on.
    here.state = null;
  }
  const stuck = firstStuck(reached.length, edges, ends);
  if (stuck !== null) {
    throw new LawBroken('no way leads to an end from here', wayTo(reached[stuck]!));
  }
  return { states: reached.length, transitions: edges.length, ends: ends.length };
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

/** The first state, in order of discovery, from which no end can be reached; backwards from the ends. */
function firstStuck(count: number, edges: readonly { readonly from: number; readonly to: number }[], ends: readonly number[]): number | null {
  const before: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) {
    before[to]!.push(from);
  }
  const ending = new Uint8Array(count);
  const open = [...ends];
  while (open.length > 0) {
    const place = open.pop()!;
    if (ending[place] === 0) {
      ending[place] = 1;
      open.push(...before[place]!);
    }
  }
  const stuck = ending.indexOf(0);
  return stuck === -1 ? null : stuck;
}

/** Most members come in the same order already. */
function inOrder(names: string[]): string[] {
  return names.every((name, index) => index === 0 || names[index - 1]! < name) ? names : names.sort();
}

/**
 * Gives equal values the same number, whatever the order of their members. Exact, no digest; parts that states share are looked at once, which makes a step as cheap as
 * what it changed. Values are frozen as they are seen: a model that changed one afterwards would deceive the exploration.
 */
class KnownValues {
  private readonly byText = new Map<string, number>();
  private readonly byIdentity = new WeakMap<object, number>();

  numberOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) {
      return this.numberOfText(this.partOf(value));
    }
    const seen = this.byIdentity.get(value);
    if (seen !== undefined) {
      return seen;
    }
    const number = this.numberOfText(this.textOf(value));
    this.byIdentity.set(Object.freeze(value), number);
    return number;
  }

  private textOf(value: object): string {
    if (Array.isArray(value)) {
      let text = '[';
      for (const each of value) {
        text += `${this.partOf(each)},`;
      }
      return text;
    }
    const members = value as Readonly<Record<string, unknown>>;
    let text = '{';
    for (const name of inOrder(Object.keys(members))) {
      const member = members[name];
      if (member !== undefined) {
        text += `${String(name.length)}:${name}${this.partOf(member)},`;
      }
    }
    return text;
  }

  /** Texts go with their length, numbers of known values with their sign, so that nothing can be taken for anything else. */
  private partOf(part: unknown): string {
    if (typeof part === 'string') {
      return `${String(part.length)}"${part}`;
    }
    return typeof part === 'object' && part !== null ? `#${String(this.numberOf(part))}` : String(part);
  }

  private numberOfText(text: string): number {
    const known = this.byText.get(text);
    if (known !== undefined) {
      return known;
    }
    this.byText.set(text, this.byText.size);
    return this.byText.size - 1;
  }
}

/** For the test's output: what was explored, how far, under which laws. Written past Jest's own console, so that it shows in every run. */
export function printExploration(name: string, { states, transitions, ends }: Exploration, { bound, laws }: { readonly bound: string; readonly laws: readonly string[] }): void {
  process.stderr.write(`explored ${name}: ${String(states)} states, ${String(transitions)} transitions, ${String(ends)} ends\n  bound: ${bound}\n${laws.length > 0 ? `  laws: ${laws.join('; ')}\n` : ''}`);
}
