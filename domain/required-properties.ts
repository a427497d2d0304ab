import type { ObjectType } from './object-type';
import type { PortalObject } from './portal-snapshot.schema';

/** HubSpot, CRM objects API, 2026-09: what a create needs at least. Each entry is a choice of which one must be there. */
const MINIMA: Readonly<Record<ObjectType, readonly (readonly string[])[]>> = {
  companies: [['name', 'domain']],
  contacts: [['email', 'firstname', 'lastname']],
  deals: [['dealname'], ['dealstage']],
};

/** What the portal's admins require, as far as the portal says it. */
export type Requirements = Pick<PortalObject, 'requiredOnCreate' | 'conditionalRequired'>;

/** Code and property of a refusal as the portal answers it: several codes are known by their category, several properties by none. */
export interface MissingRequired {
  readonly code: string;
  readonly property: string | null;
}

type Properties = Readonly<Record<string, string | null | undefined>>;

/** Codes: HubSpot changelog, "CRM API write validation enforcement", 2026-08. For its own minima none is written down: the category alone. */
const CODES = { form: 'MISSING_REQUIRED_PROPERTY', conditional: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', category: 'VALIDATION_ERROR' } as const;

const isThere = (properties: Properties, property: string): boolean => (properties[property] ?? '') !== '';

interface Missing {
  readonly code: string;
  readonly property: string;
}

function missingByForm(written: Properties, { requiredOnCreate }: Requirements): readonly Missing[] {
  return requiredOnCreate.filter((property) => !isThere(written, property)).map((property) => ({ code: CODES.form, property }));
}

/** A condition is looked at when its property is written, and is met by what the record holds as well. */
function missingByCondition(written: Properties, existing: Properties, { conditionalRequired }: Requirements): readonly Missing[] {
  const isMet = (property: string): boolean => isThere(written, property) || isThere(existing, property);
  return conditionalRequired
    .filter(({ when }) => when.values.includes(written[when.property] ?? ''))
    .flatMap(({ required }) => required.filter((property) => !isMet(property)))
    .map((property) => ({ code: CODES.conditional, property }));
}

function only<T>(items: readonly T[]): T | null {
  const [first, ...others] = new Set(items);
  return first === undefined || others.length > 0 ? null : first;
}

function refusalOf(missing: readonly Missing[]): MissingRequired | null {
  return missing.length === 0 ? null : { code: only(missing.map(({ code }) => code)) ?? CODES.category, property: only(missing.map(({ property }) => property)) };
}

/** How the portal would refuse to make a record of these properties for what is missing; null when nothing is. */
export function missingRequired(objectType: ObjectType, properties: Properties, requirements: Requirements): MissingRequired | null {
  const byRule = refusalOf([...missingByForm(properties, requirements), ...missingByCondition(properties, {}, requirements)]);
  const hasMinima = MINIMA[objectType].every((choice) => choice.some((property) => isThere(properties, property)));
  return byRule ?? (hasMinima ? null : { code: CODES.category, property: null });
}

/** The same for a change of a record that is there: only conditions bind it. */
export function missingOnUpdate(written: Properties, existing: Properties, requirements: Requirements): MissingRequired | null {
  return refusalOf(missingByCondition(written, existing, requirements));
}

/** Properties whose present values a change must know of. */
export const conditionProperties = ({ conditionalRequired }: Requirements): readonly string[] => [...new Set(conditionalRequired.flatMap(({ required }) => required))];
