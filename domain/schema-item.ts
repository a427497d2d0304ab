/** One thing of the schema on its way: small parts that making and reading share. */
import type { KindText } from './association-kind';
import type { PropertyOption, SchemaFailure, SchemaItem, SchemaName, SchemaStanding, SchemaState, SchemaThing, SchemaThingState } from './schema-state';

export const SENT_STATES: readonly SchemaThingState[] = ['sent', 'sent-again'];
export const OPEN_STATES: readonly SchemaThingState[] = ['intended', ...SENT_STATES];

export function toItem(thing: SchemaThing): SchemaItem {
  return { thing, state: 'intended', sendCount: 0, isChecked: false, standing: { at: 'unintended' } };
}

export function optionOf(property: string, definition: PropertyOption): SchemaThing {
  return { kind: 'option', name: `${property}:${definition.value}`, property, definition };
}

export function outcome({ thing: { kind, name } }: SchemaItem, to: SchemaThingState, from: readonly SchemaThingState[] = OPEN_STATES, associationKind?: KindText): SchemaStanding {
  return { at: 'outcome', change: { kind, name, from, to, ...(associationKind === undefined ? {} : { associationKind }) } };
}

/** The first failure counts; what is known is settled before it is told. */
export function failed(state: SchemaState, failure: SchemaFailure): SchemaState {
  return { ...state, failure: state.failure ?? failure };
}

export function change(state: SchemaState, to: (item: SchemaItem) => SchemaItem): SchemaState {
  return { ...state, items: state.items.map(to) };
}

export function replace(state: SchemaState, changed: SchemaItem): SchemaState {
  return change(state, (item) => (keyOf(item.thing) === keyOf(changed.thing) ? changed : item));
}

export function keyOf({ kind, name }: SchemaName): string {
  return `${kind} ${name}`;
}
