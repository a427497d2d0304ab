/** The target object types that Portage writes, in the order in which they can be written: nothing refers to a later one. */
export const OBJECT_TYPES = ['companies', 'contacts', 'deals'] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

/** What people hang on a record: activities, tickets and, on deals, line items. Portage does not write them; a record that has any is not archived by a rollback. */
export type AttachedObjectType = 'notes' | 'tasks' | 'calls' | 'meetings' | 'emails' | 'tickets' | 'line_items';
const ON_EVERY_RECORD = ['notes', 'tasks', 'calls', 'meetings', 'emails', 'tickets'] as const;
export const ATTACHED_OBJECT_TYPES: Readonly<Record<ObjectType, readonly AttachedObjectType[]>> = {
  companies: ON_EVERY_RECORD,
  contacts: ON_EVERY_RECORD,
  deals: [...ON_EVERY_RECORD, 'line_items'],
};

/** A pair of object types that records of a migration are associated across, named from the side that states the reference. */
export const ASSOCIATION_TYPES = ['contacts-companies', 'deals-companies', 'deals-contacts', 'companies-companies'] as const;
export type AssociationType = (typeof ASSOCIATION_TYPES)[number];

/** The two ends of an association type. `companies-companies` runs from the parent to the child. */
export const ASSOCIATION_ENDS: Readonly<Record<AssociationType, { from: ObjectType; to: ObjectType }>> = {
  'contacts-companies': { from: 'contacts', to: 'companies' },
  'deals-companies': { from: 'deals', to: 'companies' },
  'deals-contacts': { from: 'deals', to: 'contacts' },
  'companies-companies': { from: 'companies', to: 'companies' },
};
