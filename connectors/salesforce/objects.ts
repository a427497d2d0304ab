/**
 * What Portage knows of Salesforce's objects: id prefixes, and the columns of each in the vendor's spelling.
 *
 * Columns: a production org's weekly data export (2023), Salesforce's Data Loader samples, the Data Cloud workshop's org export, and the fields of person accounts.
 * Which of them a file has depends on the org's features; every other column is kept under its own heading.
 */

/** The objects that are read. Everything else is named as unread. */
export const READ_OBJECTS = ['Account', 'Contact', 'Lead', 'Opportunity', 'OpportunityContactRole', 'AccountContactRelation', 'User', 'RecordType'] as const;
/** What a migration file may say that a file holds: also products, for look-ups through links. */
export const DECLARED_OBJECTS = [...READ_OBJECTS, 'Product2'] as const;
export type ReadObject = (typeof DECLARED_OBJECTS)[number];

export const isReadObject = (object: string | null): object is (typeof READ_OBJECTS)[number] => READ_OBJECTS.some((known) => known === object);
export const isDeclaredObject = (object: string): object is ReadObject => DECLARED_OBJECTS.some((known) => known === object);

/** The first three characters of an id name its object (developer.salesforce.com, object key prefixes). Case counts: 00K is a role, 00k a line item. */
const OBJECT_BY_PREFIX: ReadonlyMap<string, string> = new Map([
  ['001', 'Account'],
  ['003', 'Contact'],
  ['006', 'Opportunity'],
  ['00K', 'OpportunityContactRole'],
  ['07k', 'AccountContactRelation'],
  ['005', 'User'],
  ['012', 'RecordType'],
  ['00Q', 'Lead'],
  ['00T', 'Task'],
  ['00U', 'Event'],
  ['00G', 'Group'],
  ['00E', 'UserRole'],
  ['00e', 'Profile'],
  ['00P', 'Attachment'],
  ['00k', 'OpportunityLineItem'],
  ['00v', 'CampaignMember'],
  ['002', 'Note'],
  ['008', 'OpportunityHistory'],
  ['01s', 'Pricebook2'],
  ['01t', 'Product2'],
  ['01u', 'PricebookEntry'],
  ['02Z', 'AccountContactRole'],
  ['02i', 'Asset'],
  ['02s', 'EmailMessage'],
  ['068', 'ContentVersion'],
  ['069', 'ContentDocument'],
  ['06A', 'ContentDocumentLink'],
  ['0Q0', 'Quote'],
  ['0RE', 'EventRelation'],
  ['0RT', 'TaskRelation'],
  ['500', 'Case'],
  ['701', 'Campaign'],
  ['800', 'Contract'],
  ['801', 'Order'],
]);

export const objectOfPrefix = (prefix: string): string | null => OBJECT_BY_PREFIX.get(prefix) ?? null;

