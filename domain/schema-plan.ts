import type { LabelDefinition } from './association-label';
import type { ObjectType } from './object-type';

export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: string;
  readonly fieldType: string;
  readonly hasUniqueValue: boolean;
  readonly options: readonly { readonly label: string; readonly value: string; readonly displayOrder: number; readonly hidden: boolean }[];
}

export interface PipelineDefinition {
  readonly pipelineId: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly { readonly stageId: string; readonly label: string; readonly displayOrder: number; readonly metadata: Readonly<Record<string, string>> }[];
}

export interface OptionAddition {
  readonly objectType: ObjectType;
  /** A property that the portal has. */
  readonly property: string;
  readonly definition: PropertyDefinition['options'][number];
}

/** What the plan adds to the portal's schema before a record is written. */
export interface SchemaPlan {
  /** The unique property that ties a target record to its source, the same name for every object type. */
  readonly keyProperty: string;
  readonly groups: readonly { readonly objectType: ObjectType; readonly name: string; readonly label: string }[];
  /** In the order in which they are created: the key first. */
  readonly properties: readonly { readonly objectType: ObjectType; readonly definition: PropertyDefinition }[];
  readonly pipelines: readonly { readonly objectType: ObjectType; readonly definition: PipelineDefinition }[];
  /** Options for properties that the portal has, where the migration file says so. */
  readonly options: readonly OptionAddition[];
  /** All labels that associations of the plan carry; those that are there already are looked up. */
  readonly labels: readonly LabelDefinition[];
}
