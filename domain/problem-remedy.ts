import type { ProblemCount } from './problem-group';

/** By the portal's codes (HubSpot, error handling, 2026-09) and our own. */
const OF_REFUSALS: Readonly<Record<string, string>> = {
  PROPERTY_DOESNT_EXIST: 'The property is gone since the plan was made. Make it again in HubSpot, or map the column elsewhere (property: null leaves it out), then retry.',
  INVALID_EMAIL: 'The portal takes these for no e-mail addresses. Leave them out (email: null), or put them into a text property, then retry.',
  INVALID_OPTION: "The property has no such option. Add the option in HubSpot, or give the values in the migration file (values: { theirs: ours }, otherwise: leave-out), then retry.",
  INVALID_DATE: 'The portal reads no date there. Check the format of the column in the migration file, or leave the property out, then retry.',
  INVALID_LONG: 'The portal reads no number or time there. Map the column to a text property, or leave it out, then retry.',
  INVALID_INTEGER: 'The portal reads no number there. Map the column to a text property, or leave it out, then retry.',
  INVALID_STRING: 'The portal does not take these texts in the property. Map the column to another property, or leave it out, then retry.',
  INVALID_OWNER_ID: 'The owner is not, or no longer, a user of the portal. Name a stand-in in owners.unmatched, then retry.',
  READ_ONLY_VALUE: 'The portal sets this property itself. Map the column to another property (property: null leaves it out), then retry.',
  MISSING_REQUIRED_PROPERTY: 'The portal demands this property of new records. Map a column to it, or give it a constant, or lift the rule in HubSpot, then retry.',
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: 'The portal demands this property beside another one that is set. Map a column to it, or lift the rule in HubSpot, then retry.',
  CONFLICT: 'Another record of the portal holds a value that must be unique. Merge or correct it in HubSpot, or leave the property out, then retry.',
  OBJECT_NOT_FOUND: 'The record was deleted in the portal meanwhile. Restore it there, then retry; or accept that it is gone.',
  VALIDATION_ERROR: "A rule of the portal refuses the value, or another record holds it; refused.csv has the portal's words. Mend mapping or rule, then retry.",
  INVALID_OBJECT_IDS: 'An end of the association was deleted in the portal meanwhile. Restore it there, then retry.',
  INVALID_ASSOCIATION_TYPE_ID: 'The portal has no such association label any more. Make it again in HubSpot, then retry.',
  'deleted-since': 'Somebody deleted the record after this run had written it. It is never made a second time; restore it in HubSpot, then retry.',
  'key-conflict': 'The record that it would be matched with carries the id of another source record. Look at both in HubSpot and merge or correct them, then retry.',
  'held-by-archived': 'A record in the recycle bin holds a value that must be unique. Restore or delete it for good in HubSpot, then retry.',
  'email-conflict': 'Another contact of the portal has this e-mail address. Merge or correct it in HubSpot, then retry.',
};

const OF_SKIPPED: Readonly<Record<string, string>> = {
  'deleted-in-source': 'Nothing is to be done: the source has deleted these records.',
  filter: 'Nothing is to be done: your filter leaves these records out. To write them, change where in the migration file and retry with --reason filter.',
  'malformed-row': 'The row cannot be read. Mend the source and migrate it anew; a retry works from what was read.',
  'repeated-id': 'The first row with the id counts. Mend the source where the later one is right; a retry does not change it.',
  'missing-required': 'What every record must have is empty. Map another column to it, or give a constant or template, then retry.',
  'would-be-refused': 'A value does not fit its property, and onInvalid: leave-out-record or otherwise: refuse of the migration file skips the record for it; skipped.csv names the property. Give the value a word of the property (values: { theirs: ours }), make an option of it (otherwise: add-option), or write the record without it (onInvalid: drop-cell, otherwise: leave-out); then retry with the mended file.',
  'ambiguous-match': 'More than one record of the portal could be meant. Merge them in HubSpot, or decide with ambiguous: create or leave-out, then retry.',
};

const UNKNOWN = "This version knows no more about this code: refused.csv has the portal's words. Mend mapping or portal, then retry.";

/** What a person can do about records that failed or were skipped for one cause. */
export function remedyFor({ what, code }: Pick<ProblemCount, 'what' | 'code'>): string {
  if (what === 'skipped') {
    return OF_SKIPPED[code.split(' ')[0] ?? ''] ?? UNKNOWN;
  }
  // `crm.associations.FROM_OBJECT_NOT_FOUND`: the end says it.
  return OF_REFUSALS[code] ?? (code.endsWith('OBJECT_NOT_FOUND') ? OF_REFUSALS['INVALID_OBJECT_IDS'] : undefined) ?? UNKNOWN;
}
