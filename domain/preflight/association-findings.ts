/** Room for the labels that roles of contacts need. */
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
  const typeIdOf = (objectType: string): string => snapshot.objects.find((portal) => portal.objectType === objectType)?.objectTypeId ?? '';
  return ROLES.flatMap(({ object, column, from, to }) => {
    const count = (inspection.objects.find((each) => each.object === object)?.files ?? []).flatMap(({ columns }) => columns.filter(({ name }) => name === column)).reduce((sum, { filledCount }) => sum + filledCount, 0);
    const room = roomLeft(limits.labels[`${typeIdOf(from)}>${typeIdOf(to)}`]);
    return count === 0 || room !== 0
      ? []
      : [warning({ code: 'label-limit', place: `${object}.${column}`, message: `${counted(count, 'role')} would be labels of associations between ${from} and ${to}, and the portal has no room for another label there.`, remedy: 'Association labels need a Professional or Enterprise subscription; remove labels that nobody uses (Settings → Objects → Associations).', count })];
  });
}
