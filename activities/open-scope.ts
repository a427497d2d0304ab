/** Brings together what planning works on: the run's rows, the portal's snapshot, and the mapping of each source object compiled against both. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallContext, TargetReader } from '../connectors/connector';
import { keyPropertyOf } from '../domain/assemble-schema-plan';
import { BOOKKEEPING_PROPERTIES, KEY_PROPERTY, OTHER_KEY_PROPERTY, RESERVED_PROPERTIES } from '../domain/bookkeeping-properties';
import { compileMapping } from '../domain/compile-mapping';
import { contactColumnOf, isPersonColumn } from '../domain/custom-column';
import { neededLookups } from '../domain/field-mapping';
import type { CreatedProperty, ObjectPreset } from '../domain/field-mapping';
import type { Finding } from '../domain/finding';
import { GIVEN_STAGES, isStageGiven, LIFE_CYCLE_PROPERTY } from '../domain/life-cycle-stage';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { MigrationError } from '../domain/migration-error';
import type { PortalObject } from '../domain/portal-snapshot.schema';
import { ROLE_COLUMNS } from '../domain/association-planning';
import { LINK_OBJECT_COLUMNS, PERSON_ACCOUNT_COLUMNS, SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import { withoutOwnLists } from '../domain/retried-plan';
import { unknownNameColumns } from '../domain/name-links';
import { unknownDateColumns } from '../domain/source-columns';
import { heldBackColumns, unknownNulls } from '../domain/unknown-nulls';
import { objectLeftAlone, unreadColumns } from '../domain/unread-source';
import type { FencedLedger } from '../ledger/ledger';
import { customColumnsIn, proposeCustomColumns } from './custom-columns';
import { openLinks } from './source-names';
import type { CustomColumn } from './custom-columns';
import type { ObjectScope, PlanningScope, SourceScope, StagedRows } from './planning-scope';
import type { QuotaGuard } from './quota-guard';

export interface ScopeCollaborators {
  readonly ledger: FencedLedger;
  readonly target: TargetReader;
  readonly quota: QuotaGuard;
}

/** @param retryOf the run whose failed and skipped records are planned once more */
export async function openScope({ ledger, target, quota }: ScopeCollaborators, run: string, retryOf: string | null, signal: AbortSignal): Promise<Omit<PlanningScope, 'ownRecords' | 'only'>> {
  const row = await ledger.runs.find(run);
  const [saved, inspection] = row === null ? [null, null] : [await ledger.plans.readSnapshot(row.stagingId), await ledger.staging.readInspection(row.stagingId)];
  if (row === null || saved === null || inspection === null) {
    throw new MigrationError('InvariantError', `Run ${run} cannot be planned: its row, snapshot or source inspection is not in the ledger.`, { code: 'nothing-to-plan' });
  }
  const { stagingId, definition } = row;
  const snapshot = retryOf === null ? saved.snapshot : withoutOwnLists(saved.snapshot, await ledger.schema.read(retryOf));
  const counts = await ledger.staging.countRows(stagingId);
  const filled = Object.fromEntries(
    inspection.objects.map(({ object, files }) => [object, { ...Object.fromEntries(files.flatMap(({ columns }) => columns.map(({ name }) => [name, 0]))), ...counts[object]?.filled }]),
  );
  const findings: Finding[] = [];
  const columns = Object.fromEntries(Object.entries(filled).map(([object, own]) => [object, Object.keys(own)]));
  findings.push(...unknownDateColumns(definition.source.dateFormats, columns), ...unknownNameColumns(definition.source.objects, columns));
  const keyProperty = keyPropertyOf(snapshot.objects);
  if (keyProperty === null) {
    findings.push({ code: 'key-property-taken', severity: 'error', place: KEY_PROPERTY, message: `The portal has properties ${KEY_PROPERTY} and ${OTHER_KEY_PROPERTY} that cannot carry a unique id.`, remedy: `Archive or rename ${OTHER_KEY_PROPERTY} in HubSpot.`, count: 1, exitCode: 3 });
  }
  const rowsOf = (sourceObject: string): number => counts[sourceObject]?.rows ?? 0;
  const breathe = async (): Promise<void> => {
    signal.throwIfAborted();
    await nextTurn();
  };
  const links = await openLinks({ ledger, stagingId, breathe }, definition, columns);
  const objects: ObjectScope[] = [];
  for (const portal of snapshot.objects) {
    objects.push(await openObject({ portal, definition, filled, staged: { ledger, stagingId, breathe, nameLinks: links }, rowsOf, findings }));
  }
  const lookups = objects.flatMap(({ sources }) => sources.flatMap(({ mapping }) => neededLookups(mapping)));
  for (const [object, read] of Object.entries(LINK_OBJECT_COLUMNS)) {
    const lookedUp = lookups.filter(({ throughObject }) => throughObject === object).map(({ column }) => column);
    findings.push(...unreadColumns(object, filled[object] ?? {}, new Set([...read.filter((column) => definition.roles === 'labels' || column !== ROLE_COLUMNS[object]), ...lookedUp])));
  }
  const call: CallContext = { signal, countedFor: { run, phase: 'plan' } };
  return {
    run,
    retryOf,
    stagingId,
    ledger,
    target,
    call,
    assertQuota: () => quota.assertLeft(snapshot.portalId, definition.quota.reserve, call),
    definition,
    snapshot,
    inspection,
    keyProperty: keyProperty ?? KEY_PROPERTY,
    objects,
    filled,
    findings,
    nameLinks: links,
    lifeCycle: openLifeCycle(definition, snapshot.objects, findings),
    breathe,
  };
}

