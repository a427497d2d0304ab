/**
 * The complete mapping of Salesforce's standard objects, as data. Sources: Salesforce's field names as its exports write them; HubSpot's default property names from
 * a portal's property list and HubSpot's own Salesforce table, 2026-11. `hs_deal_stage_probability` follows the stage and is never sent.
 */
import type { CreatableType, CreatedProperty, ObjectPreset, PropertyRule, Transform } from '../field-mapping';

const standard = (property: string, columns: string | readonly string[], transform: Transform = { kind: 'text' }): PropertyRule => ({
  property,
  columns: typeof columns === 'string' ? [columns] : columns,
  transform,
  create: null,
});

const custom = (property: string, column: string, label: string, transform: Transform = { kind: 'text' }, type: CreatableType = 'string'): PropertyRule => ({
  property,
  columns: [column],
  transform,
  create: created(type, label, `Salesforce field ${column}.`),
});

function created(type: CreatableType, label: string, description: string): CreatedProperty {
  return { type, label, description };
}

const OWNER_AND_DATES: readonly PropertyRule[] = [
  standard('hubspot_owner_id', 'OwnerId', { kind: 'owner-id' }),
  custom('source_owner', 'OwnerId', 'Owner in Salesforce', { kind: 'owner-name' }),
  custom('source_created_at', 'CreatedDate', 'Created in Salesforce', { kind: 'datetime' }, 'datetime'),
  custom('source_updated_at', 'LastModifiedDate', 'Last modified in Salesforce', { kind: 'datetime' }, 'datetime'),
];

const address = (prefix: 'Billing' | 'Mailing' | ''): readonly PropertyRule[] => [
  standard('address', `${prefix}Street`, { kind: 'street' }),
  standard('city', `${prefix}City`),
  standard('state', `${prefix}State`),
  standard('zip', `${prefix}PostalCode`),
  standard('country', `${prefix}Country`),
];

/** Salesforce's default account types to HubSpot's; customers have none there (a customer is a life cycle stage). */
const COMPANY_TYPES = {
  Prospect: 'PROSPECT',
  'Channel Partner / Reseller': 'RESELLER',
  'Installation Partner': 'PARTNER',
  'Technology Partner': 'PARTNER',
  Partner: 'PARTNER',
  Reseller: 'RESELLER',
  Vendor: 'VENDOR',
  Supplier: 'VENDOR',
  Other: 'OTHER',
} as const;

/** Salesforce's default industries whose name is not HubSpot's in capitals. */
const INDUSTRIES = {
  Agriculture: 'FARMING',
  Banking: 'BANKING',
  Communications: 'TELECOMMUNICATIONS',
  Education: 'EDUCATION_MANAGEMENT',
  Electronics: 'CONSUMER_ELECTRONICS',
  Energy: 'OIL_ENERGY',
  Engineering: 'MECHANICAL_OR_INDUSTRIAL_ENGINEERING',
  Environmental: 'RENEWABLES_ENVIRONMENT',
  Finance: 'FINANCIAL_SERVICES',
  'Food & Beverage': 'FOOD_BEVERAGES',
  Government: 'GOVERNMENT_ADMINISTRATION',
  Healthcare: 'HOSPITAL_HEALTH_CARE',
  Manufacturing: 'INDUSTRIAL_AUTOMATION',
  Media: 'MEDIA_PRODUCTION',
  'Not For Profit': 'NON_PROFIT_ORGANIZATION_MANAGEMENT',
  Recreation: 'RECREATIONAL_FACILITIES_AND_SERVICES',
  Shipping: 'PACKAGE_FREIGHT_DELIVERY',
  Technology: 'INFORMATION_TECHNOLOGY_AND_SERVICES',
  Transportation: 'TRANSPORTATION_TRUCKING_RAILROAD',
} as const;

const DEAL_TYPES = {
  'New Business': 'newbusiness',
  'New Customer': 'newbusiness',
  'Existing Business': 'existingbusiness',
  'Existing Customer - Upgrade': 'existingbusiness',
  'Existing Customer - Replacement': 'existingbusiness',
  'Existing Customer - Downgrade': 'existingbusiness',
} as const;

