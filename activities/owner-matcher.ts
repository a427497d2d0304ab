import type { MappingContext, Owner } from '../domain/cell-transforms';
import type { Finding } from '../domain/finding';
import type { OwnerForecast } from '../domain/plan-summary.schema';
import { standInFindings } from '../domain/preflight/owner-findings';
import { isIdOfName } from '../domain/record-name';
import type { StagedRecord } from '../ledger/ledger';
import { findStaged, hasColumn } from './planning-scope';
import type { PlanningScope } from './planning-scope';
import type { LinkedRow } from './source-names';

export type OwnedKind = 'contacts' | 'companies' | 'openDeals' | 'closedDeals';

/** Owners by e-mail; remembers who could not be matched, and how often. */
export class OwnerMatcher {
  readonly usedTargetIds = new Set<string>();
  private readonly unmatched = new Map<string, number>();
  private readonly counted = new Map<string, OwnerForecast>();
  /** By id: an org has few users and many records. */
  private readonly known = new Map<string, Owner>();
  /** Names that no user has: told with all names that could not be resolved, because no finding quotes one. */
  private readonly names = new Set<string>();
  private unknownRecords = 0;
  private readonly targetIdByEmail: ReadonlyMap<string, string>;
  private readonly hasUsers: boolean;

  constructor(private readonly scope: PlanningScope) {
    this.targetIdByEmail = new Map(scope.snapshot.owners.filter(({ archived }) => !archived).map(({ email, id }) => [email.toLowerCase(), id]));
    this.hasUsers = hasColumn(scope, 'User', 'Email');
    scope.findings.push(...standInFindings(scope));
  }

  /** The owners of one page of rows. */
  async read(rows: readonly LinkedRow[]): Promise<MappingContext['ownerOf']> {
    rows.filter(({ unresolved }) => unresolved.some(({ link }) => link.column === 'OwnerId')).forEach(({ values }) => values.OwnerId && this.names.add(values.OwnerId));
    const wanted = [...new Set(rows.flatMap(({ values }) => values.OwnerId || []))].filter((ownerId) => !this.known.has(ownerId));
    const users = 'User' in this.scope.filled ? await findStaged(this.scope, 'User', wanted) : new Map<string, StagedRecord>();
    wanted.forEach((ownerId) => this.known.set(ownerId, this.toOwner(ownerId, users.get(ownerId))));
    return (ownerId) => this.known.get(ownerId) ?? this.toOwner(ownerId, undefined);
  }

  /** Called once for each mapped record that has an owner. */
  count(kind: OwnedKind, ownerId: string | null | undefined, owner: Owner | null): void {
    if (!ownerId || owner === null) {
      return;
    }
    const known = this.counted.get(ownerId) ?? { sourceOwner: isIdOfName(ownerId) ? owner.name : ownerId, matched: owner.targetId !== null, contacts: 0, companies: 0, openDeals: 0, closedDeals: 0 };
    this.counted.set(ownerId, { ...known, [kind]: known[kind] + 1 });
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

  /** What each owner of the source has, in the order of first sight. `matched` with an owner of the portal, or with the stand-in. */
  forecasts(): readonly OwnerForecast[] {
    return [...this.counted.values()];
  }

  /** Open deals that would be written without an owner though the source has one, where the user has not accepted that. */
  get openDealsToAccept(): number {
    return this.scope.definition.openDealsWithoutOwner === 'accept' ? 0 : this.forecasts().reduce((sum, { matched, openDeals }) => sum + (matched ? 0 : openDeals), 0);
  }

  findings(): readonly Finding[] {
    const kept = 'The owner\'s name or id stays in the property source_owner.';
    const unmatched = [...this.unmatched].filter(([ownerId]) => !this.names.has(ownerId)).map(([ownerId, count]): Finding => ({
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
    const losing: readonly Finding[] =
      this.openDealsToAccept === 0
        ? []
        : [
            {
              code: 'open-deals-without-owner', severity: 'error', place: 'owners', message: `${this.openDealsToAccept} open deal${this.openDealsToAccept === 1 ? '' : 's'} would lose the owner: nothing can be started with this plan.`,
              remedy: 'Add the users to the portal, export the object User, name a stand-in in owners.unmatched, or accept it with openDealsWithoutOwner: accept in the migration file.', count: this.openDealsToAccept, exitCode: 5,
            },
          ];
    return [...losing, ...missingFile, ...unmatched];
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
