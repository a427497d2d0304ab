/** What all steps of planning share: the run's rows, its rules compiled against the portal, and a breath between pages. */
import type { CallContext, TargetReader } from '../connectors/connector';
import type { CreatedProperty, CompiledMapping } from '../domain/field-mapping';
import type { Finding } from '../domain/finding';
import type { GivenStage } from '../domain/life-cycle-stage';
import type { MigrationDefinition, ObjectMapping } from '../domain/migration-definition.schema';
import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import type { PlannedFate, PlannedRecord } from '../domain/planned-record';
import type { PortalObject, PortalSnapshot } from '../domain/portal-snapshot.schema';
import { isWritten } from '../domain/record-identity';
import type { SourceInspection } from '../domain/source-inspection';
import type { FencedLedger, StagedRecord } from '../ledger/ledger';
import { withLinks } from './source-names';
import type { LinkedRow, OpenLink } from './source-names';

/** Rows of one slice: reading, mapping and writing them takes some 20 ms, so that heartbeats and other work of the process get their turn. */
const PAGE_ROWS = 250;

/** Ids of one look-up, as the ledger takes them. */
const LOOKUP_IDS = 1_000;

/** HubSpot, batch read, 2026-09. */
export const READ_BATCH = 100;

/** One source object of a target type. */
export interface SourceScope {
  readonly sourceObject: string;
  readonly mapping: CompiledMapping;
  /** Ordinal of its first row among the records of the type: behind those of the source objects before it. */
  readonly firstOrdinal: number;
}

export interface ObjectScope {
  readonly objectType: ObjectType;
  /** Where its records come from, in the order in which their rows are counted. */
  readonly sources: readonly SourceScope[];
  readonly portal: PortalObject;
  readonly rules: ObjectMapping;
  /** What the mappings can make, by name. */
  readonly creatable: Readonly<Record<string, CreatedProperty>>;
  /** Properties that planned records write; grows while planning. */
  readonly usedProperties: Set<string>;
  /** Values seen of enumerations that are made; grows while planning. */
  readonly options: Map<string, Set<string>>;
  /** Values that planned records write to enumerations of the portal, and stages; grows while planning. */
  readonly listedValues: Map<string, Set<string>>;
}

export interface PlanningScope {
  readonly run: string;
  readonly stagingId: string;
  readonly ledger: FencedLedger;
  readonly target: TargetReader;
  readonly call: CallContext;
  readonly definition: MigrationDefinition;
  readonly snapshot: PortalSnapshot;
  readonly inspection: SourceInspection;
  readonly keyProperty: string;
  /** `kept`: the run has written before and its ledger was lost; what carries its stamp is planned as it was. */
  readonly ownRecords: 'unknown' | 'kept';
  /** `--only`: ids of the source records that alone are moved. */
  readonly only: ReadonlySet<string> | null;
  /** The run whose failed and skipped records are planned once more; null in every other planning. What it has landed is matched with nothing. */
  readonly retryOf: string | null;
  readonly objects: readonly ObjectScope[];
  /** Columns of each source object in the source's spelling, with the number of filled cells. */
  readonly filled: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly findings: Finding[];
  /** Links of all objects that hold names instead of ids. */
  readonly nameLinks: readonly OpenLink[];
  /** Stages that the portal has and that the source's deals and leads give to contacts, and whether created ones get them; null where none is written. */
  readonly lifeCycle: { readonly stages: ReadonlySet<GivenStage>; readonly created: boolean } | null;
  /** Before each look into the portal: matching a large portal must not cost the day's reserve. */
  readonly assertQuota: () => Promise<void>;
  /** Proves that the work goes on, and lets other work of the process through. */
  readonly breathe: () => Promise<void>;
}

export function objectScope(scope: PlanningScope, objectType: ObjectType): ObjectScope {
  const found = scope.objects.find((object) => object.objectType === objectType);
  if (found === undefined) {
    throw new MigrationError('InvariantError', `No mapping was compiled for ${objectType}.`, { code: 'no-mapping' });
  }
  return found;
}

export const hasSource = ({ sources }: ObjectScope, sourceObject: string): boolean => sources.some((source) => source.sourceObject === sourceObject);

export function sourceScope(object: ObjectScope, sourceObject: string): SourceScope {
  const found = object.sources.find((source) => source.sourceObject === sourceObject);
  if (found === undefined) {
    throw new MigrationError('InvariantError', `No mapping was compiled of ${sourceObject} to ${object.objectType}.`, { code: 'no-mapping' });
  }
  return found;
}

export const hasColumn = ({ filled }: PlanningScope, sourceObject: string, column: string): boolean => column in (filled[sourceObject] ?? {});

/** What reading rows takes. */
export type StagedRows = Pick<PlanningScope, 'ledger' | 'stagingId' | 'breathe' | 'nameLinks'>;

/** Staged rows of an object, page by page, in source order; links that hold names have become ids. */
export const stagedPages = (scope: StagedRows, sourceObject: string): AsyncGenerator<readonly LinkedRow[]> => {
  const links = scope.nameLinks.filter((link) => link.sourceObject === sourceObject);
  return pagesOf(scope, async (after) => (await scope.ledger.staging.readPage(scope.stagingId, sourceObject, after, PAGE_ROWS)).map((row) => withLinks(links, row)));
};

