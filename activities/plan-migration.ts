import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallContext, TargetConnector } from '../connectors/connector';
import { BOOKKEEPING_PROPERTIES, KEY_PROPERTY, OTHER_KEY_PROPERTY, RESERVED_PROPERTIES } from '../domain/bookkeeping-properties';
import { assembleSchemaPlan, keyPropertyOf } from '../domain/assemble-schema-plan';
import { compileMapping } from '../domain/compile-mapping';
import type { Finding } from '../domain/finding';
import { MigrationError } from '../domain/migration-error';
import { addsUp, associationsAddUp, forecastCalls, leftOutToAccept, planFacts, schemaChanges } from '../domain/migration-plan';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { digestOf, driftedPart, mappingDigest, planDigest, portalDigest } from '../domain/plan-digest';
import type { PlanParts } from '../domain/plan-digest';
import type { AssociationForecast, PlanSummary, RecordForecast } from '../domain/plan-summary.schema';
import { LINK_OBJECT_COLUMNS, PERSON_ACCOUNT_COLUMNS, SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import type { SchemaPlan } from '../domain/schema-plan';
import { unreadColumns } from '../domain/unread-source';
import type { Ledger } from '../ledger/ledger';
import type { PortalActivities } from './migration-activities';
import { planAssociations } from './plan-associations';
import { foldContacts, foldMergedInSource, partSharedDomains } from './plan-duplicates';
import { planMatches } from './plan-matches';
import { withoutOwnLists } from '../domain/retried-plan';
import { describeUnusableRows, planRecords } from './plan-records';
import { objectScope } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';
import { createQuotaGuard } from './quota-guard';
import type { QuotaGuard } from './quota-guard';
import { inPresentEpoch, withHeartbeat } from './run-context';
import { OwnerMatcher, readDealFacts } from './source-facts';
import type { DealFacts } from './source-facts';

/** Contacts first: a person account among the companies is decided by its contact. */
const MAPPING_ORDER: readonly ObjectType[] = ['contacts', 'companies', 'deals'];

/** Exit code of the command line for a plan that is refused or drifted. */
const DRIFT_EXIT_CODE = 5;

export interface PlanMigrationCollaborators {
  readonly ledger: Ledger;
  readonly target: TargetConnector;
  /** Portage's own version: part of the plan's digest. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/**
 * Plans page by page over the ledger. Each attempt forgets what an earlier one had planned and comes to the same plan again, so dying in between costs time only;
 * nothing is written to the portal.
 */
export function createPlanMigration({ ledger, target, version, clock }: PlanMigrationCollaborators): Pick<PortalActivities, 'planMigration'> {
  const quota = createQuotaGuard({ ledger, target, clock });
  return {
    planMigration: ({ run, expectedDigest, recovered, retryOf = null }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async () => {
        const expected = await readExpected(ledger, expectedDigest);
        const scope = { ...(await openScope({ ledger, target, quota }, run, retryOf, signal)), ownRecords: recovered === undefined && retryOf === null ? ('unknown' as const) : ('kept' as const) };
        // What can be compared beforehand is, so that a refused start leaves the approved plan where it is.
        await refuseDrift(scope, expected, { ...(expected?.parts ?? NO_PARTS), ...ownParts(scope, version) });
        await refuseOtherSource(scope, recovered?.expected ?? null, ownParts(scope, version));
        await ledger.plans.clear(scope.stagingId);
        const simulator = await target.isSimulator(signal);
        const summary = await plan(scope, version, simulator);
        await refuseDrift(scope, expected, summary.parts);
        await ledger.plans.save(scope.stagingId, summary);
        return planFacts(summary);
      })),
  };
}

/** Read before the plan is cleared: it may be this very staging's. */
async function readExpected(ledger: Ledger, digest: string | null): Promise<PlanSummary | null> {
  if (digest === null) {
    return null;
  }
  const stagingId = await ledger.plans.findByDigest(digest);
  const summary = stagingId === null ? null : await ledger.plans.read(stagingId);
  if (summary === null) {
    throw new MigrationError('PlanError', `No plan with the digest ${digest} is in this ledger. Plan again.`, { code: 'plan-unknown', exitCode: DRIFT_EXIT_CODE });
  }
  return summary;
}

const NO_PARTS: PlanParts = { source: '', mapping: '', portal: '', version: '' };

/** The parts that are known without planning; the portal's also names the owners that records get. */
const ownParts = ({ inspection, definition }: PlanningScope, version: string): Omit<PlanParts, 'portal'> => ({ source: inspection.digest, mapping: mappingDigest(definition), version: digestOf(version) });

async function refuseDrift({ ledger, run }: PlanningScope, expected: PlanSummary | null, actual: PlanParts): Promise<void> {
  const part = expected === null ? null : driftedPart(expected.parts, actual);
  if (part !== null) {
    await ledger.runs.addFindings(run, [driftFinding(part)]);
    throw new MigrationError('PlanError', `The plan has drifted in its part ${part}. Plan again and look at what changed.`, { code: `drift-${part}`, exitCode: DRIFT_EXIT_CODE });
  }
}

/** After a lost ledger the plan must come out of the same source by the same rules; the portal has changed by our own writing, and Portage may have been updated. */
async function refuseOtherSource({ ledger, run }: PlanningScope, expected: Pick<PlanParts, 'source' | 'mapping'> | null, actual: Pick<PlanParts, 'source' | 'mapping'>): Promise<void> {
  const part = expected === null ? undefined : (['source', 'mapping'] as const).find((each) => expected[each] !== actual[each]);
  if (part !== undefined) {
    await ledger.runs.addFindings(run, [driftFinding(part)]);
    throw new MigrationError('PlanError', `The ${part} is not the one that run ${run} was planned from. Put the right one back.`, { code: `drift-${part}`, exitCode: DRIFT_EXIT_CODE });
  }
}

const driftFinding = (part: keyof PlanParts): Finding => ({
  code: `drift-${part}`,
  severity: 'error',
  place: part,
  message: `Since the plan was made, the ${part === 'portal' ? "portal's schema or settings" : part === 'version' ? 'version of Portage' : part} changed.`,
  remedy: 'Run plan again, look at what changed, and start with the new digest.',
  count: 1,
  exitCode: DRIFT_EXIT_CODE,
});

async function openScope({ ledger, target, quota }: Pick<PlanMigrationCollaborators, 'ledger' | 'target'> & { readonly quota: QuotaGuard }, run: string, retryOf: string | null, signal: AbortSignal): Promise<Omit<PlanningScope, 'ownRecords'>> {
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
  const keyProperty = keyPropertyOf(snapshot.objects);
  if (keyProperty === null) {
    findings.push({ code: 'key-property-taken', severity: 'error', place: KEY_PROPERTY, message: `The portal has properties ${KEY_PROPERTY} and ${OTHER_KEY_PROPERTY} that cannot carry a unique id.`, remedy: `Archive or rename ${OTHER_KEY_PROPERTY} in HubSpot.`, count: 1, exitCode: 3 });
  }
  const objects = snapshot.objects.map((portal): ObjectScope => {
    const preset = SALESFORCE_PRESETS.find(({ objectType }) => objectType === portal.objectType);
    if (preset === undefined) {
      throw new MigrationError('InvariantError', `There is no mapping for ${portal.objectType}.`, { code: 'no-mapping' });
    }
    const rules = definition.objects[portal.objectType];
    const columns = sourceColumns(preset.sourceObject, filled);
    const { compiled, readColumns, findings: mistakes } = compileMapping({ preset, mapping: rules, portal, filled: columns, reserved: RESERVED_PROPERTIES });
    // An object that the export lacks has no columns that could be missing.
    findings.push(...(preset.sourceObject in filled ? mistakes : []), ...unreadColumns(preset.sourceObject, filled[preset.sourceObject] ?? {}, personColumns(preset.sourceObject, readColumns, filled)));
    const creatable = Object.fromEntries(compiled.rules.flatMap(({ property, create }) => (create === null ? [] : [[property, create]])));
    return { objectType: portal.objectType, sourceObject: preset.sourceObject, portal, rules, mapping: compiled, creatable: { ...BOOKKEEPING_PROPERTIES, ...creatable }, usedProperties: new Set(), options: new Map() };
  });
  for (const [object, read] of Object.entries(LINK_OBJECT_COLUMNS)) {
    findings.push(...unreadColumns(object, filled[object] ?? {}, new Set(read)));
  }
  const call: CallContext = { signal, onCall: (fact) => ledger.facts.countCall(run, 'plan', fact) };
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
    breathe: async () => {
      signal.throwIfAborted();
      await nextTurn();
    },
  };
}

