/** Something that a person should know or mend, found in source, mapping or portal before anything is written. */
export interface Finding {
  /** Stable word, e.g. `file-truncated`, `missing-scope`, `unread-column`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Where: file and line, property, setting path. May quote file names and headings, never cell values. */
  readonly place: string;
  /** What happened, in a sentence. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  readonly count: number;
  /** For errors: how the command line ends (design of exit codes in docs/). */
  readonly exitCode?: number;
}

/** Code of the finding that the portal is no real one. */
export const SIMULATED_PORTAL = 'simulated-portal';
