import type { TargetReader } from '../connectors/connector';
import { assembleSchemaPlan } from '../domain/assemble-schema-plan';
import { MigrationError } from '../domain/migration-error';
import { addsUp, associationsAddUp, forecastCalls, leftOutToAccept, planFacts, schemaChanges } from '../domain/migration-plan';
import type { UnresolvedName } from '../domain/name-links';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { planDigest } from '../domain/plan-digest';
import { DRIFT_EXIT_CODE, driftFinding } from '../domain/plan-drift';
import type { PlanParts } from '../domain/plan-digest';
import type { AssociationForecast, PlanSummary, RecordForecast } from '../domain/plan-summary.schema';
import type { SchemaPlan } from '../domain/schema-plan';
import type { PortalActivities } from './migration-activities';
import { keepSchemaBases } from './keep-schema-bases';
import { ConsentCount } from './map-row';
import type { MappingFacts } from './map-row';
import { openScope } from './open-scope';
import { planAssociations } from './plan-associations';
import { planDetails } from './plan-details';
import { foldContacts, foldMergedInSource, partSharedDomains } from './plan-duplicates';
import { lifeCycleCalls, planLifeCycle } from './plan-life-cycle';
import { planMatches } from './plan-matches';
import { planParts } from './plan-parts';
import { describeUnusableRows, planRecords } from './plan-records';
import { planRequirements } from './plan-requirements';
import { hasSource, objectScope, sourceScope } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';
import { PlannedRoleLabels } from './role-labels';
import { createQuotaGuard } from './quota-guard';
import { IdLookalikes } from './id-lookalikes';
import { RefusalCount } from './refusal-count';
import { inPresentEpoch, withHeartbeat } from './run-context';
import { OwnerMatcher } from './owner-matcher';
import { readDealFacts } from './source-facts';
import { unresolvedNames } from './source-names';
import type { DealFacts } from './source-facts';
import { tellUnknownIds } from './unknown-ids';
import type { UnfencedLedger } from './unfenced-ledger';

/** Contacts first: a person account among the companies is decided by its contact, and so is a converted lead. */
const MAPPING_ORDER = ['Contact', 'Account', 'Lead', 'Opportunity'] as const;

export interface PlanMigrationCollaborators {
  readonly ledger: UnfencedLedger;
  readonly target: TargetReader;
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
    planMigration: ({ run, recovered, retryOf = null }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const only = await ledger.drift.readOnly(run);
        const scope = { ...(await openScope({ ledger, target, quota }, run, retryOf, signal)), only: only === null ? null : new Set(only.map(({ sourceId }) => sourceId)), ownRecords: recovered === undefined && retryOf === null ? ('unknown' as const) : ('kept' as const) };
        const parts = await planParts(scope, version);
        await refuseOtherSource(scope, recovered?.expected ?? null, parts);
        await ledger.plans.clear(scope.stagingId);
        const simulator = await target.isSimulator(signal);
        const summary = await plan(scope, parts, simulator);
        await tellUnknownIds(scope, only ?? []);
        await ledger.plans.save(scope.stagingId, summary);
        return planFacts(summary);
      })),
  };
}

/** After a lost ledger the plan must come out of the same source by the same rules; the portal has changed by our own writing, and Portage may have been updated. */
async function refuseOtherSource({ ledger, run }: PlanningScope, expected: Pick<PlanParts, 'source' | 'mapping'> | null, actual: Pick<PlanParts, 'source' | 'mapping'>): Promise<void> {
  const part = expected === null ? undefined : (['source', 'mapping'] as const).find((each) => expected[each] !== actual[each]);
  if (part !== undefined) {
    await ledger.runs.addFindings(run, [driftFinding(part, null)]);
    throw new MigrationError('PlanError', `The ${part} is not the one that run ${run} was planned from. Put the right one back.`, { code: `drift-${part}`, exitCode: DRIFT_EXIT_CODE });
  }
}

async function plan(scope: PlanningScope, parts: PlanParts, simulator: boolean): Promise<PlanSummary> {
  const deals = await readDealFacts(scope);
  const facts: MappingFacts = { deals, owners: new OwnerMatcher(scope), consent: new ConsentCount(), refusals: new RefusalCount(), lookalikes: new IdLookalikes() };
  const { owners, consent } = facts;
  await endOnErrors(scope);

  await describeUnusableRows(scope);
  let madeContacts = 0;
  const merged = new Set<ObjectScope>();
  for (const sourceObject of MAPPING_ORDER) {
    for (const object of scope.objects.filter((candidate) => hasSource(candidate, sourceObject))) {
      const planned = await planRecords(scope, object, sourceScope(object, sourceObject), facts);
      madeContacts += planned.madeContacts;
      if (planned.merged > 0) {
        merged.add(object);
      }
    }
  }
  for (const object of merged) {
    await foldMergedInSource(scope, object);
  }
  await foldContacts(scope, objectScope(scope, 'contacts'));
  await planLifeCycle(scope);
  await partSharedDomains(scope);
  for (const object of scope.objects) {
    await planMatches(scope, object);
    await planRequirements(scope, object);
  }
  const roles = await PlannedRoleLabels.open(scope);
  if (scope.definition.links === 'all') {
    await planAssociations(scope, roles);
  }
  await scope.ledger.plans.assignBatches(scope.stagingId);
  const unresolved = await unresolvedNames(scope, scope.nameLinks);
  scope.findings.push(...consent.findings(), ...facts.refusals.findings(), ...facts.lookalikes.findings(), ...roles.findings(), ...unresolved.findings);
  const summary = await assemble(scope, { parts, simulator, deals, owners, roles, madeContacts, names: unresolved.names });
  // What keeps a plan from being started does not keep it from being made.
  await scope.ledger.runs.addFindings(scope.run, owners.findings());
  return summary;
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
  readonly parts: PlanParts;
  readonly simulator: boolean;
  readonly deals: DealFacts;
  readonly owners: OwnerMatcher;
  readonly roles: PlannedRoleLabels;
  readonly madeContacts: number;
  readonly names: readonly UnresolvedName[];
}

