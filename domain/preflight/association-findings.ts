/** Room for the labels that roles of contacts need. How many they are is known once the rows are read. */
import type { Finding } from '../finding';
import { roomLeft } from '../portal-limits';
import { counted, info, warning, type PreflightInput } from './preflight-input';

/** Object whose rows hold a role, the column, and between which types. */
const ROLES = [
  { object: 'OpportunityContactRole', column: 'Role', from: 'deals', to: 'contacts' },
  { object: 'AccountContactRelation', column: 'Roles', from: 'contacts', to: 'companies' },
] as const;

export function associationFindings({ definition, inspection, snapshot, limits }: PreflightInput): readonly Finding[] {
  if (definition.links === 'none') {
    return [info({ code: 'no-associations', place: 'links', message: 'No associations are made, because the migration file says so.', remedy: '' })];
  }
  if (definition.roles === 'off') {
    return [];
  }
  const typeIdOf = (objectType: string): string => snapshot.objects.find((portal) => portal.objectType === objectType)?.objectTypeId ?? '';
  return ROLES.flatMap(({ object, column, from, to }) => {
    const count = (inspection.objects.find((each) => each.object === object)?.files ?? []).flatMap(({ columns }) => columns.filter(({ name }) => name === column)).reduce((sum, { filledCount }) => sum + filledCount, 0);
    const limit = limits.labels[`${typeIdOf(from)}>${typeIdOf(to)}`];
    if (count > 0 && limit?.limit === 0) {
      return [warning({ code: 'labels-not-allowed', place: `${object}.${column}`, message: `${counted(count, 'role')} would be labels of associations between ${from} and ${to}, and the portal's subscription has none: the associations are made without them.`, remedy: 'Association labels need a Professional or Enterprise subscription; roles: off says that roles are not wanted.', count })];
    }
    return count === 0 || roomLeft(limit) !== 0
      ? []
      : [warning({ code: 'label-limit', place: `${object}.${column}`, message: `${counted(count, 'role')} would be labels of associations between ${from} and ${to}, and the portal has no room for another label there.`, remedy: 'Remove labels that nobody uses (Settings → Objects → Associations), or leave roles out with roles: off. Roles whose labels are there already need no room.', count })];
  });
}
