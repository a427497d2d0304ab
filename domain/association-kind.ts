import type { AssociationType } from './object-type';

/** `CATEGORY:id`, as the ledger keeps it. */
export type KindText = string;

export interface AssociationKindOfPortal {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';
  readonly typeId: number;
}

/** Type ids of HubSpot's associations API, 2026-09: unlabelled, and primary where a record has a main company. */
export const ASSOCIATION_KINDS: Readonly<Record<AssociationType, { readonly plain: AssociationKindOfPortal; readonly primary: AssociationKindOfPortal | null }>> = {
  'contacts-companies': { plain: { category: 'HUBSPOT_DEFINED', typeId: 279 }, primary: { category: 'HUBSPOT_DEFINED', typeId: 1 } },
  'deals-companies': { plain: { category: 'HUBSPOT_DEFINED', typeId: 341 }, primary: { category: 'HUBSPOT_DEFINED', typeId: 5 } },
  'deals-contacts': { plain: { category: 'HUBSPOT_DEFINED', typeId: 3 }, primary: null },
  'companies-companies': { plain: { category: 'HUBSPOT_DEFINED', typeId: 13 }, primary: null },
};

export function kindText({ category, typeId }: AssociationKindOfPortal): KindText {
  return `${category}:${typeId}`;
}

/** Sorted and joined by `;`, so that equal sets are equal texts; the empty text is no kind at all. */
export function joinKinds(kinds: readonly KindText[]): string {
  return [...new Set(kinds)].sort().join(';');
}

export function splitKinds(joined: string): readonly KindText[] {
  return joined === '' ? [] : joined.split(';');
}

export function parseKind(text: KindText): AssociationKindOfPortal {
  const [category, typeId] = text.split(':');
  if (category !== 'HUBSPOT_DEFINED' && category !== 'USER_DEFINED' && category !== 'INTEGRATOR_DEFINED') {
    throw new Error(`${text} is no association kind`);
  }
  return { category, typeId: Number(typeId) };
}
