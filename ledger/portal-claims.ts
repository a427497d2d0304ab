import type { Transaction } from 'kysely';
import type { ObjectType } from '../domain/object-type';
import type { LedgerDatabase } from './database';
import type { PortalClaim, RunStore } from './ledger';
import type { Tables } from './tables';

/** Together: a run that changes the portal, or may at any moment. One that is open for rollback does so in the phase `rollback`. */
const WRITING_STATES = ['running', 'paused', 'rolling-back'] as const;
const WRITING_PHASES = ['properties', 'companies', 'contacts', 'deals', 'relink', 'verify', 'report', 'rollback'] as const;

type ClaimStore = Pick<RunStore, 'claimPortal' | 'reclaimPortal' | 'findOtherWriter'>;

/** Who holds a claim is what counts, not who is in which phase: two runs may enter a phase at one moment, but only one commits the claim first. */
export function createPortalClaims(database: LedgerDatabase): ClaimStore {
  return {
    claimPortal: (run, claim) => database.write('claim-portal', (db) => take(db, run, [claim])),

    reclaimPortal: async (run) => {
      // Nearly always it still holds what it claimed: no commit then.
      const lost = await database.read((db) => db.selectFrom('portal_claims').select('run').where('run', '=', run).where('held', '=', 0).limit(1).executeTakeFirst());
      return lost === undefined ? null : database.write('reclaim-portal', async (db) => take(db, run, await claimsOf(db, run)));
    },

    findOtherWriter: (run, portalId, objectTypes) => database.read((db) => findHolder(db, run, { portalId, objectTypes, keyProperty: null })),
  };
}

async function claimsOf(db: Transaction<Tables>, run: string): Promise<readonly PortalClaim[]> {
  const rows = await db.selectFrom('portal_claims').selectAll().where('run', '=', run).execute();
  return rows.map((row) => ({ portalId: row.portal_id, keyProperty: row.key_property, objectTypes: [row.object_type] }));
}

async function take(db: Transaction<Tables>, run: string, claims: readonly PortalClaim[]): Promise<string | null> {
  for (const claim of claims) {
    const holder = await findHolder(db, run, claim);
    if (holder !== null) {
      return holder;
    }
  }
  for (const { portalId, keyProperty, objectTypes } of claims) {
    if (objectTypes.length === 0) {
      continue;
    }
    await db
      .updateTable('portal_claims')
      .set({ held: 0 })
      .where('portal_id', '=', portalId)
      .where('key_property', '=', keyProperty)
      .where('object_type', 'in', [...objectTypes])
      .execute();
    await db
      .insertInto('portal_claims')
      .values(objectTypes.map((objectType) => ({ run, portal_id: portalId, object_type: objectType, key_property: keyProperty, held: 1 as const })))
      .onConflict((conflict) => conflict.columns(['run', 'portal_id', 'object_type', 'key_property']).doUpdateSet({ held: 1 }))
      .execute();
  }
  return null;
}

/** Another run that holds one of these and may write at any moment. */
async function findHolder(db: Transaction<Tables>, run: string, wanted: { readonly portalId: string; readonly objectTypes: readonly ObjectType[]; readonly keyProperty: string | null }): Promise<string | null> {
  if (wanted.objectTypes.length === 0) {
    return null;
  }
  let query = db
    .selectFrom('portal_claims')
    .innerJoin('runs', 'runs.run', 'portal_claims.run')
    .select('runs.run')
    .where('portal_claims.portal_id', '=', wanted.portalId)
    .where('portal_claims.object_type', 'in', [...wanted.objectTypes])
    .where('portal_claims.held', '=', 1)
    .where('portal_claims.run', '<>', run)
    .where('runs.ended_at', 'is', null)
    .where('runs.state', 'in', [...WRITING_STATES])
    .where('runs.phase', 'in', [...WRITING_PHASES]);
  if (wanted.keyProperty !== null) {
    query = query.where('portal_claims.key_property', '=', wanted.keyProperty);
  }
  const holder = await query.orderBy('runs.created_at').orderBy('runs.run').limit(1).executeTakeFirst();
  return holder?.run ?? null;
}
