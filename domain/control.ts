import type { SchemaDriftCode } from './schema-basis';
import type { Control, PauseReason, PauseReasonKind } from './phase';

/** Batch activities in flight over all open partitions: 24 sockets a portal are what the pace allows (design of pace, docs/). */
export const DEFAULT_WINDOW = 24;

/** What a person can do about each kind of reason. */
const REMEDIES: Readonly<Record<PauseReasonKind, string>> = {
  operator: 'Go on with `portage resume`.',
  quota: "Today's share of the portal's calls is used up. It goes on by itself after the reset.",
  approval: 'Read the plan, then approve it with `portage resume --approve DIGEST`.',
  authorization: 'The portal refuses the token or a scope. Mend the token, then `portage resume`.',
  identity: 'Token, ledger or counts are not those that the run began with. Put the right ones back, then `portage resume`.',
  'portal-changed': 'The portal is not as it was when the plan was made. See `portage status`, mend it, then `portage resume`.',
  'portal-unavailable': 'The portal does not answer. It is asked again by itself; `portage resume` asks at once.',
  refusals: 'Many records are refused. Look at the groups with `portage status`, mend mapping or portal, then `portage resume`.',
  invariant: 'Our own bookkeeping does not add up. Everything is kept; see `portage status` and tell us, then `portage resume`.',
};

/** More than the reason's kind knows: told by its code. */
const REMEDIES_BY_CODE: Readonly<Record<string, string>> = {
  'left-out-number': 'Records are left out for a reason that is not your own decision. Approve with their number as well: `portage resume --approve DIGEST --accept-left-out N`.',
  'record-drift': 'Since the plan was made, records of the portal changed, and with them more than 1 % of its verdicts: `portage status --changes FILE` lists them. Accept that with `portage resume --approve DIGEST --accept-drift`, or give the run up with `portage rollback` and plan again.',
  recovered: 'The run was recovered and waits for a word: look at `portage status`, then `portage resume`.',
  'id-map-witness-differs': 'What the workflows knew of the id map, and what stands in the portal, differ. The findings name the records. `portage resume` goes on with what stands in the portal.',
  'sealed-map-differs': 'The id map in the ledger and in its sealed shards differ. Everything is kept; tell us. `portage resume` undoes by the ledger.',
  'drift-source': 'The source files are not those that the run was planned from. Put them back, then `portage resume`.',
  'drift-mapping': 'The migration file is not the one that the run was planned with. `portage recover --file` takes the right one.',
  'other-epoch': 'The run was recovered since. Nothing is to be done for this older workflow.',
  'ledger-replaced': 'The ledger file was deleted or replaced under the worker. Stop the worker; put the file back or rebuild it with `portage recover`.',
  'rollback-dry-run': 'A rollback was asked for without its confirmation. Start it with `portage rollback --confirm RUN`, or go on with `portage resume`.',
  // Of the ledger, whatever kind of wait they come under.
  'ledger-disk-full': "Not the portal: the disk that holds the ledger is full. Nothing is lost; free some space. It goes on by itself, with `portage resume` at once.",
  'ledger-locked': 'Not the portal: another program holds the ledger file locked. Close it (a backup, a database browser). It goes on by itself, with `portage resume` at once.',
  'ledger-not-writable': 'Not the portal: the ledger file cannot be written. Check the rights of file and folder, then `portage resume`.',
  'ledger-unreadable': 'The ledger cannot be read: the file is damaged. Stop the worker, restore the file, start the worker, then `portage resume`.',
  'other-run-writing': 'Another run is writing to this portal. Let it end, or roll it back, then `portage resume`.',
  'rate-limited': 'The portal told us to wait. It goes on by itself.',
};

/** Behind the code stands where. */
const SCHEMA_REMEDY = 'An administrator changed what the plan writes to. Put it back, then `portage resume`: it is compared again. If it has to stay so: `portage rollback`, plan again, and start that.';
const SCHEMA_CODES: ReadonlySet<string> = new Set<SchemaDriftCode>(['property-gone', 'property-type', 'property-read-only', 'uniqueness', 'option-gone', 'stage-gone', 'requirement-added']);

