import type { OptionDefinition, PropertyDefinition } from '../control-plane';
import { DEFAULT_GROUPS, DEFAULT_PROPERTIES } from './default-properties';

export interface Property {
  readonly name: string;
  label: string;
  type: string;
  fieldType: string;
  groupName: string;
  description: string;
  displayOrder: number;
  hidden: boolean;
  formField: boolean;
  options: readonly OptionDefinition[];
  readonly hasUniqueValue: boolean;
  readonly hubspotDefined: boolean;
  readonly calculated: boolean;
  readonly readOnlyValue: boolean;
  readonly createdMs: number;
  updatedMs: number;
  archivedMs: number;
}

export interface PropertyGroup {
  readonly name: string;
  label: string;
  displayOrder: number;
  archived: boolean;
}

/** Unique properties an object type may have besides those the vendor defines. HubSpot docs, "Properties". */
export const MAX_UNIQUE_PROPERTIES = 10;
/** Default properties are as old as the product: their timestamps say 1970. */
const EPOCH_MS = 0;

/** Properties and groups of one object type, archived ones included. */
export class PropertyRegistry {
  readonly properties = new Map<string, Property>();
  readonly groups = new Map<string, PropertyGroup>();

  constructor(objectType: string) {
    (DEFAULT_GROUPS[objectType] ?? []).forEach(({ name, label }, displayOrder) => this.groups.set(name, { name, label, displayOrder, archived: false }));
    for (const definition of DEFAULT_PROPERTIES[objectType] ?? []) this.define(definition, { hubspotDefined: true, atMs: EPOCH_MS });
  }

  live(name: string): Property | undefined {
    const property = this.properties.get(name);
    return property && property.archivedMs === 0 ? property : undefined;
  }

  liveProperties(): Property[] {
    return [...this.properties.values()].filter(({ archivedMs }) => archivedMs === 0);
  }

  liveGroup(name: string): PropertyGroup | undefined {
    const group = this.groups.get(name);
    return group && !group.archived ? group : undefined;
  }

  define(definition: PropertyDefinition, { hubspotDefined, atMs }: { hubspotDefined: boolean; atMs: number }): Property {
    const property: Property = {
      name: definition.name,
      label: definition.label ?? definition.name,
      type: definition.type,
      fieldType: definition.fieldType,
      groupName: definition.groupName ?? this.groups.keys().next().value ?? '',
      description: definition.description ?? '',
      displayOrder: -1,
      hidden: false,
      formField: hubspotDefined,
      options: (definition.options ?? []).map(completeOption),
      hasUniqueValue: definition.hasUniqueValue ?? false,
      hubspotDefined,
      calculated: definition.calculated ?? false,
      readOnlyValue: definition.readOnlyValue ?? false,
      createdMs: atMs,
      updatedMs: atMs,
      archivedMs: 0,
    };
    this.properties.set(property.name, property);
    return property;
  }
}

export function completeOption(option: OptionDefinition, place: number): OptionDefinition {
  return {
    label: option.label,
    value: option.value,
    displayOrder: option.displayOrder ?? place,
    hidden: option.hidden ?? false,
    ...(option.description === undefined ? {} : { description: option.description }),
  };
}
