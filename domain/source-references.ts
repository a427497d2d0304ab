/** Which object the id in a column of Salesforce belongs to. Table of data, from the field reference of each object. */
const REFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: { ParentId: 'Account', PersonContactId: 'Contact' },
  Contact: { AccountId: 'Account', ReportsToId: 'Contact' },
  Lead: { ConvertedAccountId: 'Account', ConvertedContactId: 'Contact', ConvertedOpportunityId: 'Opportunity' },
  Opportunity: { AccountId: 'Account', ContactId: 'Contact', CampaignId: 'Campaign', PrimaryPartnerAccountId: 'Account' },
};

const OF_EVERY_OBJECT: Readonly<Record<string, string>> = { OwnerId: 'User', CreatedById: 'User', LastModifiedById: 'User', RecordTypeId: 'RecordType' };

/** @param column in the source's spelling; null where it holds no id of another record */
export const findReference = (sourceObject: string, column: string): string | null => REFERENCES[sourceObject]?.[column] ?? OF_EVERY_OBJECT[column] ?? null;