/** What the portal lacks of it is said once. */
function openLifeCycle(definition: MigrationDefinition, portals: readonly PortalObject[], findings: Finding[]): PlanningScope['lifeCycle'] {
  const portal = portals.find(({ objectType }) => objectType === 'contacts');
  const { created, matched } = definition.objects.contacts.lifecycle;
  if (portal === undefined || !isStageGiven(definition) || (created === 'off' && (matched === 'off' || !portal.hasRecords))) {
    return null;
  }
  const property = portal.properties.find(({ name, archived }) => name === LIFE_CYCLE_PROPERTY && !archived);
  const options = new Set(property === undefined || property.readOnly ? [] : property.options.map(({ value }) => value));
  const absent = GIVEN_STAGES.filter((stage) => !options.has(stage));
  if (absent.length > 0) {
    findings.push({
      code: 'life-cycle-stage-missing', severity: 'warning', place: `contacts.${LIFE_CYCLE_PROPERTY}`, message: `Contacts get no life cycle stage ${absent.join(', ')}: the portal does not have it, or does not let it be set.`,
      remedy: 'Add the stages in HubSpot, or say objects: { contacts: { lifecycle: off } }.', count: absent.length,
    });
  }
  return { stages: new Set(GIVEN_STAGES.filter((stage) => options.has(stage))), created: created !== 'off' };
}

type Filled = PlanningScope['filled'];

interface ObjectInput {
  readonly portal: PortalObject;
  readonly definition: MigrationDefinition;
  readonly filled: Filled;
  readonly staged: StagedRows;
  readonly rowsOf: (sourceObject: string) => number;
  readonly findings: Finding[];
}

/** One target type with all the source objects that its records come from, in the order of the preset. */
async function openObject({ portal, definition, filled, staged, rowsOf, findings }: ObjectInput): Promise<ObjectScope> {
  const { objectType } = portal;
  const rules = definition.objects[objectType];
  const ofType = SALESFORCE_PRESETS.filter((preset) => preset.objectType === objectType);
  const presets = ofType.filter(({ sourceObject }) => isNamed(rules.from, sourceObject));
  const leftAlone = ofType.filter((preset) => !presets.includes(preset) && preset.sourceObject in filled).map(({ sourceObject }) => sourceObject);
  findings.push(...leftAlone.map((sourceObject) => objectLeftAlone(sourceObject, objectType, rowsOf(sourceObject))));
  if (presets.length === 0) {
    throw new MigrationError('InvariantError', `There is no mapping for ${objectType}.`, { code: 'no-mapping' });
  }
  const siblings = Object.fromEntries(presets.filter(({ sourceObject }) => sourceObject in filled).map(({ sourceObject }) => [sourceObject, sourceColumns(sourceObject, filled)]));
  findings.push(...unknownNulls({ mapping: rules, portal, presets, columns: Object.values(siblings).flatMap(Object.keys), reserved: RESERVED_PROPERTIES }));
  const compile = (preset: ObjectPreset) => compileMapping({ preset, mapping: rules, portal, filled: sourceColumns(preset.sourceObject, filled), siblings, objects: filled, source: definition.source, reserved: RESERVED_PROPERTIES });
  const unread = rules.customColumns === 'leave-out' ? [] : presets.flatMap((preset) => unreadCustomColumns(preset.sourceObject, filled, compile(preset).readColumns));
  const custom = await proposeCustomColumns({ rows: staged, portal, mapping: rules, columns: unread });
  findings.push(...custom.findings);
  const mistakes: (readonly Finding[])[] = [];
  const sources: SourceScope[] = [];
  const creatable: Record<string, CreatedProperty> = { ...BOOKKEEPING_PROPERTIES };
  let firstOrdinal = 0;
  for (const preset of presets) {
    const { sourceObject } = preset;
    const { compiled, readColumns, findings: found } = compile({ ...preset, rules: [...preset.rules, ...(custom.rules[sourceObject] ?? [])] });
    // An object that the export lacks has no columns that could be missing.
    if (sourceObject in filled) {
      mistakes.push(found);
    }
    findings.push(...unreadColumns(sourceObject, filled[sourceObject] ?? {}, personColumns(sourceObject, readColumns, filled, definition), heldBackColumns(preset, rules, Object.keys(filled[sourceObject] ?? {}))));
    Object.assign(creatable, Object.fromEntries(compiled.rules.flatMap(({ property, create }) => (create === null ? [] : [[property, create]]))));
    sources.push({ sourceObject, mapping: compiled, firstOrdinal });
    // A contact that is made of a person account stands behind the contacts, at its account's place.
    firstOrdinal += rowsOf(sourceObject) + (sourceObject === 'Contact' && hasPersonAccounts(filled) ? rowsOf('Account') : 0);
  }
  findings.push(...mistakesOfAll(mistakes));
  return { objectType, sources, portal, rules, creatable, usedProperties: new Set(), options: new Map(), listedValues: listedProperties(portal) };
}

