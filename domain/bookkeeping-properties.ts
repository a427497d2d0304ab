/** Properties that the migration writes for itself, in their own group and in no form. Labels and descriptions are what people see in the portal. */
import { INVALID_EMAIL_PROPERTY, OTHER_EMAILS_PROPERTY } from './apply-mapping';
import type { CreatedProperty } from './field-mapping';
import { STAMP_PROPERTY } from './provenance';

export const MERGED_IDS_PROPERTY = 'salesforce_merged_ids';
export const SHARED_EMAIL_PROPERTY = 'shared_email';

/** The migration key, and the name it takes where the portal has a property of that name that cannot serve. */
export const KEY_PROPERTY = 'salesforce_id';
export const OTHER_KEY_PROPERTY = 'salesforce_migration_id';

export const BOOKKEEPING_GROUP = { name: 'data_migration', label: 'Data migration' } as const;

export const BOOKKEEPING_PROPERTIES: Readonly<Record<string, CreatedProperty>> = {
  [STAMP_PROPERTY]: { type: 'string', label: 'Migration provenance', description: 'The run that created or matched this record.' },
  [MERGED_IDS_PROPERTY]: { type: 'string', label: 'Combined Salesforce ids', description: 'Salesforce ids of records that were combined into this one, parted by semicolons.' },
  [SHARED_EMAIL_PROPERTY]: { type: 'string', label: 'Shared e-mail', description: 'E-mail address that another contact holds as its own.' },
  [INVALID_EMAIL_PROPERTY]: { type: 'string', label: 'E-mail as found', description: 'Text of an e-mail field that is no valid address.' },
  [OTHER_EMAILS_PROPERTY]: { type: 'string', label: 'Other e-mails', description: 'Further e-mail addresses of this person, parted by semicolons.' },
};

export const keyPropertyDefinition: CreatedProperty = { type: 'string', label: 'Salesforce id', description: 'Id of the record in Salesforce (18 characters). Ties the record to its source.' };

/** Names that a mapping may not use. */
export const RESERVED_PROPERTIES: ReadonlySet<string> = new Set([KEY_PROPERTY, OTHER_KEY_PROPERTY, MERGED_IDS_PROPERTY, SHARED_EMAIL_PROPERTY, STAMP_PROPERTY]);
