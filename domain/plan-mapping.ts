/** The mapping as the plan shows it: which column becomes which property, by which rule, and how well it is filled. */
import type { CompiledMapping } from './field-mapping';
import type { MappedProperty } from './plan-summary.schema';
import type { PortalObject } from './portal-snapshot.schema';
import { missingRequired } from './required-properties';

export interface MappedSource {
  readonly mapping: CompiledMapping;
  readonly portal: PortalObject;
  /** Properties that the migration file names; the others come with the preset. */
  readonly ownProperties: Readonly<Record<string, unknown>>;
  /** Column name → number of filled cells. */
  readonly filled: Readonly<Record<string, number>>;
  /** Rows of the source object. */
  readonly rows: number;
}

/** One entry for each property that is written from a column, in the order in which they are mapped. */
export function mappedProperties({ mapping, portal, ownProperties, filled, rows }: MappedSource): readonly MappedProperty[] {
  const { objectType, sourceObject, rules } = mapping;
  const required = requiredness(mapping, portal.requiredOnCreate);
  return rules.map(({ property, columns, transform, target }): MappedProperty => {
    const existing = portal.properties.find(({ name, archived }) => name === property && !archived);
    return {
      objectType,
      sourceObject,
      columns: [...columns],
      property,
      label: existing?.label ?? null,
      type: target.type,
      rule: transform.kind,
      by: property in ownProperties ? 'file' : 'preset',
      required: required(property),
      filled: columns.length === 0 ? rows : Math.min(rows, Math.max(...columns.map((column) => filled[column] ?? 0))),
      rows,
    };
  });
}

/** Asked of the one place that knows what a create needs: would it be missing by itself, or does it serve as one of several? What a condition asks for depends on the record. */
function requiredness({ objectType, rules }: CompiledMapping, requiredOnCreate: readonly string[]): (property: string) => MappedProperty['required'] {
  const needs = (properties: Readonly<Record<string, string>>, required: readonly string[]): boolean => missingRequired(objectType, properties, { requiredOnCreate: [...required], conditionalRequired: [] }) !== null;
  const all = Object.fromEntries(rules.map(({ property }) => [property, 'x']));
  const isComplete = !needs(all, requiredOnCreate);
  return (property) => {
    const without = Object.fromEntries(Object.entries(all).filter(([name]) => name !== property));
    if (isComplete && needs(without, requiredOnCreate)) {
      return 'yes';
    }
    return needs({ [property]: 'x' }, []) ? 'no' : 'one-of';
  };
}
