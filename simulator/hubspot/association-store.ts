import { DEFINED_ASSOCIATIONS } from './association-types';

export interface AssociationType {
  readonly fromTypeId: string;
  readonly toTypeId: string;
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly inverseTypeId: number;
  readonly kind: 'unlabelled' | 'primary' | 'labelled';
  readonly name: string;
  label: string | null;
}

type Types = readonly AssociationType[];

/**
 * Which records are associated, and as what. Each pair is kept from both ends, so that either can be read at once.
 * Nothing here looks at whether a record is archived: an archived end hides its associations, and shows them again when restored.
 */
export class AssociationStore {
  private readonly pairs = new Map<string, Map<number, Map<number, Types>>>();
  private readonly types: AssociationType[] = DEFINED_ASSOCIATIONS.map((defined) => ({
    ...defined,
    category: 'HUBSPOT_DEFINED',
    name: defined.kind === 'unlabelled' ? 'unlabeled' : (defined.label ?? 'unlabeled').toLowerCase().replaceAll(' ', '_'),
  }));
  private readonly interned = new Map<string, Types>();
  private nextLabelId = 1;

  typesBetween(fromTypeId: string, toTypeId: string): AssociationType[] {
    return this.types.filter((type) => type.fromTypeId === fromTypeId && type.toTypeId === toTypeId);
  }

  allTypes(): readonly AssociationType[] {
    return this.types;
  }

  /** The unlabelled type of a direction. Pairs of types that the vendor's list does not name have none. */
  unlabelled(fromTypeId: string, toTypeId: string): AssociationType | undefined {
    return this.types.find((type) => type.fromTypeId === fromTypeId && type.toTypeId === toTypeId && type.kind === 'unlabelled');
  }

  primary(fromTypeId: string, toTypeId: string): AssociationType | undefined {
    return this.types.find((type) => type.fromTypeId === fromTypeId && type.toTypeId === toTypeId && type.kind === 'primary');
  }

  find(category: string, typeId: number): AssociationType | undefined {
    return this.types.find((type) => type.category === category && type.typeId === typeId);
  }

  inverse(type: AssociationType): AssociationType {
    return this.types.find((other) => other.category === type.category && other.typeId === type.inverseTypeId) ?? type;
  }

  /** Adds a label to both directions. @returns the two of them; the same one twice between records of one type without an inverse label */
  addLabel(label: { fromTypeId: string; toTypeId: string; name: string; label: string; inverseLabel: string | undefined }): readonly [AssociationType, AssociationType] {
    const { fromTypeId, toTypeId, name } = label;
    const typeId = this.nextLabelId++;
    const symmetric = fromTypeId === toTypeId && label.inverseLabel === undefined;
    const inverseTypeId = symmetric ? typeId : this.nextLabelId++;
    const there: AssociationType = { fromTypeId, toTypeId, category: 'USER_DEFINED', typeId, inverseTypeId, kind: 'labelled', name, label: label.label };
    this.types.push(there);
    if (symmetric) return [there, there];
    const back: AssociationType = { ...there, fromTypeId: toTypeId, toTypeId: fromTypeId, typeId: inverseTypeId, inverseTypeId: typeId, label: label.inverseLabel ?? label.label };
    this.types.push(back);
    return [there, back];
  }

  /** Takes a label away from the portal and from every pair that carries it. */
  removeLabel(type: AssociationType): void {
    for (const gone of new Set([type, this.inverse(type)])) {
      this.types.splice(this.types.indexOf(gone), 1);
      const sources = this.pairs.get(direction(gone.fromTypeId, gone.toTypeId));
      for (const targets of sources?.values() ?? []) {
        for (const [toId, types] of targets) if (types.includes(gone)) targets.set(toId, this.intern(types.filter((kept) => kept !== gone)));
      }
    }
  }

  /** Does any pair carry the type, as seen from its own side? */
  isCarried(type: AssociationType): boolean {
    const sources = this.pairs.get(direction(type.fromTypeId, type.toTypeId));
    return [...(sources?.values() ?? [])].some((targets) => [...targets.values()].some((types) => types.includes(type)));
  }

  typesOf(fromTypeId: string, fromId: number, toTypeId: string, toId: number): Types {
    return this.pairs.get(direction(fromTypeId, toTypeId))?.get(fromId)?.get(toId) ?? [];
  }

  /** What a record is associated with, in the order in which it came about. */
  from(fromTypeId: string, fromId: number, toTypeId: string): ReadonlyMap<number, Types> {
    return this.pairs.get(direction(fromTypeId, toTypeId))?.get(fromId) ?? new Map<number, Types>();
  }

  /** Sets all types of a pair, from both ends; none takes the pair away. */
  set(fromTypeId: string, fromId: number, toTypeId: string, toId: number, types: Types): void {
    this.setDirected(fromTypeId, fromId, toTypeId, toId, types);
    const back = types.map((type) => this.inverse(type));
    this.setDirected(toTypeId, toId, fromTypeId, fromId, back);
  }

  /** Every pair once: with the lower type id first, and within one type with the lower record id first. */
  *allPairs(): Generator<{ fromTypeId: string; fromId: number; toTypeId: string; toId: number; types: Types }> {
    for (const [key, sources] of this.pairs) {
      const [fromTypeId = '', toTypeId = ''] = key.split('>');
      if (fromTypeId > toTypeId) continue;
      for (const [fromId, targets] of sources) {
        for (const [toId, types] of targets) if (fromTypeId !== toTypeId || fromId < toId) yield { fromTypeId, fromId, toTypeId, toId, types };
      }
    }
  }

  /** Directions in which this type has any pair. */
  typesAssociatedWith(fromTypeId: string): string[] {
    return [...this.pairs.keys()].filter((key) => key.startsWith(`${fromTypeId}>`)).map((key) => key.slice(fromTypeId.length + 1));
  }

  private setDirected(fromTypeId: string, fromId: number, toTypeId: string, toId: number, types: Types): void {
    const key = direction(fromTypeId, toTypeId);
    const sources = this.pairs.get(key) ?? new Map<number, Map<number, Types>>();
    this.pairs.set(key, sources);
    const targets = sources.get(fromId) ?? new Map<number, Types>();
    if (types.length === 0) {
      targets.delete(toId);
      if (targets.size === 0) sources.delete(fromId);
      return;
    }
    targets.set(toId, this.intern(types));
    sources.set(fromId, targets);
  }

  /** One list for all pairs with the same types. */
  private intern(types: Types): Types {
    const sorted = [...new Set(types)].sort((a, b) => (a.category === b.category ? a.typeId - b.typeId : a.category < b.category ? -1 : 1));
    const key = sorted.map(({ category, typeId }) => `${category}=${typeId}`).join();
    const known = this.interned.get(key);
    if (known && known.every((type, place) => type === sorted[place])) return known;
    this.interned.set(key, sorted);
    return sorted;
  }
}

function direction(fromTypeId: string, toTypeId: string): string {
  return `${fromTypeId}>${toTypeId}`;
}
