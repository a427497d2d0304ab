import type { AssociationType } from './object-type';

/** `CATEGORY:id`, as the ledger keeps it. */
export type KindText = string;

export interface AssociationKindOfPortal {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';
  readonly typeId: number;
}

export interface AssociationKinds {
  /** What this tool writes. */
  readonly plain: AssociationKindOfPortal;
  /** Where a record has a main company. */
  readonly primary: AssociationKindOfPortal | null;
  /** What the portal gives every pair by itself. */
  readonly unlabelled: AssociationKindOfPortal;
}

const definedByHubspot = (typeId: number): AssociationKindOfPortal => ({ category: 'HUBSPOT_DEFINED', typeId });

/** Type ids of HubSpot's associations API, 2026-09. A parent company is a label (13) beside the unlabelled type. */
export const ASSOCIATION_KINDS: Readonly<Record<AssociationType, AssociationKinds>> = {
  'contacts-companies': { plain: definedByHubspot(279), primary: definedByHubspot(1), unlabelled: definedByHubspot(279) },
  'deals-companies': { plain: definedByHubspot(341), primary: definedByHubspot(5), unlabelled: definedByHubspot(341) },
  'deals-contacts': { plain: definedByHubspot(3), primary: null, unlabelled: definedByHubspot(3) },
  'companies-companies': { plain: definedByHubspot(13), primary: null, unlabelled: definedByHubspot(450) },
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
