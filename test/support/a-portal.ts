import type { PortalObject, PortalProperty, PortalSnapshot } from '../../domain/portal-snapshot.schema';
import type { ObjectType } from '../../domain/object-type';

export const aProperty = (name: string, changes: Partial<PortalProperty> = {}): PortalProperty => ({
  name, label: name, type: 'string', fieldType: 'text', groupName: 'information', options: [], hasUniqueValue: false, readOnly: false, archived: false, ...changes,
});

const options = (...values: readonly string[]): PortalProperty['options'] => values.map((value) => ({ value, label: value, hidden: false }));
const number = { type: 'number', fieldType: 'number' };
const enumeration = { type: 'enumeration', fieldType: 'select' };

const TEXTS: Readonly<Record<ObjectType, string>> = {
  companies: 'name domain website phone address city state zip country description hubspot_owner_id',
  contacts: 'email firstname lastname salutation phone mobilephone fax jobtitle address city state zip country website company date_of_birth hubspot_owner_id',
  deals: 'dealname description hs_next_step pipeline dealstage hubspot_owner_id',
};

const OTHERS: Readonly<Record<ObjectType, readonly PortalProperty[]>> = {
  companies: [
    aProperty('numberofemployees', number),
    aProperty('annualrevenue', number),
    aProperty('industry', { ...enumeration, options: options('BANKING', 'BIOTECHNOLOGY', 'EDUCATION_MANAGEMENT') }),
    aProperty('type', { ...enumeration, options: options('PROSPECT', 'PARTNER', 'RESELLER', 'VENDOR', 'OTHER') }),
    aProperty('createdate', { type: 'datetime', fieldType: 'date', readOnly: true }),
  ],
  contacts: [
    aProperty('lifecyclestage', { ...enumeration, options: options('subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other') }),
    aProperty('hs_lead_status', { ...enumeration, options: options('NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED') }),
    aProperty('numemployees', { ...enumeration, options: options('1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+') }),
    aProperty('createdate', { type: 'datetime', fieldType: 'date', readOnly: true }),
  ],
  deals: [
    aProperty('amount', number),
    aProperty('closedate', { type: 'datetime', fieldType: 'date' }),
    aProperty('dealtype', { ...enumeration, options: options('newbusiness', 'existingbusiness') }),
    aProperty('deal_currency_code', { ...enumeration, options: options('USD', 'EUR') }),
  ],
};

export const aPortalObject = (objectType: ObjectType, changes: Partial<PortalObject> = {}): PortalObject => ({
  objectType,
  objectTypeId: { companies: '0-2', contacts: '0-1', deals: '0-3' }[objectType],
  properties: [...TEXTS[objectType].split(' ').map((name) => aProperty(name)), ...OTHERS[objectType]],
  groups: ['information'],
  pipelines: objectType === 'deals' ? [{ id: 'default', label: 'Sales Pipeline', archived: false, stages: [] }] : [],
  hasRecords: false,
  requiredOnCreate: [],
  conditionalRequired: [],
  validationRules: [],
  customPropertyLimit: 1000,
  customPropertyCount: 0,
  ...changes,
});

/** An empty portal of the Professional tier in New York, in US dollars. */
export const aSnapshot = (changes: Partial<PortalSnapshot> = {}): PortalSnapshot => ({
  portalId: '1234567',
  portalName: 'Acme',
  accountType: 'STANDARD',
  timeZone: 'America/New_York',
  currency: 'USD',
  additionalCurrencies: [],
  scopes: null,
  takenAt: '2026-09-01T10:00:00.000Z',
  quota: { limit: 650_000, remaining: 650_000, resetsAt: '2026-09-02T04:00:00.000Z' },
  objects: [aPortalObject('companies'), aPortalObject('contacts'), aPortalObject('deals')],
  owners: [],
  ...changes,
});
