/** What must be known of the whole source before its first record can be mapped: stages and currencies of deals, and whose owners are whose. */
import { parseBool } from '../domain/cell-transforms';
import type { MappingContext, Owner } from '../domain/cell-transforms';
import { assembleDealPipelines, sourceStageOf } from '../domain/deal-stages';
import type { DealPipelines, StageSighting } from '../domain/deal-stages';
import type { Finding } from '../domain/finding';
import { currencyRule } from '../domain/deal-currency';
import type { CurrencyRule } from '../domain/deal-currency';
import type { StagedRecord } from '../ledger/ledger';
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

/** Owners by e-mail; remembers who could not be matched, and how often. */
export class OwnerMatcher {
  readonly usedTargetIds = new Set<string>();
  private readonly unmatched = new Map<string, number>();
  private unknownRecords = 0;
  private readonly targetIdByEmail: ReadonlyMap<string, string>;
  private readonly hasUsers: boolean;

  constructor(private readonly scope: PlanningScope) {
    this.targetIdByEmail = new Map(scope.snapshot.owners.filter(({ archived }) => !archived).map(({ email, id }) => [email.toLowerCase(), id]));
    this.hasUsers = hasColumn(scope, 'User', 'Email');
    if (this.fallbackEmail !== null && this.fallbackId === null) {
      scope.findings.push({
        code: 'owner-unknown', severity: 'error', place: 'owners.unmatched', message: 'The portal has no owner with the e-mail address that owners.unmatched names.',
        remedy: 'Name a user of the portal, or use leave-empty.', count: 1, exitCode: 3,
      });
    }
  }

  /** The owners of one page of rows. */
  async read(rows: readonly StagedRecord[]): Promise<MappingContext['ownerOf']> {
    const users = this.hasUsers ? await findStaged(this.scope, 'User', rows.map(({ values }) => values.OwnerId)) : new Map<string, StagedRecord>();
    return (ownerId) => this.toOwner(ownerId, users.get(ownerId));
  }

  /** Called once for each mapped record that has an owner. */
  count(ownerId: string | null | undefined, owner: Owner | null): void {
    if (!ownerId || owner === null) {
      return;
    }
    if (!this.hasUsers) {
      this.unknownRecords += 1;
    } else if (owner.email === null || !this.targetIdByEmail.has(owner.email.toLowerCase())) {
      this.unmatched.set(ownerId, (this.unmatched.get(ownerId) ?? 0) + 1);
    }
    if (owner.targetId !== null) {
      this.usedTargetIds.add(owner.targetId);
    }
  }

  /** How many owners a person has to decide on before the start. */
  get undecided(): number {
    return this.scope.definition.owners.unmatched === 'ask' ? this.unmatched.size + (this.unknownRecords > 0 ? 1 : 0) : 0;
  }

  findings(): readonly Finding[] {
    const kept = 'The owner\'s name or id stays in the property source_owner.';
    const unmatched = [...this.unmatched].map(([ownerId, count]): Finding => ({
      code: 'owner-unmatched', severity: 'warning', place: `OwnerId ${ownerId}`, message: `${count} record${count === 1 ? ' belongs' : 's belong'} to an owner whom the portal does not have. ${kept}`,
      remedy: 'Add the user to the portal before the start, or name a stand-in in owners.unmatched.', count,
    }));
    const missingFile: readonly Finding[] =
      this.unknownRecords === 0
        ? []
        : [
            {
              code: 'owner-file-missing', severity: 'warning', place: 'User', message: `${this.unknownRecords} record${this.unknownRecords === 1 ? ' names' : 's name'} an owner, but the export has no User file with e-mail addresses. ${kept}`,
              remedy: 'Export the object User with Id, Name and Email into the same folder.', count: this.unknownRecords,
            },
          ];
    return [...missingFile, ...unmatched];
  }

  private get fallbackEmail(): string | null {
    const { unmatched } = this.scope.definition.owners;
    return unmatched === 'ask' || unmatched === 'leave-empty' ? null : unmatched;
  }

  private get fallbackId(): string | null {
    return this.fallbackEmail === null ? null : (this.targetIdByEmail.get(this.fallbackEmail.toLowerCase()) ?? null);
  }

  private toOwner(ownerId: string, user: StagedRecord | undefined): Owner {
    const email = user?.values.Email?.trim() ?? null;
    const fullName = [user?.values.FirstName, user?.values.LastName].map((part) => part?.trim() ?? '').filter((part) => part !== '').join(' ');
    const name = user?.values.Name?.trim() || fullName || email || ownerId;
    return { name, email, targetId: (email === null ? undefined : this.targetIdByEmail.get(email.toLowerCase())) ?? this.fallbackId };
  }
}
