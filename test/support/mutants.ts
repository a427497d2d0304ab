/** Mistakes planted on purpose into the parts that a model is explored with: an exploration that lets one through shows less than it seems to. */
import type { Exploration } from './explorer';

export interface Mutant {
  readonly name: string;
  /** What is done wrong, in one sentence. */
  readonly describes: string;
  /** The model that is explored with it. */
  readonly model: string;
  /** @throws LawBroken when the mistake is caught */
  explore(): Exploration;
}

/** A model whose parts (functions of the code under test, and of the portal and ledger around it) can be replaced one by one. */
export interface ModelWithParts<Parts> {
  readonly name: string;
  readonly parts: Parts;
  explore(parts: Parts): Exploration;
}

export interface Mistake<Parts> {
  readonly name: string;
  readonly describes: string;
  /** The parts that are wrong; made from the right ones, so that no code under test is written twice. */
  inject(right: Parts): Partial<Parts>;
}

export function mutantsOf<Parts extends object>(model: ModelWithParts<Parts>, mistakes: readonly Mistake<Parts>[]): readonly Mutant[] {
  return mistakes.map(({ name, describes, inject }) => ({ name, describes, model: model.name, explore: () => model.explore({ ...model.parts, ...inject(model.parts) }) }));
}
