/** Which object the id in a column of Salesforce belongs to. Table of data, from the field reference of each object. */
const REFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: { ParentId: 'Account', PersonContactId: 'Contact' },
  Contact: { AccountId: 'Account', ReportsToId: 'Contact' },
  Lead: { ConvertedAccountId: 'Account', ConvertedContactId: 'Contact', ConvertedOpportunityId: 'Opportunity' },
  Opportunity: { AccountId: 'Account', ContactId: 'Contact', CampaignId: 'Campaign', PrimaryPartnerAccountId: 'Account', Product2Id: 'Product2' },
  OpportunityContactRole: { OpportunityId: 'Opportunity', ContactId: 'Contact' },
  AccountContactRelation: { AccountId: 'Account', ContactId: 'Contact' },
};

const OF_EVERY_OBJECT: Readonly<Record<string, string>> = { OwnerId: 'User', CreatedById: 'User', LastModifiedById: 'User', RecordTypeId: 'RecordType' };

/** Every column that holds the id of a record, of whatever object. */
export const REFERENCE_COLUMNS: readonly string[] = [...new Set([...Object.values(REFERENCES).flatMap((columns) => Object.keys(columns)), ...Object.keys(OF_EVERY_OBJECT)])];

/** Columns of an object that hold ids of records. */
export const referencesOf = (sourceObject: string): readonly string[] => [...Object.keys(REFERENCES[sourceObject] ?? {}), ...Object.keys(OF_EVERY_OBJECT)];

/** @param column in the source's spelling; null where it holds no id of another record */
export const findReference = (sourceObject: string, column: string): string | null => REFERENCES[sourceObject]?.[column] ?? OF_EVERY_OBJECT[column] ?? null;
