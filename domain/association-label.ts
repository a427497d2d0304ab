/** Labels of associations: what the source calls the role of a contact. */
import { ASSOCIATION_KINDS, kindText, parseKind } from './association-kind';
import type { KindText } from './association-kind';
import type { AssociationType } from './object-type';

/** A label that associations of the plan carry. */
export interface LabelDefinition {
  readonly associationType: AssociationType;
  /** As people see it. */
  readonly label: string;
  /** The portal's internal name for one that is made. */
  readonly name: string;
  /** The portal had it when the plan was made: it is used, and never made. */
  readonly isThere: boolean;
}

/** As the portal lists it, for one direction of a pair of types. */
export interface PortalLabel {
  readonly label: string;
  readonly kind: KindText;
}

/** Capitals and blanks around it make no other label. */
export const labelKey = (label: string): string => label.trim().toLowerCase();

/** The portal's own label of these words. The types that every pair has, and the primary, are no roles; labels of other apps are theirs alone. */
export function findLabel(associationType: AssociationType, label: string, labels: readonly PortalLabel[]): PortalLabel | undefined {
  const { plain, primary, unlabelled } = ASSOCIATION_KINDS[associationType];
  const structural = new Set([plain, unlabelled, ...(primary === null ? [] : [primary])].map(kindText));
  return labels.find((each) => labelKey(each.label) === labelKey(label) && !structural.has(each.kind) && parseKind(each.kind).category !== 'INTEGRATOR_DEFINED');
}

/** The name under which the ledger knows it. Names of association types have no colon. */
export const labelThingName = ({ associationType, label }: Pick<LabelDefinition, 'associationType' | 'label'>): string => `${associationType}:${label}`;