const COMPANIES: ObjectPreset = {
  objectType: 'companies',
  sourceObject: 'Account',
  structuralColumns: ['Id', 'IsDeleted', 'MasterRecordId', 'ParentId', 'IsPersonAccount', 'PersonContactId'],
  rules: [
    standard('name', 'Name'),
    standard('domain', 'Website', { kind: 'domain' }),
    standard('website', 'Website'),
    standard('phone', 'Phone', { kind: 'phone' }),
    custom('fax', 'Fax', 'Fax', { kind: 'phone' }),
    ...address('Billing'),
    standard('industry', 'Industry', { kind: 'table', values: INDUSTRIES, otherwise: 'leave-out', upperSnake: true }),
    standard('numberofemployees', 'NumberOfEmployees', { kind: 'number' }),
    standard('annualrevenue', 'AnnualRevenue', { kind: 'number' }),
    standard('description', 'Description'),
    standard('type', 'Type', { kind: 'table', values: COMPANY_TYPES, otherwise: 'leave-out' }),
    custom('account_number', 'AccountNumber', 'Account number'),
    custom('account_site', 'Site', 'Account site'),
    custom('ticker_symbol', 'TickerSymbol', 'Ticker symbol'),
    custom('rating', 'Rating', 'Rating'),
    custom('sic_code', 'Sic', 'SIC code'),
    custom('ownership', 'Ownership', 'Ownership'),
    ...OWNER_AND_DATES,
  ],
};

/** What a contact and a lead have in common. */
const PERSON: readonly PropertyRule[] = [
  standard('email', 'Email', { kind: 'email' }),
  standard('salutation', 'Salutation'),
  standard('firstname', ['FirstName', 'MiddleName'], { kind: 'joined' }),
  standard('lastname', ['LastName', 'Suffix'], { kind: 'joined' }),
  standard('phone', 'Phone', { kind: 'phone' }),
  standard('mobilephone', 'MobilePhone', { kind: 'phone' }),
  standard('fax', 'Fax', { kind: 'phone' }),
  standard('jobtitle', 'Title'),
];

const CONTACTS: ObjectPreset = {
  objectType: 'contacts',
  sourceObject: 'Contact',
  structuralColumns: ['Id', 'IsDeleted', 'MasterRecordId', 'AccountId', 'IsPersonAccount', 'HasOptedOutOfEmail'],
  rules: [
    ...PERSON,
    custom('department', 'Department', 'Department'),
    ...address('Mailing'),
    standard('date_of_birth', 'Birthdate', { kind: 'day' }),
    custom('lead_source', 'LeadSource', 'Lead source'),
    custom('description', 'Description', 'Description'),
    custom('do_not_call', 'DoNotCall', 'Do not call', { kind: 'bool' }, 'bool'),
    ...OWNER_AND_DATES,
  ],
};

/** Salesforce's default lead statuses, old and new. That of a converted lead says nothing of the contact, which is why it becomes nothing. */
const LEAD_STATUSES = {
  New: 'NEW',
  'Open - Not Contacted': 'NEW',
  Working: 'IN_PROGRESS',
  'Working - Contacted': 'IN_PROGRESS',
  Contacted: 'ATTEMPTED_TO_CONTACT',
  Attempted: 'ATTEMPTED_TO_CONTACT',
  Qualified: 'OPEN_DEAL',
  Nurturing: 'BAD_TIMING',
  Unqualified: 'UNQUALIFIED',
  'Closed - Not Converted': 'UNQUALIFIED',
  'Closed - Converted': '',
} as const;

/** HubSpot's ranges of the contact property `numemployees`; a count that two of them name is taken for the lower one. */
const EMPLOYEE_RANGES = [
  { upTo: 5, value: '1-5' },
  { upTo: 25, value: '5-25' },
  { upTo: 50, value: '25-50' },
  { upTo: 100, value: '50-100' },
  { upTo: 500, value: '100-500' },
  { upTo: 1_000, value: '500-1000' },
  { upTo: null, value: '1000+' },
] as const;

/** Behind the contacts: of a lead and a contact that are one person the contact survives. */
const LEADS: ObjectPreset = {
  objectType: 'contacts',
  sourceObject: 'Lead',
  structuralColumns: ['Id', 'IsDeleted', 'MasterRecordId', 'IsConverted', 'ConvertedContactId', 'ConvertedAccountId', 'ConvertedOpportunityId', 'HasOptedOutOfEmail'],
  rules: [
    ...PERSON,
    standard('company', 'Company'),
    ...address(''),
    standard('website', 'Website'),
    custom('lead_source', 'LeadSource', 'Lead source'),
    standard('hs_lead_status', 'Status', { kind: 'table', values: LEAD_STATUSES, otherwise: 'leave-out' }),
    standard('industry', 'Industry'),
    standard('annualrevenue', 'AnnualRevenue', { kind: 'number' }),
    standard('numemployees', 'NumberOfEmployees', { kind: 'ranges', ranges: EMPLOYEE_RANGES }),
    custom('rating', 'Rating', 'Rating'),
    custom('description', 'Description', 'Description'),
    custom('do_not_call', 'DoNotCall', 'Do not call', { kind: 'bool' }, 'bool'),
    ...OWNER_AND_DATES,
  ],
};