async function assemble(scope: PlanningScope, { parts, simulator, deals, owners, roles, madeContacts, names }: PlanInputs): Promise<PlanSummary> {
  const { ledger, stagingId, snapshot } = scope;
  const records = await Promise.all(OBJECT_TYPES.map((objectType) => recordForecast(scope, objectType, madeContacts)));
  const associations = await Promise.all(
    ASSOCIATION_TYPES.map(async (associationType): Promise<AssociationForecast> => {
      const counts = await ledger.plans.countAssociations(stagingId, associationType);
      const [planned = 0, duplicate = 0, selfLink = 0, missingEnd = 0] = ['planned', 'duplicate', 'self-link', 'missing-end'].map((verdict) => counts[verdict]);
      return { associationType, source: Object.values(counts).reduce((sum, count) => sum + count, 0), planned, duplicate, selfLink, missingEnd, ...(roles.labelled(associationType) === 0 ? {} : { labelled: roles.labelled(associationType) }), partitions: [...(await ledger.plans.readPartitions(stagingId, associationType))] };
    }),
  );
  if (!records.every(addsUp) || !associations.every(associationsAddUp)) {
    throw new MigrationError('InvariantError', `The plan of ${scope.run} does not add up to its source.`, { code: 'plan-does-not-add-up' });
  }
  const schema = planSchema(scope, deals, roles, records);
  await endOnErrors(scope);
  const matchingCalls = (await ledger.facts.readCalls(scope.run)).filter(({ phase }) => phase === 'plan').reduce((sum, { count }) => sum + count, 0);
  await keepSchemaBases(scope, schema);
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
    undecidedOwners: owners.undecided,
    owners: [...owners.forecasts()],
    ...(names.length === 0 ? {} : { unresolvedNames: [...names] }),
    openDealsToAccept: owners.openDealsToAccept,
    calls: { ...forecastCalls(records, associations, schema, matchingCalls, lifeCycleCalls(scope)) },
    ...(await planDetails(scope)),
  };
}

async function recordForecast({ ledger, stagingId, objects }: PlanningScope, objectType: ObjectType, madeContacts: number): Promise<RecordForecast> {
  const counts = await ledger.staging.countRows(stagingId);
  const rows = (objects.find((object) => object.objectType === objectType)?.sources ?? []).reduce((sum, { sourceObject }) => sum + (counts[sourceObject]?.rows ?? 0), 0);
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

function planSchema(scope: PlanningScope, { pipelines }: DealFacts, roles: PlannedRoleLabels, records: readonly RecordForecast[]): SchemaPlan {
  const written = scope.objects.filter(({ objectType }) => records.some((forecast) => forecast.objectType === objectType && forecast.create + forecast.update + forecast.unchanged > 0));
  const { plan: schema, findings } = assembleSchemaPlan(
    scope.keyProperty,
    written.map(({ objectType, portal, sources, usedProperties, creatable, options, listedValues }) => ({
      portal,
      usedProperties,
      creatable,
      options: Object.fromEntries([...options].map(([property, values]) => [property, [...values]])),
      pipelines: objectType === 'deals' && usedProperties.has('pipeline') ? pipelines.missing : [],
      listedValues: growing(sources, listedValues),
    })),
    roles.definitions(),
  );
  scope.findings.push(...findings);
  return schema;
}

/** Values of the portal's lists to which the file has options added. */
function growing(sources: ObjectScope['sources'], listedValues: ObjectScope['listedValues']): Readonly<Record<string, readonly string[]>> {
  const names = new Set(sources.flatMap(({ mapping }) => mapping.rules.flatMap(({ property, target }) => (target.addsOptions === true ? [property] : []))));
  return Object.fromEntries([...listedValues].flatMap(([property, values]) => (names.has(property) ? [[property, [...values]]] : [])));
}

/** The summary's own copy: zod's types are not readonly. */
const mutable = ({ keyProperty, groups, properties, pipelines, options, labels }: SchemaPlan): PlanSummary['schema'] => ({
  keyProperty,
  groups: [...groups],
  properties: properties.map(({ objectType, definition }) => ({ objectType, definition: { ...definition, options: [...definition.options] } })),
  pipelines: pipelines.map(({ objectType, definition }) => ({ objectType, definition: { ...definition, stages: definition.stages.map((stage) => ({ ...stage, metadata: { ...stage.metadata } })) } })),
  options: options.map(({ objectType, property, definition }) => ({ objectType, property, definition: { ...definition } })),
  labels: [...labels],
});
