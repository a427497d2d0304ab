/**
 * Property values of one record, kept small: the names are a shape that all records with the same set of properties share,
 * so that a record costs one array slot and one text a value. Never changed in place.
 */
export interface CompactValues {
  readonly shape: Shape;
  readonly cells: readonly string[];
}

export interface Shape {
  readonly names: readonly string[];
  readonly placeOf: ReadonlyMap<string, number>;
}

const shapes = new Map<string, Shape>();

function shapeOf(names: readonly string[]): Shape {
  const key = names.join('\n');
  let shape = shapes.get(key);
  if (!shape) {
    shape = { names, placeOf: new Map(names.map((name, place) => [name, place])) };
    shapes.set(key, shape);
  }
  return shape;
}

export function compactValues(entries: Iterable<readonly [name: string, value: string]>): CompactValues {
  const names: string[] = [];
  const cells: string[] = [];
  for (const [name, value] of entries) {
    names.push(name);
    cells.push(value);
  }
  return { shape: shapeOf(names), cells };
}

export const NO_VALUES: CompactValues = compactValues([]);

export function valueIn(values: CompactValues, name: string): string | undefined {
  const place = values.shape.placeOf.get(name);
  return place === undefined ? undefined : values.cells[place];
}

export function entriesOf({ shape, cells }: CompactValues): [name: string, value: string][] {
  return shape.names.map((name, place) => [name, cells[place] ?? '']);
}

/** `values` with `changes` laid over them; an empty text takes a value away. */
export function withChanges(values: CompactValues, changes: CompactValues): CompactValues {
  const merged = new Map(entriesOf(values));
  for (const [name, value] of entriesOf(changes)) {
    if (value === '') merged.delete(name);
    else merged.set(name, value);
  }
  return compactValues(merged);
}
