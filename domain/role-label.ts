/** From the roles of a source to the names of labels. */
import { labelKey } from './association-label';
import { digestOf } from './plan-digest';
import { isNullToken } from './transforms/text-cells';

/** The roles that a cell names, each once. @param separator what parts several of them; null where a cell names one */
export function rolesIn(cell: string | null | undefined, separator: string | null): readonly string[] {
  const parts = separator === null ? [cell ?? ''] : (cell ?? '').split(separator);
  const roles = new Map(parts.map((part) => part.trim()).filter((part) => part !== '' && !isNullToken(part)).map((part) => [labelKey(part), part]));
  return [...roles.values()];
}

/** HubSpot, association schema API, 2026-09: an internal name has no hyphen and begins with no digit. The digest keeps labels apart that are written alike without their signs. */
export function labelName(label: string): string {
  const words = labelKey(label).replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40);
  return ['portage', ...(words === '' ? [] : [words]), digestOf(labelKey(label)).slice(0, 6)].join('_');
}
