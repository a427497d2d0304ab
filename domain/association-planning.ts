/** Associations as the source's rows state them, brought to the records that survive folding. */
import { parseBool } from './cell-transforms';
import { ASSOCIATION_ENDS } from './object-type';
import type { AssociationType, ObjectType } from './object-type';
import type { PlannedAssociation, PlannedFate, PlannedRecord } from './planned-record';
import { isWritten } from './record-identity';
import { rolesIn } from './role-label';

/** What a row states, by the ids that stand in it. */
export interface StatedAssociation {
  readonly associationType: AssociationType;
  readonly from: { readonly objectType: ObjectType; readonly sourceId: string };
  readonly to: { readonly objectType: ObjectType; readonly sourceId: string };
  readonly primary: boolean;
  /** As they stand in the row. */
  readonly roles: readonly string[];
  /** e.g. `Contact.AccountId` */
  readonly statedBy: string;
}

type Values = Readonly<Record<string, string | null>>;

interface LinkColumn {
  readonly associationType: AssociationType;
  /** Column of the end, null for the row itself. */
  readonly from: string | null;
  readonly to: string | null;
  readonly primary: 'own-reference' | 'IsPrimary' | 'no';
  /** Column of the role, and what parts several of them. */
  readonly role?: { readonly column: string; readonly separator: string | null };
}

/** Which columns of which object state associations; the source's own main references come first. Table of data. */
export const LINKS: Readonly<Record<string, readonly LinkColumn[]>> = {
  Account: [{ associationType: 'companies-companies', from: 'ParentId', to: null, primary: 'no' }],
  Contact: [{ associationType: 'contacts-companies', from: null, to: 'AccountId', primary: 'own-reference' }],
  // Of a converted lead that is a contact of its own; one that folds leaves its associations to its contact, whose company may be another one by now.
  Lead: [
    { associationType: 'contacts-companies', from: null, to: 'ConvertedAccountId', primary: 'own-reference' },
    { associationType: 'deals-contacts', from: 'ConvertedOpportunityId', to: null, primary: 'no' },
  ],
  AccountContactRelation: [{ associationType: 'contacts-companies', from: 'ContactId', to: 'AccountId', primary: 'no', role: { column: 'Roles', separator: ';' } }],
  Opportunity: [
    { associationType: 'deals-companies', from: null, to: 'AccountId', primary: 'own-reference' },
    { associationType: 'deals-contacts', from: null, to: 'ContactId', primary: 'own-reference' },
  ],
  OpportunityContactRole: [{ associationType: 'deals-contacts', from: 'OpportunityId', to: 'ContactId', primary: 'IsPrimary', role: { column: 'Role', separator: null } }],
};

/** Columns that hold roles, by object. */
export const ROLE_COLUMNS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(LINKS).flatMap(([object, links]) => links.flatMap(({ role }) => (role === undefined ? [] : [[object, role.column] as const]))));

/** Order in which the objects are read for links: main references before further ones, so that those are the duplicates. */
export const LINK_ORDER = ['Account', 'Contact', 'Lead', 'AccountContactRelation', 'Opportunity', 'OpportunityContactRole'] as const;

/** What one usable row states; a column without an id states nothing, and neither does a row of a link object that was deleted. */
export function statedAssociations(sourceObject: string, sourceId: string, values: Values): readonly StatedAssociation[] {
  const isLinkObject = sourceObject === 'AccountContactRelation' || sourceObject === 'OpportunityContactRole';
  if (isLinkObject && parseBool(values.IsDeleted) === true) {
    return [];
  }
  return (LINKS[sourceObject] ?? []).flatMap(({ associationType, from, to, primary, role }) => {
    const [fromId, toId] = [from, to].map((column) => (column === null ? sourceId : (values[column] ?? '')));
    if (fromId === undefined || toId === undefined || fromId === '' || toId === '') {
      return [];
    }
    const ends = ASSOCIATION_ENDS[associationType];
    return [
      {
        associationType,
        from: { objectType: ends.from, sourceId: fromId },
        to: { objectType: ends.to, sourceId: toId },
        primary: primary === 'own-reference' || (primary === 'IsPrimary' && parseBool(values.IsPrimary) === true),
        roles: role === undefined ? [] : rolesIn(values[role.column], role.separator),
        statedBy: `${sourceObject}.${[from, to].filter((column) => column !== null).join('+')}`,
      },
    ];
  });
}

/** Where an end is after folding: null when it is not in the source, or left out. */
export interface ResolvedEnd {
  readonly objectType: ObjectType;
  readonly sourceId: string;
  readonly isFolded: boolean;
}

/** Of several planned rows with one id (repeated rows are left out) the one that counts. */
export const firstUsable = (records: readonly PlannedRecord[]): PlannedRecord | null => records.find((record) => record.reason !== 'repeated-id') ?? null;

/**
 * Follows a reference to the record that is written for it.
 * @param find planned records by type and source id; folds of companies into contacts are person accounts
 */
export function resolveEnd(end: StatedAssociation['from'], find: (objectType: ObjectType, sourceId: string) => PlannedFate | null): ResolvedEnd | null {
  let place = end;
  let isFolded = false;
  const seen = new Set<string>();
  for (;;) {
    const record = find(place.objectType, place.sourceId);
    if (record !== null && record.sourceId !== null && isWritten(record)) {
      return { objectType: place.objectType, sourceId: record.sourceId, isFolded };
    }
    if (record?.action !== 'fold' || record.foldInto === null || seen.has(`${place.objectType} ${place.sourceId}`)) {
      return null;
    }
    seen.add(`${place.objectType} ${place.sourceId}`);
    isFolded = true;
    place = { objectType: isPersonAccount(record) ? 'contacts' : place.objectType, sourceId: record.foldInto };
  }
}

/** An Account that is a person: planned among the companies as folding into its contact. */
export const PERSON_ACCOUNT_CODE = 'person-account';
export const isPersonAccount = (record: PlannedFate): boolean => record.objectType === 'companies' && record.action === 'fold' && record.reasonCode === PERSON_ACCOUNT_CODE;

/**
 * The verdict on a stated association. Repetitions are found by the ledger's unique index.
 * @param labels what its roles are called in the portal
 */
export function planAssociation(stated: Omit<StatedAssociation, 'roles'>, labels: readonly string[], from: ResolvedEnd | null, to: ResolvedEnd | null): Omit<PlannedAssociation, 'ordinal'> {
  const { associationType, statedBy } = stated;
  if (from === null || to === null) {
    return { associationType, fromSourceId: from?.sourceId ?? stated.from.sourceId, toSourceId: to?.sourceId ?? stated.to.sourceId, verdict: 'missing-end', primary: false, labels, statedBy };
  }
  const ends = { fromSourceId: from.sourceId, toSourceId: to.sourceId };
  if (from.objectType === to.objectType && from.sourceId === to.sourceId) {
    return { associationType, ...ends, verdict: 'self-link', primary: false, labels: [], statedBy };
  }
  // A reference to a person account is a reference to its contact.
  const actual = ASSOCIATION_OF[`${from.objectType} ${to.objectType}`];
  const primary = stated.primary && !from.isFolded;
  return actual === undefined
    ? { associationType, ...ends, verdict: 'missing-end', primary: false, labels, statedBy }
    : { associationType: actual, ...ends, verdict: 'planned', primary, labels: actual === associationType ? labels : [], statedBy };
}

const ASSOCIATION_OF: Readonly<Record<string, AssociationType>> = {
  'contacts companies': 'contacts-companies',
  'deals companies': 'deals-companies',
  'deals contacts': 'deals-contacts',
  'companies companies': 'companies-companies',
};
