/** What the mapping of one source object is compiled from. */
import type { ObjectPreset } from './field-mapping';
import type { MigrationDefinition, ObjectMapping } from './migration-definition.schema';
import type { PortalObject } from './portal-snapshot.schema';

export type SourceSettings = Pick<MigrationDefinition['source'], 'phoneCountry' | 'dateFormats'>;

export interface MappingInput {
  readonly preset: ObjectPreset;
  readonly mapping: ObjectMapping;
  readonly portal: PortalObject;
  /** Column name → number of filled cells, over all files of the source object. */
  readonly filled: Readonly<Record<string, number>>;
  /** Columns, as in `filled`, of all source objects whose records become this type, this one among them: a column that another has is no mistake here. */
  readonly siblings?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Columns of every object in the export, for look-ups through a reference. */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Settings of the source as a whole. */
  readonly source?: SourceSettings;
  /** HubSpot properties that the migration writes itself. */
  readonly reserved: ReadonlySet<string>;
}