/** Planned records of a type, page by page, in order. */
export const plannedPages = (scope: PlanningScope, objectType: ObjectType): AsyncGenerator<readonly PlannedRecord[]> =>
  pagesOf(scope, (after) => scope.ledger.plans.readRecords(scope.stagingId, objectType, after, PAGE_ROWS));

/** Those of them that fold. */
export const foldPages = (scope: PlanningScope, objectType: ObjectType): AsyncGenerator<readonly PlannedRecord[]> =>
  pagesOf(scope, (after) => scope.ledger.plans.readFolds(scope.stagingId, objectType, after, PAGE_ROWS));

async function* pagesOf<T extends { readonly ordinal: number }>({ breathe }: Pick<PlanningScope, 'breathe'>, readAfter: (ordinal: number) => Promise<readonly T[]>): AsyncGenerator<readonly T[]> {
  for (let after = -1; ; ) {
    const page = await readAfter(after);
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    yield page;
    after = last.ordinal;
    await breathe();
  }
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** Usable staged rows by id. */
export async function findStaged({ ledger, stagingId }: PlanningScope, sourceObject: string, ids: Iterable<string | null | undefined>): Promise<ReadonlyMap<string, StagedRecord>> {
  const found = new Map<string, StagedRecord>();
  for (const chunk of chunksOf([...new Set(ids)].filter((id): id is string => typeof id === 'string' && id !== ''), LOOKUP_IDS)) {
    for (const record of await ledger.staging.findRecords(stagingId, sourceObject, chunk)) {
      found.set(record.sourceId ?? '', record);
    }
  }
  return found;
}

/** Planned records by id; of repeated rows the one that counts. */
export async function findPlanned({ ledger, stagingId }: PlanningScope, objectType: ObjectType, ids: Iterable<string>): Promise<ReadonlyMap<string, PlannedRecord>> {
  const found = new Map<string, PlannedRecord>();
  for (const chunk of chunksOf([...new Set(ids)].filter((id) => id !== ''), LOOKUP_IDS)) {
    for (const record of await ledger.plans.findRecords(stagingId, objectType, chunk)) {
      if (record.sourceId !== null && record.reason !== 'repeated-id') {
        found.set(record.sourceId, record);
      }
    }
  }
  return found;
}

/** The same without their values, which are the most of a record. */
export async function findFates({ ledger, stagingId }: PlanningScope, objectType: ObjectType, ids: Iterable<string>): Promise<ReadonlyMap<string, PlannedFate>> {
  const found = new Map<string, PlannedFate>();
  for (const chunk of chunksOf([...new Set(ids)].filter((id) => id !== ''), LOOKUP_IDS)) {
    for (const fate of await ledger.plans.findFates(stagingId, objectType, chunk)) {
      if (fate.sourceId !== null && fate.reason !== 'repeated-id') {
        found.set(fate.sourceId, fate);
      }
    }
  }
  return found;
}

/** A merge, a person account, a converted lead and a fold by e-mail: more steps there are not. */
export const MAX_FOLD_STEPS = 5;

/** For each id the record that it ends in, within its type: itself, or what it folds into in the end. An id that is not planned, or whose fold leads out of the type, is not in the answer. */
export async function findSurvivors(scope: PlanningScope, objectType: ObjectType, ids: readonly string[]): Promise<ReadonlyMap<string, PlannedRecord>> {
  const survivors = new Map<string, PlannedRecord>();
  let open = ids.map((id) => ({ id, at: id }));
  for (let step = 0; step < MAX_FOLD_STEPS && open.length > 0; step += 1) {
    const found = await findPlanned(scope, objectType, open.map(({ at }) => at));
    open = open.flatMap(({ id, at }) => {
      const record = found.get(at);
      if (record?.action === 'fold' && record.foldInto !== null) {
        return [{ id, at: record.foldInto }];
      }
      if (record !== undefined) {
        survivors.set(id, record);
      }
      return [];
    });
  }
  return survivors;
}

/** Writes planned records and remembers which properties and options they need. */
export async function keepPlanned(scope: PlanningScope, records: readonly PlannedRecord[]): Promise<void> {
  rememberUsed(scope, records);
  for (const chunk of chunksOf(records, PAGE_ROWS)) {
    await scope.ledger.plans.writeRecords(scope.stagingId, chunk);
    await scope.breathe();
  }
}

/** Remembers which properties and options planned records need that stand in the ledger as they are. */
export function rememberUsed(scope: PlanningScope, records: readonly PlannedRecord[]): void {
  for (const record of records) {
    if (isWritten(record)) {
      const { usedProperties, options, listedValues, creatable } = objectScope(scope, record.objectType);
      for (const [property, value] of Object.entries(record.properties)) {
        usedProperties.add(property);
        if (creatable[property]?.type === 'enumeration') {
          const seen = options.get(property) ?? new Set<string>();
          (creatable[property].isMultiple === true ? value.split(';') : [value]).forEach((one) => seen.add(one));
          options.set(property, seen);
        }
        const listed = listedValues.get(property);
        if (listed !== undefined) {
          value.split(';').forEach((one) => listed.add(one));
        }
      }
    }
  }
}
