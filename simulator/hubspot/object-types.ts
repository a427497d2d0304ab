/** One kind of record. Everything that differs between kinds is data here; the code is one for all. */
export interface ObjectTypeDefinition {
  readonly objectTypeId: string;
  /** As in paths. */
  readonly plural: string;
  readonly singular: string;
  /** Prefix of its scopes: `<prefix>.read` and `<prefix>.write`, or one scope for both. */
  readonly scope: string | { readonly both: string };
  /** Properties that come back when none are asked for. */
  readonly defaultProperties: readonly string[];
  /** Without them a create is refused. `oneOf`: any of them will do. */
  readonly required: { readonly oneOf: readonly string[] } | { readonly allOf: readonly string[] };
  /** Name of the property that holds the time of the last change. */
  readonly modifiedProperty: 'lastmodifieddate' | 'hs_lastmodifieddate';
  readonly pipelineProperty?: string;
  readonly stageProperty?: string;
  /** Property that people know a record by, for naming it without its id. */
  readonly naturalKeys: readonly string[];
}

const engagement = (objectTypeId: string, plural: string, singular: string, defaultProperties: readonly string[], required = ['hs_timestamp']): ObjectTypeDefinition => ({
  objectTypeId,
  plural,
  singular,
  scope: 'crm.objects.contacts',
  defaultProperties: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id', ...defaultProperties],
  required: { allOf: required },
  modifiedProperty: 'hs_lastmodifieddate',
  naturalKeys: defaultProperties,
});

/** Type ids: HubSpot docs, "Understanding the CRM"; default properties and requirements: the guides of each object, 2026-09. */
export const OBJECT_TYPES: readonly ObjectTypeDefinition[] = [
  {
    objectTypeId: '0-1',
    plural: 'contacts',
    singular: 'contact',
    scope: 'crm.objects.contacts',
    defaultProperties: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    required: { oneOf: ['email', 'firstname', 'lastname'] },
    modifiedProperty: 'lastmodifieddate',
    naturalKeys: ['email'],
  },
  {
    objectTypeId: '0-2',
    plural: 'companies',
    singular: 'company',
    scope: 'crm.objects.companies',
    defaultProperties: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    required: { oneOf: ['name', 'domain'] },
    modifiedProperty: 'hs_lastmodifieddate',
    naturalKeys: ['domain', 'name'],
  },
  {
    objectTypeId: '0-3',
    plural: 'deals',
    singular: 'deal',
    scope: 'crm.objects.deals',
    defaultProperties: ['amount', 'closedate', 'createdate', 'dealname', 'dealstage', 'hs_lastmodifieddate', 'hs_object_id', 'pipeline'],
    required: { allOf: ['dealname', 'dealstage'] },
    modifiedProperty: 'hs_lastmodifieddate',
    pipelineProperty: 'pipeline',
    stageProperty: 'dealstage',
    naturalKeys: ['dealname'],
  },
  {
    objectTypeId: '0-5',
    plural: 'tickets',
    singular: 'ticket',
    scope: { both: 'tickets' },
    defaultProperties: ['content', 'createdate', 'hs_lastmodifieddate', 'hs_object_id', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_category', 'hs_ticket_priority', 'subject'],
    required: { allOf: ['subject', 'hs_pipeline_stage'] },
    modifiedProperty: 'hs_lastmodifieddate',
    pipelineProperty: 'hs_pipeline',
    stageProperty: 'hs_pipeline_stage',
    naturalKeys: ['subject'],
  },
  {
    objectTypeId: '0-8',
    plural: 'line_items',
    singular: 'line_item',
    scope: 'crm.objects.line_items',
    defaultProperties: ['createdate', 'hs_lastmodifieddate', 'hs_object_id', 'name', 'price', 'quantity'],
    required: { allOf: [] },
    modifiedProperty: 'hs_lastmodifieddate',
    naturalKeys: ['name'],
  },
  engagement('0-46', 'notes', 'note', ['hs_note_body']),
  engagement('0-27', 'tasks', 'task', ['hs_task_subject']),
  engagement('0-48', 'calls', 'call', ['hs_call_title']),
  engagement('0-47', 'meetings', 'meeting_event', ['hs_meeting_title']),
  engagement('0-49', 'emails', 'email', ['hs_email_subject'], ['hs_timestamp', 'hs_email_direction']),
];

const ALIASES = new Map(
  OBJECT_TYPES.flatMap((type) => [type.objectTypeId, type.plural, type.singular].map((alias) => [alias, type] as const)),
);

/** A type by its plural, its singular or its type id, as paths and bodies name it. */
export function findObjectType(alias: string): ObjectTypeDefinition | undefined {
  return ALIASES.get(alias.toLowerCase());
}

/** As error messages name it: `CONTACT`. */
export function upperName(type: ObjectTypeDefinition): string {
  return type.singular.toUpperCase();
}