/** Properties whose values the portal lists, none of them used yet. */
const listedProperties = ({ properties }: PortalObject): Map<string, Set<string>> => new Map([...properties.filter(({ type }) => type === 'enumeration').map(({ name }) => name), 'dealstage'].map((name) => [name, new Set<string>()]));

/** A contact's include those of person accounts, an account's do not. */
export function unreadCustomColumns(sourceObject: string, filled: Filled, read: ReadonlySet<string>): readonly CustomColumn[] {
  const own = customColumnsIn(sourceObject, filled[sourceObject] ?? {}, read).filter(({ column }) => !isPersonColumn(column));
  const persons = sourceObject === 'Contact' && hasPersonAccounts(filled) ? customColumnsIn('Account', filled.Account ?? {}, new Set()).filter(({ column }) => isPersonColumn(column) && !read.has(contactColumnOf(column))) : [];
  return [...own, ...persons];
}

export const isNamed = (from: string | readonly string[] | undefined, sourceObject: string): boolean => from === undefined || [from].flat().includes(sourceObject);

/** What is said of several source objects is said once, of what they hold together. */
export function mistakesOfAll(mistakes: readonly (readonly Finding[])[]): readonly Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of mistakes.flat()) {
    const key = `${finding.code} ${finding.place}`;
    const first = byPlace.get(key) ?? { ...finding, count: 0 };
    byPlace.set(key, { ...first, count: finding.severity === 'error' ? finding.count : first.count + finding.count });
  }
  return [...byPlace.values()];
}

export const hasPersonAccounts = (filled: Filled): boolean => ['IsPersonAccount', 'PersonContactId'].some((column) => (filled.Account?.[column] ?? 0) > 0);

/** A person account brings columns to its contact that the contact's own file may lack. */
export function sourceColumns(sourceObject: string, filled: Filled): Readonly<Record<string, number>> {
  const own = filled[sourceObject] ?? {};
  if (sourceObject !== 'Contact' || !hasPersonAccounts(filled)) {
    return own;
  }
  const account = filled.Account ?? {};
  const custom = Object.keys(account).filter(isPersonColumn).map((column) => [contactColumnOf(column), column] as const);
  const brought = [...Object.entries(PERSON_ACCOUNT_COLUMNS), ...custom].map(([column, source]) => [column, (own[column] ?? 0) + (account[source] ?? 0)] as const);
  return { ...own, ...Object.fromEntries(brought.filter(([column, count]) => column in own || count > 0)) };
}

/** What an account's contact reads of it counts as read. */
function personColumns(sourceObject: string, readColumns: ReadonlySet<string>, filled: Filled, { objects: { contacts } }: MigrationDefinition): ReadonlySet<string> {
  if (sourceObject !== 'Account' || !hasPersonAccounts(filled)) {
    return readColumns;
  }
  const custom = contacts.customColumns === 'create' ? Object.keys(filled.Account ?? {}).filter(isPersonColumn) : [];
  return new Set([...readColumns, ...Object.values(PERSON_ACCOUNT_COLUMNS), ...custom]);
}
