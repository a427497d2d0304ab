import type { OptionDefinition, PropertyDefinition } from '../control-plane';
import { INDUSTRIES } from './default-industries';

/** Properties of a fresh portal, as far as the vendor names them: HubSpot knowledge base, "HubSpot's default … properties", and a property dump of a real portal. */
const text = (names: string): PropertyDefinition[] => names.split(' ').map((name) => property(name, 'string', 'text'));

function property(name: string, type: string, fieldType: string, extra: Partial<PropertyDefinition> = {}): PropertyDefinition {
  return { name, label: toLabel(name), type, fieldType, ...extra };
}

const readOnly = (name: string, type: string, fieldType: string): PropertyDefinition => property(name, type, fieldType, { readOnlyValue: true });
const calculated = (name: string, type: string, fieldType: string): PropertyDefinition => property(name, type, fieldType, { readOnlyValue: true, calculated: true });
const choice = (name: string, values: readonly string[], fieldType = 'select'): PropertyDefinition => property(name, 'enumeration', fieldType, { options: values.map(toOption) });

function toLabel(name: string): string {
  const words = name.replace(/^hs_/, '').replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toOption(value: string, displayOrder: number): OptionDefinition {
  return { label: toLabel(value), value, displayOrder, hidden: false };
}

/** Life cycle stages in their order: a record moves forward only. */
export const LIFECYCLE_STAGES = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'] as const;

const owner: PropertyDefinition = property('hubspot_owner_id', 'enumeration', 'select');
const lifecycle: PropertyDefinition[] = [
  choice('lifecyclestage', LIFECYCLE_STAGES, 'radio'),
  ...LIFECYCLE_STAGES.map((stage) => readOnly(`hs_lifecyclestage_${stage}_date`, 'datetime', 'date')),
];

/** On every object type. */
const everywhere: PropertyDefinition[] = [
  readOnly('hs_object_id', 'number', 'number'),
  readOnly('hs_object_source', 'string', 'text'),
  readOnly('hs_object_source_id', 'string', 'text'),
  readOnly('hs_object_source_label', 'string', 'text'),
  readOnly('hs_merged_object_ids', 'enumeration', 'checkbox'),
  readOnly('hs_created_by_user_id', 'number', 'number'),
  readOnly('hs_updated_by_user_id', 'number', 'number'),
  readOnly('hs_createdate', 'datetime', 'date'),
  readOnly('hs_lastmodifieddate', 'datetime', 'date'),
  readOnly('hs_all_owner_ids', 'enumeration', 'checkbox'),
  readOnly('hubspot_owner_assigneddate', 'datetime', 'date'),
  owner,
  readOnly('hs_unique_creation_key', 'string', 'text'),
];

const contacts: PropertyDefinition[] = [
  ...text('email firstname lastname salutation jobtitle company address city state zip country fax website hs_linkedin_url twitterhandle date_of_birth gender degree field_of_study school marital_status military_status relationship_status seniority job_function start_date work_email hs_language_code message hs_whatsapp_phone_number hs_timezone_text'),
  property('phone', 'string', 'phonenumber'),
  property('mobilephone', 'string', 'phonenumber'),
  property('annualrevenue', 'string', 'text'),
  property('industry', 'string', 'text'),
  choice('numemployees', ['1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+'], 'radio'),
  choice('hs_lead_status', ['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED', 'BAD_TIMING'], 'radio'),
  choice('hs_buying_role', ['BLOCKER', 'BUDGET_HOLDER', 'CHAMPION', 'DECISION_MAKER', 'END_USER', 'EXECUTIVE_SPONSOR', 'INFLUENCER', 'LEGAL_AND_COMPLIANCE', 'OTHER'], 'checkbox'),
  choice('hs_persona', [], 'select'),
  ...lifecycle,
  property('closedate', 'datetime', 'date'),
  readOnly('createdate', 'datetime', 'date'),
  readOnly('lastmodifieddate', 'datetime', 'date'),
  readOnly('hs_additional_emails', 'enumeration', 'checkbox'),
  readOnly('hs_calculated_merged_vids', 'enumeration', 'checkbox'),
  readOnly('hs_marketable_status', 'enumeration', 'select'),
  readOnly('hs_marketable_reason_type', 'string', 'text'),
  readOnly('hs_email_optout', 'bool', 'booleancheckbox'),
  calculated('hs_email_domain', 'string', 'text'),
  calculated('hs_full_name_or_email', 'string', 'text'),
  calculated('num_associated_deals', 'number', 'number'),
  readOnly('associatedcompanyid', 'number', 'number'),
  calculated('hs_searchable_calculated_phone_number', 'string', 'text'),
  calculated('hs_searchable_calculated_mobile_number', 'string', 'text'),
  readOnly('hs_analytics_source', 'enumeration', 'select'),
  readOnly('hs_latest_source', 'enumeration', 'select'),
  readOnly('notes_last_updated', 'datetime', 'date'),
  readOnly('notes_last_contacted', 'datetime', 'date'),
  readOnly('num_notes', 'number', 'number'),
];

const companies: PropertyDefinition[] = [
  ...text('name domain website address address2 city state zip country timezone linkedin_company_page linkedinbio twitterhandle facebook_company_page founded_year about_us hs_country_code hs_state_code'),
  property('phone', 'string', 'phonenumber'),
  property('description', 'string', 'textarea'),
  property('numberofemployees', 'number', 'number'),
  property('annualrevenue', 'number', 'number'),
  property('total_money_raised', 'string', 'text'),
  property('is_public', 'bool', 'booleancheckbox', { options: [{ label: 'True', value: 'true' }, { label: 'False', value: 'false' }] }),
  choice('industry', INDUSTRIES),
  choice('type', ['PROSPECT', 'PARTNER', 'RESELLER', 'VENDOR', 'OTHER'], 'radio'),
  choice('hs_lead_status', ['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED', 'BAD_TIMING'], 'radio'),
  ...lifecycle,
  property('closedate', 'datetime', 'date'),
  readOnly('createdate', 'datetime', 'date'),
  readOnly('hs_additional_domains', 'enumeration', 'checkbox'),
  readOnly('hs_parent_company_id', 'number', 'number'),
  calculated('hs_num_child_companies', 'number', 'number'),
  calculated('num_associated_contacts', 'number', 'number'),
  calculated('num_associated_deals', 'number', 'number'),
  calculated('hs_num_open_deals', 'number', 'number'),
  readOnly('notes_last_updated', 'datetime', 'date'),
  readOnly('notes_last_contacted', 'datetime', 'date'),
  readOnly('num_notes', 'number', 'number'),
];

const deals: PropertyDefinition[] = [
  ...text('dealname hs_next_step'),
  property('description', 'string', 'textarea'),
  property('amount', 'number', 'number'),
  property('closedate', 'datetime', 'date'),
  property('pipeline', 'enumeration', 'select'),
  property('dealstage', 'enumeration', 'radio'),
  property('deal_currency_code', 'enumeration', 'select'),
  choice('dealtype', ['newbusiness', 'existingbusiness'], 'radio'),
  choice('hs_priority', ['low', 'medium', 'high']),
  choice('hs_forecast_category', ['OMIT', 'PIPELINE', 'BEST_CASE', 'COMMIT', 'CLOSED']),
  choice('hs_manual_forecast_category', ['OMIT', 'PIPELINE', 'BEST_CASE', 'COMMIT', 'CLOSED']),
  property('hs_forecast_probability', 'number', 'number'),
  property('closed_lost_reason', 'string', 'textarea'),
  property('closed_won_reason', 'string', 'textarea'),
  readOnly('createdate', 'datetime', 'date'),
  calculated('hs_deal_stage_probability', 'number', 'number'),
  calculated('hs_is_closed', 'bool', 'calculation_equation'),
  calculated('hs_is_closed_won', 'bool', 'calculation_equation'),
  calculated('hs_is_closed_lost', 'bool', 'calculation_equation'),
  calculated('amount_in_home_currency', 'number', 'number'),
  calculated('hs_closed_amount', 'number', 'number'),
  calculated('hs_projected_amount', 'number', 'number'),
  calculated('days_to_close', 'number', 'number'),
  calculated('num_associated_contacts', 'number', 'number'),
  readOnly('num_notes', 'number', 'number'),
  readOnly('notes_last_updated', 'datetime', 'date'),
  readOnly('hs_tcv', 'number', 'number'),
  readOnly('hs_acv', 'number', 'number'),
  readOnly('hs_arr', 'number', 'number'),
  readOnly('hs_mrr', 'number', 'number'),
];

const tickets: PropertyDefinition[] = [
  ...text('subject'),
  property('content', 'string', 'textarea'),
  property('hs_pipeline', 'enumeration', 'select'),
  property('hs_pipeline_stage', 'enumeration', 'select'),
  choice('hs_ticket_priority', ['LOW', 'MEDIUM', 'HIGH', 'URGENT']),
  choice('hs_ticket_category', ['PRODUCT_ISSUE', 'BILLING_ISSUE', 'FEATURE_REQUEST', 'GENERAL_INQUIRY'], 'checkbox'),
  choice('source_type', ['CHAT', 'EMAIL', 'FORM', 'PHONE']),
  readOnly('createdate', 'datetime', 'date'),
  readOnly('closed_date', 'datetime', 'date'),
];

const timestamp = property('hs_timestamp', 'datetime', 'date');
const attachments = property('hs_attachment_ids', 'string', 'text');

/** By the plural of the object type. */
export const DEFAULT_PROPERTIES: Readonly<Record<string, readonly PropertyDefinition[]>> = {
  contacts: [...contacts, ...everywhere],
  companies: [...companies, ...everywhere],
  deals: [...deals, ...everywhere],
  tickets: [...tickets, ...everywhere],
  line_items: [
    ...text('name hs_sku hs_product_id'),
    property('description', 'string', 'textarea'),
    property('quantity', 'number', 'number'),
    property('price', 'number', 'number'),
    property('discount', 'number', 'number'),
    readOnly('amount', 'number', 'number'),
    readOnly('createdate', 'datetime', 'date'),
    ...everywhere,
  ],
  notes: [timestamp, attachments, property('hs_note_body', 'string', 'html'), ...everywhere],
  tasks: [
    timestamp,
    attachments,
    ...text('hs_task_subject'),
    property('hs_task_body', 'string', 'html'),
    choice('hs_task_status', ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED']),
    choice('hs_task_priority', ['NONE', 'LOW', 'MEDIUM', 'HIGH']),
    choice('hs_task_type', ['EMAIL', 'CALL', 'TODO']),
    ...everywhere,
  ],
  calls: [
    timestamp,
    attachments,
    ...text('hs_call_title hs_call_from_number hs_call_to_number hs_call_recording_url hs_call_disposition'),
    property('hs_call_body', 'string', 'html'),
    property('hs_call_duration', 'number', 'number'),
    choice('hs_call_direction', ['INBOUND', 'OUTBOUND']),
    choice('hs_call_status', ['BUSY', 'CALLING_CRM_USER', 'CANCELED', 'COMPLETED', 'CONNECTING', 'FAILED', 'IN_PROGRESS', 'NO_ANSWER', 'QUEUED', 'RINGING']),
    ...everywhere,
  ],
  meetings: [
    timestamp,
    attachments,
    ...text('hs_meeting_title hs_meeting_location hs_meeting_external_url'),
    property('hs_meeting_body', 'string', 'html'),
    property('hs_internal_meeting_notes', 'string', 'html'),
    property('hs_meeting_start_time', 'datetime', 'date'),
    property('hs_meeting_end_time', 'datetime', 'date'),
    choice('hs_meeting_outcome', ['SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED']),
    ...everywhere,
  ],
  emails: [
    timestamp,
    attachments,
    ...text('hs_email_subject'),
    property('hs_email_text', 'string', 'textarea'),
    property('hs_email_html', 'string', 'html'),
    property('hs_email_headers', 'string', 'text'),
    choice('hs_email_direction', ['EMAIL', 'INCOMING_EMAIL', 'FORWARDED_EMAIL']),
    choice('hs_email_status', ['BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING', 'SENT']),
    ...everywhere,
  ],
};

/** Group of the default properties, by the plural of the object type. */
export const DEFAULT_GROUPS: Readonly<Record<string, readonly { readonly name: string; readonly label: string }[]>> = {
  contacts: [
    { name: 'contactinformation', label: 'Contact information' },
    { name: 'emailinformation', label: 'Email information' },
    { name: 'sales_properties', label: 'Sales properties' },
  ],
  companies: [{ name: 'companyinformation', label: 'Company information' }],
  deals: [{ name: 'dealinformation', label: 'Deal information' }],
  tickets: [{ name: 'ticketinformation', label: 'Ticket information' }],
  line_items: [{ name: 'lineiteminformation', label: 'Line item information' }],
  notes: [{ name: 'engagement', label: 'Engagement information' }],
  tasks: [{ name: 'engagement', label: 'Engagement information' }],
  calls: [{ name: 'engagement', label: 'Engagement information' }],
  meetings: [{ name: 'engagement', label: 'Engagement information' }],
  emails: [{ name: 'engagement', label: 'Engagement information' }],
};
