/** A lead that Salesforce converted into a contact: the same person twice in the source, and once in HubSpot. */
import { foldInto } from './folding';
import type { PlannedRecord } from './planned-record';
import { isWritten } from './record-identity';

/** `reasonCode` of a planned fold of a lead into the contact that it was converted into. */
export const CONVERTED_LEAD_CODE = 'converted-lead';

/**
 * @param contact as it survived merging in the source
 * @returns the lead folded, with the contact as it gained by that; the lead left out as its contact is, where that is by decision; or the lead as a contact of its own where
 *   its contact will not be written
 */
export function foldConvertedLead(contact: PlannedRecord, lead: PlannedRecord, keyProperty: string): { readonly contact: PlannedRecord; readonly lead: PlannedRecord } {
  if (contact.reason === 'deleted-in-source' || contact.reason === 'filter') {
    return { contact, lead: { ...lead, action: 'left-out', reason: contact.reason, reasonCode: contact.reasonCode } };
  }
  // What a record of its own would lack, its contact has.
  const canFold = isWritten(lead) || lead.reason === 'missing-required';
  if (!isWritten(contact) || !canFold) {
    return { contact, lead };
  }
  const { survivor, folded } = foldInto(contact, lead, keyProperty);
  return { contact: survivor, lead: { ...folded, reason: null, reasonCode: CONVERTED_LEAD_CODE } };
}