/** What tells the stage of a deal, and the pipeline that it is in. */
const STAGE_COLUMNS = ['StageName', 'IsClosed', 'IsWon', 'RecordTypeId'] as const;

const DEALS: ObjectPreset = {
  objectType: 'deals',
  sourceObject: 'Opportunity',
  structuralColumns: ['Id', 'IsDeleted', 'AccountId', 'ContactId', 'IsClosed', 'IsWon'],
  rules: [
    standard('dealname', 'Name'),
    standard('amount', 'Amount', { kind: 'number' }),
    standard('deal_currency_code', 'CurrencyIsoCode', { kind: 'currency' }),
    standard('closedate', 'CloseDate', { kind: 'day-at' }),
    standard('pipeline', STAGE_COLUMNS, { kind: 'pipeline' }),
    standard('dealstage', STAGE_COLUMNS, { kind: 'stage' }),
    custom('source_stage', 'StageName', 'Stage in Salesforce'),
    standard('dealtype', 'Type', { kind: 'table', values: DEAL_TYPES, otherwise: 'leave-out' }),
    standard('description', 'Description'),
    standard('hs_next_step', 'NextStep'),
    custom('lead_source', 'LeadSource', 'Lead source'),
    custom('source_probability', 'Probability', 'Probability in Salesforce (percent)', { kind: 'number' }, 'number'),
    custom('source_stage_changed_at', 'LastStageChangeDate', 'Last stage change in Salesforce', { kind: 'datetime' }, 'datetime'),
    ...OWNER_AND_DATES,
  ],
};

/** Of the source objects of one target type, the first one's records come first. */
export const SALESFORCE_PRESETS: readonly ObjectPreset[] = [COMPANIES, CONTACTS, LEADS, DEALS];

/** Raised when the preset changes what it writes: part of the plan's digest. */
export const SALESFORCE_PRESET_VERSION = 3;

/** Columns of the objects that only hold links, owners or what is looked up. */
export const LINK_OBJECT_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  OpportunityContactRole: ['Id', 'IsDeleted', 'OpportunityId', 'ContactId', 'Role', 'IsPrimary'],
  AccountContactRelation: ['Id', 'IsDeleted', 'AccountId', 'ContactId', 'Roles', 'IsDirect'],
  User: ['Id', 'Email', 'Name', 'FirstName', 'LastName'],
  Product2: ['Id', 'Name'],
};

/** Where a person account keeps what its contact has under another name (Salesforce shares the rest under the same name). */
export const PERSON_ACCOUNT_COLUMNS: Readonly<Record<string, string>> = {
  Email: 'PersonEmail',
  Title: 'PersonTitle',
  Department: 'PersonDepartment',
  MobilePhone: 'PersonMobilePhone',
  Birthdate: 'PersonBirthdate',
  LeadSource: 'PersonLeadSource',
  DoNotCall: 'PersonDoNotCall',
  HasOptedOutOfEmail: 'PersonHasOptedOutOfEmail',
  MailingStreet: 'PersonMailingStreet',
  MailingCity: 'PersonMailingCity',
  MailingState: 'PersonMailingState',
  MailingPostalCode: 'PersonMailingPostalCode',
  MailingCountry: 'PersonMailingCountry',
  Salutation: 'Salutation',
  FirstName: 'FirstName',
  MiddleName: 'MiddleName',
  LastName: 'LastName',
  Suffix: 'Suffix',
  Phone: 'Phone',
  Fax: 'Fax',
  Description: 'Description',
  OwnerId: 'OwnerId',
  CreatedDate: 'CreatedDate',
  LastModifiedDate: 'LastModifiedDate',
};

/** The second choice for the address of a person account that has no mailing address. */
export const PERSON_ACCOUNT_FALLBACKS: Readonly<Record<string, string>> = {
  MailingStreet: 'BillingStreet',
  MailingCity: 'BillingCity',
  MailingState: 'BillingState',
  MailingPostalCode: 'BillingPostalCode',
  MailingCountry: 'BillingCountry',
};
