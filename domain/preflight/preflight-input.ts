import type { CompiledMapping } from '../field-mapping';
import type { Finding } from '../finding';
import type { MigrationDefinition } from '../migration-definition.schema';
import type { ObjectType } from '../object-type';
import type { PortalLimits } from '../portal-limits';
import type { PortalSnapshot } from '../portal-snapshot.schema';
import type { SourceInspection } from '../source-inspection';

/** An object of the export that becomes records, with its mapping compiled against the portal. */
export interface PreflightSource {
  readonly objectType: ObjectType;
  readonly sourceObject: string;
  readonly rowCount: number;
  /** Column → number of filled cells. */
  readonly filled: Readonly<Record<string, number>>;
  readonly mapping: CompiledMapping;
  /** Columns that become properties of their own, because no rule names them. */
  readonly custom: readonly string[];
}

/** What is known before the first record is staged: headings and counts of the source, schema and settings of the portal. */
export interface PreflightInput {
  readonly definition: MigrationDefinition;
  readonly inspection: SourceInspection;
  readonly snapshot: PortalSnapshot;
  readonly limits: PortalLimits;
  readonly sources: readonly PreflightSource[];
  /** Types that the token may not write, as a probe found; empty where its scopes are told. */
  readonly writeRefused: readonly ObjectType[];
  /** Lower-case addresses of the source's users; null where the export has no User file with addresses. */
  readonly userEmails: readonly string[] | null;
}

/** Properties that get a value from some column of this source, or from no column at all. */
export function fedProperties({ mapping, filled }: PreflightSource): ReadonlySet<string> {
  const isFed = (columns: readonly string[]): boolean => columns.length === 0 || columns.some((column) => (filled[column] ?? 0) > 0);
  return new Set(mapping.rules.filter(({ columns }) => isFed(columns)).map(({ property }) => property));
}

/** Filled cells of a property's columns: how many records it can concern at most. */
export const filledCountOf = ({ filled }: PreflightSource, columns: readonly string[]): number => Math.max(0, ...columns.map((column) => filled[column] ?? 0));

export const filledInAll = (sources: readonly PreflightSource[], column: string): number => sources.reduce((sum, { filled }) => sum + (filled[column] ?? 0), 0);

const CONFIGURATION = 3;
const AUTHORIZATION = 4;

type Told = Omit<Finding, 'severity' | 'exitCode' | 'count'> & { readonly count?: number };
export const mistake = (told: Told): Finding => ({ count: 1, ...told, severity: 'error', exitCode: CONFIGURATION });
export const notAuthorized = (told: Told): Finding => ({ count: 1, ...told, severity: 'error', exitCode: AUTHORIZATION });
export const warning = (told: Told): Finding => ({ count: 1, ...told, severity: 'warning' });
export const info = (told: Told): Finding => ({ count: 1, ...told, severity: 'info' });

/** 1, 'record' → "1 record"; 1234 → "1,234 records" */
export const counted = (count: number, noun: string): string => `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
