/** Replies of HubSpot as its documentation and recorded exchanges show them, with made-up records. */

export const TOKEN_REFUSED = { status: 'error', message: 'Authentication credentials not found.', correlationId: 'c-401', category: 'INVALID_AUTHENTICATION' };
export const TOKEN_EXPIRED = {
  status: 'error',
  message: 'The OAuth token used to make this call expired 75 second(s) ago.',
  correlationId: 'c-401',
  category: 'EXPIRED_AUTHENTICATION',
  context: { 'expire time': ['2022-06-21T10:37:52.040Z'] },
};
export const MISSING_SCOPES = {
  status: 'error',
  message: "This app hasn't been granted all required scopes to make this call.",
  correlationId: 'c-403',
  errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: ['crm.objects.deals.read'] } }],
  links: { scopes: 'https://developers.hubspot.com/scopes' },
  category: 'MISSING_SCOPES',
};
export const DAILY_LIMIT = { status: 'error', message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', correlationId: 'c-429', policyName: 'DAILY', requestId: 'r' };
export const TEN_SECONDLY_LIMIT = {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  correlationId: 'c-429',
  policyName: 'TEN_SECONDLY_ROLLING',
  groupName: 'publicapi:private_app-api-calls-ten-secondly:1:2',
};
export const SECONDLY_LIMIT = { status: 'error', message: 'You have reached your secondly limit.', errorType: 'RATE_LIMIT', correlationId: 'c-429', policyName: 'SECONDLY' };

export const UNKNOWN_PROPERTY = {
  status: 'error',
  message: 'Property values were not valid: [{"isValid":false,"message":"Property \\"x\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"x"}]',
  correlationId: 'c-400',
  errors: [{ message: 'Property "x" does not exist', code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['x'] } }],
  category: 'VALIDATION_ERROR',
};
export const EMAIL_TAKEN = { status: 'error', message: 'Contact already exists. Existing ID: 1948209', correlationId: 'c-409', category: 'CONFLICT' };
export const UNIQUE_VALUE_TAKEN = {
  status: 'error',
  message: 'Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=DEAL}, propertyName=src_id, value=S-1} on 11. 12 already has that value.',
  correlationId: 'c-400',
  category: 'VALIDATION_ERROR',
};
export const DUPLICATE_IDS = { status: 'error', message: 'Duplicate IDs found in batch input: [123456]. IDs must be unique', correlationId: 'c-400', context: { ids: ['123456'] }, category: 'VALIDATION_ERROR' };
export const MALFORMED_JSON = { status: 'error', message: 'Invalid input JSON on line 1, column 11: Cannot deserialize', correlationId: 'c-400' };

export const CREATED_TWO_OF_FIVE = {
  status: 'COMPLETE',
  // In another order than the inputs, as HubSpot does.
  results: [
    { id: '502', properties: { src_id: 'S-2', hs_object_id: '502' }, createdAt: '2026-11-22T10:00:00.000Z', updatedAt: '2026-11-22T10:00:00.100Z', archived: false, objectWriteTraceId: 't2' },
    { id: '501', properties: { src_id: 'S-1', hs_object_id: '501', city: null }, createdAt: '2026-11-22T10:00:00.000Z', updatedAt: '2026-11-22T10:00:00.100Z', archived: false },
  ],
  numErrors: 3,
  errors: [
    { status: 'error', category: 'CONFLICT', message: 'Contact already exists. Existing ID: 171591000198', context: { objectWriteTraceId: ['t3'], existingId: ['171591000198'] } },
    {
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: 'Property values were not valid: […]',
      context: { objectWriteTraceId: ['t4'] },
      errors: [{ message: 'Property "x" does not exist', code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['x'] } }],
    },
    {
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: 'Property values were not valid: […]',
      context: { objectWriteTraceId: ['t5'] },
      errors: [
        { message: 'bad', code: 'INVALID_DATE', context: { propertyName: ['closedate'] } },
        { message: 'bad', code: 'INVALID_OPTION', context: { propertyName: ['stage'] } },
      ],
    },
  ],
  startedAt: '2026-11-22T10:00:00.050Z',
  completedAt: '2026-11-22T10:00:00.210Z',
};
export const UPDATE_UNKNOWN_ID = {
  status: 'COMPLETE',
  results: [{ id: '501', properties: { city: 'Oslo' }, archived: false, objectWriteTraceId: 't1' }],
  numErrors: 1,
  errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.', context: { ids: ['999'] } }],
};

export const NO_ASSOCIATIONS = (id: string) => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
  message: `No company is associated with deal ${id}.`,
  context: { fromObjectId: [id], fromObjectType: ['deal'], toObjectType: ['company'] },
});
export const FROM_NOT_FOUND = {
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  subCategory: 'crm.associations.FROM_OBJECT_NOT_FOUND',
  message: 'No contact with ID 9993051 exists',
  context: { objectType: ['contact'], id: ['9993051'] },
};
export const INVALID_IDENTIFIER = { status: 'error', category: 'VALIDATION_ERROR', subCategory: 'crm.associations.INVALID_IDENTIFIER', message: 'unknown_id is not a valid ID', context: { id: ['unknown_id'] } };

export const ACCOUNT_DETAILS = {
  portalId: 1234567,
  accountType: 'STANDARD',
  timeZone: 'US/Eastern',
  companyCurrency: 'USD',
  additionalCurrencies: ['EUR'],
  utcOffset: '-05:00',
  utcOffsetMilliseconds: -18000000,
  uiDomain: 'app.hubspot.com',
  dataHostingLocation: 'na1',
};
export const DAILY_USAGE = (usage: Readonly<Record<string, unknown>> = {}) => ({
  results: [{ name: 'private-apps-api-calls-daily', usageLimit: 1000000, currentUsage: 2, collectedAt: '2026-11-22T12:00:00.655Z', fetchStatus: 'SUCCESS', resetsAt: '2026-11-23T05:00:00Z', ...usage }],
});
export const RATE_HEADERS = {
  'X-HubSpot-RateLimit-Max': '190',
  'X-HubSpot-RateLimit-Remaining': '189',
  'X-HubSpot-RateLimit-Interval-Milliseconds': '10000',
  'X-HubSpot-RateLimit-Daily': '625000',
  'X-HubSpot-RateLimit-Daily-Remaining': '624000',
};