type Filled = PlanningScope['filled'];

const hasPersonAccounts = (filled: Filled): boolean => ['IsPersonAccount', 'PersonContactId'].some((column) => (filled.Account?.[column] ?? 0) > 0);

/** A person account brings columns to its contact that the contact's own file may lack. */
function sourceColumns(sourceObject: string, filled: Filled): Readonly<Record<string, number>> {
  const own = filled[sourceObject] ?? {};
  if (sourceObject !== 'Contact' || !hasPersonAccounts(filled)) {
    return own;
  }
  const brought = Object.entries(PERSON_ACCOUNT_COLUMNS).map(([column, source]) => [column, (own[column] ?? 0) + (filled.Account?.[source] ?? 0)] as const);
  return { ...own, ...Object.fromEntries(brought.filter(([column, count]) => column in own || count > 0)) };
}

function personColumns(sourceObject: string, readColumns: ReadonlySet<string>, filled: Filled): ReadonlySet<string> {
  return sourceObject === 'Account' && hasPersonAccounts(filled) ? new Set([...readColumns, ...Object.values(PERSON_ACCOUNT_COLUMNS)]) : readColumns;
}

async function plan(scope: PlanningScope, version: string, simulator: boolean): Promise<PlanSummary> {
  const deals = await readDealFacts(scope);
  const owners = new OwnerMatcher(scope);
  await endOnErrors(scope);

  await describeUnusableRows(scope);
  let madeContacts = 0;
  for (const objectType of MAPPING_ORDER) {
    const planned = await planRecords(scope, objectScope(scope, objectType), { deals, owners });
    madeContacts += planned.madeContacts;
    if (planned.merged > 0) {
      await foldMergedInSource(scope, objectScope(scope, objectType));
    }
  }
  await foldContacts(scope, objectScope(scope, 'contacts'));
  await partSharedDomains(scope, objectScope(scope, 'companies'));
  for (const object of scope.objects) {
    await planMatches(scope, object);
  }
  if (scope.definition.links === 'all') {
    await planAssociations(scope);
  }
  await scope.ledger.plans.assignBatches(scope.stagingId);
  scope.findings.push(...owners.findings());
  return assemble(scope, { version, simulator, deals, owners, madeContacts });
}

