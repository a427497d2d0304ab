import type { CreatableType } from './field-mapping';
import type { Finding } from './finding';

/** One file of a source as it was found. */
export interface SourceFile {
  /** Path relative to the source folder, or within its zip: a file that is unpacked stays the same file. */
  readonly name: string;
  /** The zip that it lies in, by its path relative to the source; empty where the source is that zip. */
  readonly archive?: string;
  /** Position in reading order within its object, from 0. */
  readonly fileIndex: number;
  readonly encoding: string;
  readonly separator: string;
  readonly lineBreak: 'LF' | 'CRLF' | 'CR';
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the bytes. */
  readonly digest: string;
  /** As written in the file, by position. */
  readonly headings: readonly string[];
  /** By position: the key in a record's `values`, and how many rows have something there. */
  readonly columns: readonly { readonly name: string; readonly filledCount: number }[];
  /** Rows under the headings, malformed ones included. */
  readonly rowCount: number;
}

/** Who wrote the files: it decides how booleans, dates and empty look-ups are spelled. */
export type SourceDialect = 'data-loader' | 'weekly-export' | 'third-party';

export interface SourceObject {
  /** The source's own name: `Account`, `Contact`, `Opportunity`, `OpportunityContactRole`, `AccountContactRelation`, `User`. */
  readonly object: string;
  readonly dialect: SourceDialect;
  readonly files: readonly SourceFile[];
}

/** What the first rows say of a column. */
export interface ColumnSample {
  /** Cells of the sample that hold something, of so many rows. */
  readonly filledCount: number;
  readonly rowCount: number;
  /** The type that takes every value of the sample, and why. */
  readonly type: CreatableType;
  readonly reason: string;
  /** The most frequent ways of writing, such as `99/99/9999`; at most three. Never a value. */
  readonly shapes: readonly string[];
}

export interface SourceInspection {
  readonly objects: readonly SourceObject[];
  /** Files that hold an object which this version does not read, or none that it knows, or that cannot be read, with their row counts. */
  readonly unread: readonly { readonly name: string; readonly object: string | null; readonly rowCount: number }[];
  /** Errors here end the run before anything is written. */
  readonly findings: readonly Finding[];
  /** SHA-256 over names and digests of all files that are read. */
  readonly digest: string;
  /** By object and column, where the source was sampled. */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, ColumnSample>>>>;
}

/** One row, its headings spelled as the vendor's API names whatever case the file had; empty cells and null sentinels are null. */
export interface SourceRecord {
  /** Canonical id (Salesforce: 18 characters). */
  readonly sourceId: string;
  readonly fileIndex: number;
  /** 1-based physical line on which the row begins. */
  readonly line: number;
  readonly values: Readonly<Record<string, string | null>>;
}

/** A row that cannot be used; it is counted, never skipped in silence. */
export interface RejectedRow {
  readonly fileIndex: number;
  readonly line: number;
  readonly code: 'too-many-cells' | 'too-few-cells' | 'missing-id' | 'invalid-id';
}

/** What a source gives at once, in source order. */
export interface SourcePage {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Opaque place after this page; null after the last one. */
  readonly cursor: string | null;
}