/** The control value as the migration keeps it: what children are told, and what decides whether a child's complaint is still valid. */
export interface ControlState {
  readonly control: Control;
  /** Version of the last lift. A block that a child met under an older version is void. */
  readonly liftedAtVersion: number;
}

export const initialControl = (settings: { readonly rate: number; readonly reserve: number }): ControlState => ({
  control: { version: 1, reasons: [], rate: settings.rate, reserve: settings.reserve, window: DEFAULT_WINDOW, stop: false },
  liftedAtVersion: 0,
});

/** @param since ISO-8601 */
export function toPauseReason(kind: PauseReasonKind, at: { readonly since: string; readonly until?: string | null; readonly code?: string | null }): PauseReason {
  const code = at.code ?? null;
  return { kind, since: at.since, until: at.until ?? null, code, remedy: SCHEMA_CODES.has(code?.split(' ')[0] ?? '') ? SCHEMA_REMEDY : (REMEDIES_BY_CODE[code ?? ''] ?? REMEDIES[kind]) };
}

/** A reason of the same kind keeps its `since`; an unchanged set keeps its version, so that nobody is told twice. */
export function reasonAdded(state: ControlState, reason: PauseReason): ControlState {
  const before = state.control.reasons.find(({ kind }) => kind === reason.kind);
  if (before !== undefined && before.until === reason.until && before.code === reason.code) {
    return state;
  }
  const others = state.control.reasons.filter(({ kind }) => kind !== reason.kind);
  return changed(state, { reasons: [...others, { ...reason, since: before?.since ?? reason.since }] });
}

/** Counts as a lift even where other reasons stay, because a child that complains of this one again must be heard. */
export function reasonsLifted(state: ControlState, isLifted: (reason: PauseReason) => boolean): ControlState {
  const kept = state.control.reasons.filter((reason) => !isLifted(reason));
  if (kept.length === state.control.reasons.length) {
    return state;
  }
  const next = changed(state, { reasons: kept });
  return { ...next, liftedAtVersion: next.control.version };
}

/** A person's resume lifts all but the day's quota and an approval that was not given. */
export const isLiftedByResume = ({ kind }: PauseReason, approval: 'approved' | 'not-approved'): boolean =>
  kind === 'quota' ? false : kind === 'approval' ? approval === 'approved' : true;

/** @param settings shares from 0 to 1; what lies outside is brought inside */
export function throttled(state: ControlState, settings: { readonly rate?: number; readonly reserve?: number }): ControlState {
  const rate = settings.rate === undefined ? state.control.rate : within(settings.rate, 0.01, 1);
  const reserve = settings.reserve === undefined ? state.control.reserve : within(settings.reserve, 0, 1);
  return rate === state.control.rate && reserve === state.control.reserve ? state : changed(state, { rate, reserve });
}

/** Work drains and ends. A confirmed rollback is a person's word to go on, so that only the quota still holds. */
export function stopRequested(state: ControlState): ControlState {
  const reasons = state.control.reasons.filter(({ kind }) => kind === 'quota');
  return changed(state, { reasons, stop: true });
}

/** What drained has ended; what undoes it may run. */
export const stopLifted = (state: ControlState): ControlState => (state.control.stop ? changed(state, { stop: false }) : state);

/** Messages can overtake each other: the highest version counts; the same version may bring another window. */
export const newerControl = (kept: Control, told: Control): Control => (told.version >= kept.version ? told : kept);

export const isPaused = (control: Control): boolean => control.reasons.length > 0;

/** May a block that a child met under this version still pause the migration? */
export const isBlockValid = (state: ControlState, version: number): boolean => version >= state.liftedAtVersion;

const changed = (state: ControlState, change: Partial<Control>): ControlState => ({
  ...state,
  control: { ...state.control, ...change, version: state.control.version + 1 },
});

const within = (value: number, least: number, most: number): number => (Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : most);