export function prefixOfObject(object: string): string | null {
  for (const [prefix, known] of OBJECT_BY_PREFIX) {
    if (known === object) {
      return prefix;
    }
  }
  return null;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Account: words(`
    Id IsDeleted MasterRecordId Name Type RecordTypeId ParentId BillingStreet BillingCity BillingState BillingPostalCode BillingCountry BillingStateCode
    BillingCountryCode BillingLatitude BillingLongitude BillingGeocodeAccuracy ShippingStreet ShippingCity ShippingState ShippingPostalCode
    ShippingCountry ShippingStateCode ShippingCountryCode ShippingLatitude ShippingLongitude ShippingGeocodeAccuracy Phone Fax AccountNumber Website Sic
    Industry AnnualRevenue NumberOfEmployees Ownership TickerSymbol Description Rating Site CurrencyIsoCode OwnerId CreatedDate CreatedById
    LastModifiedDate LastModifiedById SystemModstamp LastActivityDate IsExcludedFromRealign Jigsaw JigsawCompanyId AccountSource SicDesc OperatingHoursId
    BillingAddress ShippingAddress PhotoUrl LastViewedDate LastReferencedDate IsCustomerPortal IsPartner DunsNumber Tradestyle NaicsCode NaicsDesc
    YearStarted DandbCompanyId IsPersonAccount PersonContactId Salutation FirstName LastName MiddleName Suffix PersonEmail PersonTitle PersonDepartment
    PersonMobilePhone PersonHomePhone PersonOtherPhone PersonAssistantName PersonAssistantPhone PersonBirthdate PersonLeadSource PersonMailingStreet
    PersonMailingCity PersonMailingState PersonMailingPostalCode PersonMailingCountry PersonMailingStateCode PersonMailingCountryCode PersonOtherStreet
    PersonOtherCity PersonOtherState PersonOtherPostalCode PersonOtherCountry PersonHasOptedOutOfEmail PersonHasOptedOutOfFax PersonDoNotCall`),
  Contact: words(`
    Id IsDeleted MasterRecordId AccountId Salutation FirstName LastName MiddleName Suffix RecordTypeId OtherStreet OtherCity OtherState OtherPostalCode
    OtherCountry OtherStateCode OtherCountryCode OtherLatitude OtherLongitude OtherGeocodeAccuracy MailingStreet MailingCity MailingState
    MailingPostalCode MailingCountry MailingStateCode MailingCountryCode MailingLatitude MailingLongitude MailingGeocodeAccuracy Phone Fax MobilePhone
    HomePhone OtherPhone AssistantPhone ReportsToId Email Title Department AssistantName LeadSource Birthdate Description CurrencyIsoCode OwnerId
    HasOptedOutOfEmail HasOptedOutOfFax DoNotCall CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp LastActivityDate
    LastCURequestDate LastCUUpdateDate EmailBouncedReason EmailBouncedDate Jigsaw JigsawContactId Pronouns GenderIdentity Name OtherAddress MailingAddress
    CanAllowPortalSelfReg LastViewedDate LastReferencedDate IsEmailBounced PhotoUrl IndividualId IsPersonAccount`),
  Opportunity: words(`
    Id IsDeleted AccountId IsPrivate Name Description StageName StageSortOrder Amount Probability ExpectedRevenue TotalOpportunityQuantity CloseDate Type
    NextStep LeadSource IsClosed IsWon ForecastCategory ForecastCategoryName CurrencyIsoCode CampaignId HasOpportunityLineItem Pricebook2Id OwnerId
    Territory2Id IsExcludedFromTerritory2Filter CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp LastActivityDate
    LastStageChangeDate FiscalYear FiscalQuarter ContactId PrimaryPartnerAccountId SyncedQuoteId ContractId LastAmountChangedHistoryId
    LastCloseDateChangedHistoryId Fiscal LastViewedDate LastReferencedDate HasOpenActivity HasOverdueTask RecordTypeId PricebookId`),
  OpportunityContactRole: words(`
    Id OpportunityId ContactId Role CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp IsDeleted CurrencyIsoCode IsPrimary`),
  AccountContactRelation: words(`
    Id AccountId ContactId Roles IsDirect IsActive StartDate EndDate IsDeleted CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
    CurrencyIsoCode`),
  User: words(`
    Id Username FirstName LastName MiddleName Suffix CompanyName Division Department Title Street City State PostalCode Country StateCode CountryCode
    Latitude Longitude GeocodeAccuracy Email SenderEmail SenderName Signature StayInTouchSubject StayInTouchSignature StayInTouchNote Phone Fax
    MobilePhone Alias CommunityNickname IsActive IsSystemControlled TimeZoneSidKey UserRoleId LocaleSidKey ReceivesInfoEmails ReceivesAdminInfoEmails
    EmailEncodingKey DefaultCurrencyIsoCode CurrencyIsoCode ProfileId UserType UserSubtype StartDay EndDay LanguageLocaleKey EmployeeNumber
    DelegatedApproverId ManagerId LastLoginDate LastPasswordChangeDate CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
    NumberOfFailedLogins SuAccessExpirationDate SuOrgAdminExpirationDate OfflineTrialExpirationDate WirelessTrialExpirationDate
    OfflinePdaTrialExpirationDate ForecastEnabled ContactId AccountId CallCenterId Extension FederationIdentifier AboutMe LoginLimit ProfilePhotoId
    DigestFrequency DefaultGroupNotificationFrequency WorkspaceId SharingType ChatterAdoptionStage ChatterAdoptionStageModifiedDate BannerPhotoId
    IsProfilePhotoActive GlobalIdentity Name IsDeleted`),
  RecordType: words(`
    Id Name ModuleNamespace Description BusinessProcessId SobjectType IsActive CreatedById CreatedDate LastModifiedById LastModifiedDate SystemModstamp
    IsDeleted DeveloperName NamespacePrefix`),
  AccountContactRole: words(`
    Id IsDeleted CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp AccountId ContactId Role IsPrimary`),
  Attachment: words(`
    Id IsDeleted ParentId AccountId Name IsPrivate ContentType BodyLength BodyLengthCompressed OwnerId CreatedDate CreatedById LastModifiedDate
    LastModifiedById SystemModstamp Description FeedItemId`),
  Campaign: words(`
    Id IsDeleted Name ParentId Type Status StartDate EndDate CurrencyIsoCode ExpectedRevenue BudgetedCost ActualCost ExpectedResponse NumberSent IsActive
    Description NumberOfLeads NumberOfConvertedLeads NumberOfContacts NumberOfResponses NumberOfOpportunities NumberOfWonOpportunities
    AmountAllOpportunities AmountWonOpportunities HierarchyNumberOfLeads HierarchyNumberOfConvertedLeads HierarchyNumberOfContacts
    HierarchyNumberOfResponses HierarchyNumberOfOpportunities HierarchyNumberOfWonOpportunities HierarchyAmountAllOpportunities
    HierarchyAmountWonOpportunities HierarchyNumberSent HierarchyExpectedRevenue HierarchyBudgetedCost HierarchyActualCost OwnerId CreatedDate CreatedById
    LastModifiedDate LastModifiedById SystemModstamp LastActivityDate CampaignMemberRecordTypeId`),
  CampaignMember: words(`
    Id IsDeleted CampaignId LeadId ContactId Status HasResponded IsPrimary CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
    FirstRespondedDate CurrencyIsoCode`),
  Case: words(`
    Id IsDeleted MasterRecordId CaseNumber ContactId AccountId AssetId ProductId EntitlementId SourceId BusinessHoursId ParentId SuppliedName
    SuppliedEmail SuppliedPhone SuppliedCompany Type Status Reason Origin Subject Priority Description IsClosed ClosedDate IsEscalated CurrencyIsoCode
    OwnerId IsClosedOnCreate SlaStartDate SlaExitDate IsStopped StopStartDate CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
    ServiceContractId EventsProcessedDate`),
  ContentDocumentLink: words(`
    Id LinkedEntityId ContentDocumentId IsDeleted SystemModstamp ShareType Visibility`),
  ContentVersion: words(`
    Id ContentDocumentId IsLatest ContentUrl ContentBodyId VersionNumber Title Description ReasonForChange SharingOption SharingPrivacy PathOnClient
    RatingCount IsDeleted ContentModifiedDate ContentModifiedById PositiveRatingCount NegativeRatingCount FeaturedContentBoost FeaturedContentDate
    CurrencyIsoCode OwnerId CreatedById CreatedDate LastModifiedById LastModifiedDate SystemModstamp FileType PublishStatus ContentSize
    FirstPublishLocationId Origin ContentLocation TextPreview ExternalDocumentInfo1 ExternalDocumentInfo2 ExternalDataSourceId IsMajorVersion`),
  EmailMessage: words(`
    Id ParentId ActivityId CreatedById CreatedDate LastModifiedDate LastModifiedById SystemModstamp TextBody HtmlBody Headers Subject FromName FromAddress
    ToAddress CcAddress BccAddress Incoming HasAttachment Status MessageDate IsDeleted MessageSize ReplyToEmailMessageId IsPrivateDraft
    IsExternallyVisible MessageIdentifier ThreadIdentifier ClientThreadIdentifier IsClientManaged RelatedToId IsTracked FirstOpenedDate LastOpenedDate
    IsBounced EmailTemplateId`),
  Event: words(`
    Id WhoId WhatId WhoCount WhatCount Subject Location IsAllDayEvent ActivityDateTime ActivityDate DurationInMinutes Description AccountId OwnerId
    CurrencyIsoCode Type IsPrivate ShowAs IsDeleted IsChild IsGroupEvent GroupEventType CreatedDate CreatedById LastModifiedDate LastModifiedById
    SystemModstamp IsArchived RecurrenceActivityId IsRecurrence RecurrenceStartDateTime RecurrenceEndDateOnly RecurrenceTimeZoneSidKey RecurrenceType
    RecurrenceInterval RecurrenceDayOfWeekMask RecurrenceDayOfMonth RecurrenceInstance RecurrenceMonthOfYear ReminderDateTime IsReminderSet
    ProposedEventTimeframe`),
  EventRelation: words(`
    Id RelationId EventId ChildEventId IsWhat IsParent IsInvitee AccountId Status RespondedDate Response CreatedDate CreatedById LastModifiedDate
    LastModifiedById SystemModstamp IsDeleted`),
  Lead: words(`
    Id IsDeleted MasterRecordId Salutation FirstName LastName MiddleName Suffix RecordTypeId Title Company Street City State PostalCode Country StateCode
    CountryCode Latitude Longitude GeocodeAccuracy Phone MobilePhone Fax Email Website Description LeadSource Status Industry Rating CurrencyIsoCode
    AnnualRevenue NumberOfEmployees OwnerId HasOptedOutOfEmail IsConverted ConvertedDate ConvertedAccountId ConvertedContactId ConvertedOpportunityId
    IsUnreadByOwner CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp LastActivityDate DoNotCall HasOptedOutOfFax LastTransferDate
    Jigsaw JigsawContactId EmailBouncedReason EmailBouncedDate Pronouns GenderIdentity Name Address PhotoUrl LastViewedDate LastReferencedDate
    CompanyDunsNumber DandbCompanyId IndividualId`),
  Note: words(`
    Id IsDeleted ParentId AccountId Title IsPrivate Body OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp`),
  OpportunityHistory: words(`
    Id OpportunityId CreatedById CreatedDate CreatedDateForInsert StageName Amount ExpectedRevenue CloseDate Probability FromForecastCategory
    ForecastCategory PrevForecastUpdate FromOpportunityStageName PrevOpportunityStageUpdate CurrencyIsoCode ValidThroughDate SystemModstamp IsDeleted
    PrevAmount PrevCloseDate`),
  Task: words(`
    Id WhoId WhatId WhoCount WhatCount Subject ActivityDate Status Priority OwnerId Description CurrencyIsoCode Type IsDeleted AccountId IsClosed
    CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp IsArchived EmailMessageId ActivityOriginType CallDurationInSeconds CallType
    CallDisposition CallObject ReminderDateTime IsReminderSet RecurrenceActivityId IsRecurrence RecurrenceStartDateOnly RecurrenceEndDateOnly
    RecurrenceTimeZoneSidKey RecurrenceType RecurrenceInterval RecurrenceDayOfWeekMask RecurrenceDayOfMonth RecurrenceInstance RecurrenceMonthOfYear
    RecurrenceRegeneratedType CompletedDateTime IsHighPriority TaskSubtype`),
  TaskRelation: words(`
    Id RelationId TaskId IsWhat AccountId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp IsDeleted`),
  UserRole: words(`
    Id Name ParentRoleId RollupDescription OpportunityAccessForAccountOwner CaseAccessForAccountOwner ContactAccessForAccountOwner ForecastUserId
    MayForecastManagerShare LastModifiedDate LastModifiedById SystemModstamp PortalAccountId PortalType PortalRole PortalAccountOwnerId`),};

/** Lower-case heading to the vendor's spelling, by object. */
const SPELLINGS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(COLUMNS).map(([object, columns]) => [object, new Map(columns.map((column) => [column.toLowerCase(), column]))]),
);

export const OBJECTS_WITH_COLUMNS: readonly string[] = [...SPELLINGS.keys()];

const NO_SPELLINGS: ReadonlyMap<string, string> = new Map();

/** Columns of an object, lower case to the vendor's spelling; empty for an object whose columns are not known. */
export const columnsOf = (object: string): ReadonlyMap<string, string> => SPELLINGS.get(object) ?? NO_SPELLINGS;
