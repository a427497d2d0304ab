import { valueIn } from './compact-values';
import { VendorError } from './errors';
import { isReadOnly, type Portal, type PortalObject } from './portal';
import { changeRecord } from './object-writes';
import { liveEntries, type Actor, type StoredRecord } from './record-store';

const MERGEABLE = ['contacts', 'companies', 'deals', 'tickets'];
/** HubSpot docs, "Error handling": identities on one profile. */
const MAX_IDENTITIES = 250;

/**
 * Merges `loser` into `winner`: the winner's values stay, its blanks are filled, its associations grow, and the loser's id leads to it.
 * HubSpot docs, "Using object APIs", merge records.
 */
export function mergeRecords(portal: Portal, object: PortalObject, { winner, loser, actor }: { winner: StoredRecord; loser: StoredRecord; actor: Actor }): void {
  if (winner === loser || !MERGEABLE.includes(object.type.plural)) {
    throw new VendorError(400, { message: `Cannot merge ${loser.id} into ${winner.id}`, category: 'VALIDATION_ERROR' });
  }
  const merged = [...idsIn(winner), ...idsIn(loser), String(loser.id)];
  if (merged.length > MAX_IDENTITIES) throw new VendorError(414, { message: 'Cannot have more than 250 identities on a profile' });

  const changes = new Map<string, string>([['hs_merged_object_ids', merged.join(';')]]);
  if (object.type.plural === 'contacts') {
    changes.set('hs_calculated_merged_vids', merged.map((id) => `${id}:${portal.clock.nowMs()}`).join(';'));
    const emails = [valueIn(winner.values, 'hs_additional_emails'), valueIn(loser.values, 'email'), valueIn(loser.values, 'hs_additional_emails')].filter(Boolean);
    if (valueIn(winner.values, 'email') !== undefined && emails.length > 0) changes.set('hs_additional_emails', emails.join(';'));
  }
  for (const [name, value] of liveEntries(loser)) {
    const property = object.registry.live(name);
    if (property && !isReadOnly(portal, property) && valueIn(winner.values, name) === undefined) changes.set(name, value);
  }
  moveAssociations(portal, object, loser, winner);
  object.records.redirect(loser, winner);
  changeRecord(portal, object, winner, changes, actor);
}

function idsIn(record: StoredRecord): string[] {
  return valueIn(record.values, 'hs_merged_object_ids')?.split(';') ?? [];
}

function moveAssociations(portal: Portal, { type }: PortalObject, loser: StoredRecord, winner: StoredRecord): void {
  const { associations } = portal;
  const fromTypeId = type.objectTypeId;
  for (const toTypeId of associations.typesAssociatedWith(fromTypeId)) {
    for (const [toId, types] of [...associations.from(fromTypeId, loser.id, toTypeId)]) {
      associations.set(fromTypeId, loser.id, toTypeId, toId, []);
      const alreadyThere = associations.typesOf(fromTypeId, winner.id, toTypeId, toId);
      const hasPrimary = [...associations.from(fromTypeId, winner.id, toTypeId).values()].some((kept) => kept.some(({ kind }) => kind === 'primary'));
      const moved = types.filter(({ kind }) => !(kind === 'primary' && hasPrimary));
      if (toTypeId !== fromTypeId || toId !== winner.id) associations.set(fromTypeId, winner.id, toTypeId, toId, [...alreadyThere, ...moved]);
    }
  }
}
