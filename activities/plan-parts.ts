/** What the digest of a plan is made of. */
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { digestOf, mappingDigest, portalDigest } from '../domain/plan-digest';
import type { PlanParts } from '../domain/plan-digest';
import type { PlanBasis } from '../domain/plan-drift';
import type { FencedLedger } from '../ledger/ledger';
import type { PlanningScope } from './planning-scope';

const PAGE_ROWS = 1_000;

export async function planParts({ ledger, run, stagingId, definition, inspection, snapshot }: PlanningScope, version: string): Promise<PlanParts> {
  return partsOf({ inspection, definition, snapshot, only: await ledger.drift.readOnly(run), ownerEmails: await ownerEmails(ledger, stagingId, definition) }, version);
}

export const partsOf = ({ inspection, definition, only, snapshot, ownerEmails: emails }: PlanBasis, version: string): PlanParts => ({
  source: inspection.digest,
  mapping: mappingDigest(definition, only),
  portal: portalDigest(snapshot, emails),
  version: digestOf(version),
});

/** Lower-case addresses of the users that were staged, and of the stand-in for owners who are not found: whom a record of this source may belong to. */
export async function ownerEmails(ledger: FencedLedger, stagingId: string, { owners }: MigrationDefinition): Promise<ReadonlySet<string>> {
  const emails = new Set(owners.unmatched.includes('@') ? [owners.unmatched.toLowerCase()] : []);
  for (let after = -1; ; ) {
    const page = await ledger.staging.readPage(stagingId, 'User', after, PAGE_ROWS);
    page.forEach(({ values }) => values.Email && emails.add(values.Email.trim().toLowerCase()));
    const last = page.at(-1);
    if (last === undefined) {
      return emails;
    }
    after = last.ordinal;
  }
}
