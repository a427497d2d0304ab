/** What must be known of the whole source before its first record can be mapped: stages and currencies of deals. */
import { parseBool } from '../domain/cell-transforms';
import { assembleDealPipelines, sourceStageOf } from '../domain/deal-stages';
import type { DealPipelines, StageSighting } from '../domain/deal-stages';
import { currencyRule } from '../domain/deal-currency';
import type { CurrencyRule } from '../domain/deal-currency';
import { findStaged, hasColumn, stagedPages } from './planning-scope';
import type { PlanningScope } from './planning-scope';

export interface DealFacts {
  readonly pipelines: DealPipelines;
  readonly currency: CurrencyRule;
}

/** One pass over the deals: distinct stages in order of first sight, and distinct currencies. */
export async function readDealFacts(scope: PlanningScope): Promise<DealFacts> {
  const sightings = new Map<string, StageSighting>();
  const currencies = new Set<string>();
  for await (const page of stagedPages(scope, 'Opportunity')) {
    for (const { values } of page.filter(({ state, values: { IsDeleted } }) => state === 'ok' && parseBool(IsDeleted) !== true)) {
      const stage = sourceStageOf([values.StageName, values.IsClosed, values.IsWon]);
      const recordTypeId = values.RecordTypeId?.trim() || null;
      if (stage !== null) {
        sightings.set(`${recordTypeId ?? ''}\n${stage.kind}\n${stage.name}`, { stage, recordTypeId });
      }
      if (values.CurrencyIsoCode) {
        currencies.add(values.CurrencyIsoCode.trim());
      }
    }
  }
  const pipelines = assembleDealPipelines({
    migrationId: scope.definition.id,
    label: 'Salesforce',
    sightings: [...sightings.values()],
    recordTypeNames: await recordTypeNames(scope, [...sightings.values()]),
    mode: scope.definition.objects.deals.pipelines,
    portalPipelines: scope.snapshot.objects.find(({ objectType }) => objectType === 'deals')?.pipelines ?? [],
  });
  const currency = currencyRule({
    hasAmounts: (scope.filled.Opportunity?.Amount ?? 0) > 0,
    hasCurrencyColumn: hasColumn(scope, 'Opportunity', 'CurrencyIsoCode'),
    found: [...currencies],
    given: scope.definition.source.currency ?? null,
    portalCurrencies: [scope.snapshot.currency, ...scope.snapshot.additionalCurrencies],
  });
  scope.findings.push(...pipelines.findings, ...currency.findings);
  return { pipelines, currency };
}

async function recordTypeNames(scope: PlanningScope, sightings: readonly StageSighting[]): Promise<ReadonlyMap<string, string>> {
  const rows = await findStaged(scope, 'RecordType', sightings.map(({ recordTypeId }) => recordTypeId));
  return new Map([...rows].flatMap(([id, { values }]) => (values.Name?.trim() ? [[id, values.Name.trim()]] : [])));
}