/** Mistakes are told all at once, then the run ends; nothing has been written. */
async function endOnErrors(scope: PlanningScope): Promise<void> {
  await scope.ledger.runs.addFindings(scope.run, scope.findings);
  const errors = scope.findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    throw new MigrationError('PlanError', `${errors.length} mistakes in source, mapping or portal keep the plan from being made; the first is ${first.code}.`, { code: first.code, exitCode: first.exitCode ?? 3 });
  }
}

interface PlanInputs {
  readonly version: string;
  readonly simulator: boolean;
  readonly deals: DealFacts;
  readonly owners: OwnerMatcher;
  readonly madeContacts: number;
}

async function assemble(scope: PlanningScope, { version, simulator, deals, owners, madeContacts }: PlanInputs): Promise<PlanSummary> {
  const { ledger, stagingId, snapshot } = scope;
  const records = await Promise.all(OBJECT_TYPES.map((objectType) => recordForecast(scope, objectType, madeContacts)));
  const associations = await Promise.all(
    ASSOCIATION_TYPES.map(async (associationType): Promise<AssociationForecast> => {
      const counts = await ledger.plans.countAssociations(stagingId, associationType);
      const [planned = 0, duplicate = 0, selfLink = 0, missingEnd = 0] = ['planned', 'duplicate', 'self-link', 'missing-end'].map((verdict) => counts[verdict]);
      return { associationType, source: Object.values(counts).reduce((sum, count) => sum + count, 0), planned, duplicate, selfLink, missingEnd, partitions: [...(await ledger.plans.readPartitions(stagingId, associationType))] };
    }),
  );
  if (!records.every(addsUp) || !associations.every(associationsAddUp)) {
    throw new MigrationError('InvariantError', `The plan of ${scope.run} does not add up to its source.`, { code: 'plan-does-not-add-up' });
  }
  const schema = planSchema(scope, deals, records);
  await endOnErrors(scope);
  const matchingCalls = (await ledger.facts.readCalls(scope.run)).filter(({ phase }) => phase === 'plan').reduce((sum, { count }) => sum + count, 0);
  const parts: PlanParts = {
    ...ownParts(scope, version),
    portal: digestOf({ schema: portalDigest(snapshot), owners: [...owners.usedTargetIds].sort() }),
  };
  const undecidedMatches = records.reduce((sum, { objectType, leftOut }) => sum + (objectScope(scope, objectType).rules.ambiguous === 'ask' ? (leftOut['ambiguous-match'] ?? 0) : 0), 0);
  return {
    digest: planDigest(parts),
    parts,
    portal: { id: snapshot.portalId, name: snapshot.portalName, accountType: snapshot.accountType, simulator },
    records,
    associations,
    schemaChanges: [...schemaChanges(schema)],
    schema: mutable(schema),
    leftOutToAccept: leftOutToAccept(records),
    undecided: undecidedMatches + owners.undecided,
    calls: { ...forecastCalls(records, associations, schema, matchingCalls) },
  };
}

