/** What a look at the portal's schema says of the things that are being made: not there yet, ours, or somebody else's. */
import { findLabel } from './association-label';
import type { PortalLabel } from './association-label';
import type { KindText } from './association-kind';
import { isMadeBy, isMadeByMigrationOf, pipelineMisfit, propertyMisfit } from './schema-check';
import { change, failed, keyOf, optionOf, outcome, replace, SENT_STATES, toItem } from './schema-item';
import type { PipelineDefinition, PropertyDefinition } from './schema-plan';
import type { FoundProperty, GroupDefinition, SchemaItem, SchemaState } from './schema-state';

/** Groups carry no mark. One that was not there when this run looked first, and is what we sent, is ours. */
export function groupFound(item: SchemaItem, groups: readonly GroupDefinition[]): SchemaItem {
  if (item.standing.at !== 'unread' || item.thing.kind !== 'group') {
    return item;
  }
  const { name, label } = item.thing.definition;
  const found = groups.find((group) => group.name === name);
  return { ...item, standing: found === undefined ? { at: 'to-send' } : item.state !== 'intended' && found.label === label ? isMade(item) : wasThere(item) };
}

export function applyProperties(state: SchemaState, properties: readonly FoundProperty[]): SchemaState {
  const names = new Set(state.asked.do === 'read-properties' ? state.asked.names : []);
  const found = new Map(properties.filter(({ archived }) => !archived).map((property) => [property.name, property]));
  const options = Object.fromEntries([...found].map(([name, property]) => [name, property.options]));
  const read = { ...state, options: { ...state.options, ...options } };
  const looked = change(read, (item) => (item.thing.kind === 'option' && names.has(item.thing.property) ? optionFound(item, found.get(item.thing.property)) : item));
  return looked.items.reduce((current, item): SchemaState => (item.thing.kind === 'property' && names.has(item.thing.name) ? propertyFound(current, item, item.thing.definition, found.get(item.thing.name)) : current), looked);
}

/** An archived name that is made again comes back as the old property, with its old type and an old run's mark: only reading tells. */
function propertyFound(state: SchemaState, item: SchemaItem, planned: PropertyDefinition, found: FoundProperty | undefined): SchemaState {
  if (item.standing.at !== 'unread' && (item.standing.at !== 'settled' || item.isChecked)) {
    return state;
  }
  if (found === undefined && item.standing.at === 'unread') {
    return replace(state, { ...item, standing: { at: 'to-send' } });
  }
  const standing = found !== undefined && item.standing.at === 'unread' ? whoseProperty(state.run, item, found) : item.standing;
  const checked = replace(state, { ...item, standing, isChecked: true });
  const misfit = propertyMisfit(planned, found);
  if (misfit === 'option-missing' && found !== undefined) {
    return withMissingOptions(checked, planned, found);
  }
  return misfit === null ? checked : failed(checked, { type: 'PlanError', code: misfit, kind: 'property', name: item.thing.name, correlationId: null });
}

function withMissingOptions(state: SchemaState, planned: PropertyDefinition, found: FoundProperty): SchemaState {
  const there = new Set(found.options.map(({ value }) => value));
  const missing = planned.options.filter(({ value }) => !there.has(value)).map((option) => optionOf(planned.name, option));
  const known = new Set(state.items.map(({ thing }) => keyOf(thing)));
  const [gone] = missing.filter((thing) => known.has(keyOf(thing)));
  if (gone !== undefined) {
    return failed(state, { type: 'PlanError', code: 'option-missing', kind: 'property', name: planned.name, correlationId: null });
  }
  return { ...state, items: [...state.items, ...missing.map(toItem)] };
}

function optionFound(item: SchemaItem, found: FoundProperty | undefined): SchemaItem {
  const { thing, standing, state } = item;
  if (thing.kind !== 'option' || (standing.at !== 'unread' && standing.at !== 'marked')) {
    return item;
  }
  const there = found?.options.find(({ value }) => value === thing.definition.value);
  if (there === undefined) {
    return { ...item, standing: standing.at === 'marked' ? { ...standing, isFresh: true } : { at: 'to-send' } };
  }
  const wasSent = standing.at === 'marked' ? !standing.isFirst : state !== 'intended';
  return { ...item, standing: wasSent && there.label === thing.definition.label ? isMade(item) : wasThere(item) };
}

export function applyPipelines(state: SchemaState, pipelines: readonly PipelineDefinition[]): SchemaState {
  return state.items.reduce((current, item): SchemaState => {
    if (item.thing.kind !== 'pipeline' || (item.standing.at !== 'unread' && item.standing.at !== 'settled')) {
      return current;
    }
    const planned = item.thing.definition;
    const found = pipelines.find(({ pipelineId }) => pipelineId === planned.pipelineId);
    if (found === undefined && item.standing.at === 'unread') {
      return replace(current, { ...item, standing: { at: 'to-send' } });
    }
    const standing = item.standing.at === 'unread' ? item.state === 'intended' ? wasThere(item) : isMade(item) : item.standing;
    const checked = replace(current, { ...item, standing, isChecked: true });
    const misfit = pipelineMisfit(planned, found);
    return misfit === null ? checked : failed(checked, { type: 'PlanError', code: misfit, kind: 'pipeline', name: item.thing.name, correlationId: null });
  }, state);
}

/** Labels carry no mark that can be read. One that was not there when this run looked first, and is there after it sent, is ours; but not one that our only call was refused for. */
export function applyLabels(state: SchemaState, labels: readonly PortalLabel[]): SchemaState {
  const { asked } = state;
  return state.items.reduce((current, item): SchemaState => {
    const { thing, standing } = item;
    if (thing.kind !== 'label' || asked.do !== 'read-labels' || thing.definition.associationType !== asked.associationType || (standing.at !== 'unread' && standing.at !== 'made' && standing.at !== 'refused')) {
      return current;
    }
    const found = findLabel(asked.associationType, thing.definition.label, labels);
    if (found !== undefined) {
      const isOurs = item.state !== 'intended' && !(standing.at === 'refused' && standing.isFirst);
      return replace(current, { ...item, standing: isOurs ? isMade(item, found.kind) : wasThere(item, found.kind) });
    }
    if (standing.at === 'refused') {
      return failed(replace(current, { ...item, standing: outcome(item, 'intended', SENT_STATES) }), { type: 'PlanError', code: 'schema-refused', kind: 'label', name: thing.name, correlationId: standing.correlationId });
    }
    return thing.definition.isThere ? failed(current, { type: 'PlanError', code: 'label-gone', kind: 'label', name: thing.name, correlationId: null }) : replace(current, { ...item, standing: { at: 'to-send' } });
  }, state);
}

/** This run's mark proves it; another run's mark, where the name was free when this run looked and is taken after it sent. */
function whoseProperty(run: string, item: SchemaItem, found: FoundProperty): SchemaItem['standing'] {
  if (isMadeBy(run, found)) {
    return outcome(item, 'created');
  }
  return item.state !== 'intended' && isMadeByMigrationOf(run, found) ? isMade(item) : wasThere(item);
}

/** Concluded from what this attempt knows, so only as long as the ledger says the same: another may have sent it, or was told that it was not carried out, in between. */
function isMade(item: SchemaItem, associationKind?: KindText): SchemaItem['standing'] {
  return outcome(item, 'created', [item.state], associationKind);
}

function wasThere(item: SchemaItem, associationKind?: KindText): SchemaItem['standing'] {
  return outcome(item, 'existed', [item.state], associationKind);
}