async function recordForecast({ ledger, stagingId, objects }: PlanningScope, objectType: ObjectType, madeContacts: number): Promise<RecordForecast> {
  const sourceObject = objects.find((object) => object.objectType === objectType)?.sourceObject ?? '';
  const rows = (await ledger.staging.countRows(stagingId))[sourceObject]?.rows ?? 0;
  const { byAction, leftOut, cells } = await ledger.plans.countRecords(stagingId, objectType);
  return {
    objectType,
    source: rows + (objectType === 'contacts' ? madeContacts : 0),
    create: byAction.create ?? 0,
    update: byAction.update ?? 0,
    unchanged: byAction.unchanged ?? 0,
    fold: byAction.fold ?? 0,
    leftOut,
    cells,
    partitions: [...(await ledger.plans.readPartitions(stagingId, objectType))],
  };
}

function planSchema(scope: PlanningScope, { pipeline }: DealFacts, records: readonly RecordForecast[]): SchemaPlan {
  const written = scope.objects.filter(({ objectType }) => records.some((forecast) => forecast.objectType === objectType && forecast.create + forecast.update + forecast.unchanged > 0));
  const { plan: schema, findings } = assembleSchemaPlan(
    scope.keyProperty,
    written.map(({ objectType, portal, usedProperties, creatable, options }) => ({
      portal,
      usedProperties,
      creatable,
      options: Object.fromEntries([...options].map(([property, values]) => [property, [...values]])),
      pipelines: objectType === 'deals' && !pipeline.exists && usedProperties.has('pipeline') ? [pipeline.definition] : [],
    })),
  );
  scope.findings.push(...findings);
  return schema;
}

/** The summary's own copy: zod's types are not readonly. */
const mutable = ({ keyProperty, groups, properties, pipelines }: SchemaPlan): PlanSummary['schema'] => ({
  keyProperty,
  groups: [...groups],
  properties: properties.map(({ objectType, definition }) => ({ objectType, definition: { ...definition, options: [...definition.options] } })),
  pipelines: pipelines.map(({ objectType, definition }) => ({ objectType, definition: { ...definition, stages: definition.stages.map((stage) => ({ ...stage, metadata: { ...stage.metadata } })) } })),
});
