/** What the roles of the source are called in the portal: labels that it has, else labels that the migration makes. */
import { findLabel, labelKey } from '../domain/association-label';
import type { LabelDefinition, PortalLabel } from '../domain/association-label';
import { LINKS, ROLE_COLUMNS } from '../domain/association-planning';
import type { Finding } from '../domain/finding';
import { ASSOCIATION_ENDS, ASSOCIATION_TYPES } from '../domain/object-type';
import type { AssociationType } from '../domain/object-type';
import type { PlannedAssociation } from '../domain/planned-record';
import { roomLeft } from '../domain/portal-limits';
import type { PortalLimit } from '../domain/portal-limits';
import { labelName } from '../domain/role-label';
import { ASSOCIATION_WORDS } from '../domain/words';
import type { PlanningScope } from './planning-scope';

interface Pair {
  readonly there: readonly PortalLabel[];
  readonly limit: PortalLimit | undefined;
  /** By what they have in common however they are spelled. */
  readonly known: Map<string, LabelDefinition>;
  /** Labels that some association gets, in order of first sight. */
  readonly used: Set<string>;
  labelled: number;
  unmade: number;
}

export interface RoleLabels {
  /** As they are called in the portal; none for roles that cannot become labels. */
  labelsOf(associationType: AssociationType, roles: readonly string[]): readonly string[];
  /** Takes note of what is made. */
  count(association: Pick<PlannedAssociation, 'associationType' | 'verdict' | 'labels'>): void;
}

/** Grows while associations are planned. */
export class PlannedRoleLabels implements RoleLabels {
  private constructor(private readonly pairs: ReadonlyMap<AssociationType, Pair>) {}

  /** Reads the labels of the pairs of types that the source has roles for, and how many the portal allows. Without roles it asks for nothing. */
  static async open(scope: PlanningScope): Promise<PlannedRoleLabels> {
    const { definition, filled, snapshot, target, call } = scope;
    const hasRoles = (object: string): boolean => (filled[object]?.[ROLE_COLUMNS[object] ?? ''] ?? 0) > 0;
    const types = ASSOCIATION_TYPES.filter((associationType) => Object.entries(LINKS).some(([object, links]) => hasRoles(object) && links.some((link) => link.role !== undefined && link.associationType === associationType)));
    if (definition.links === 'none' || definition.roles === 'off' || types.length === 0) {
      return new PlannedRoleLabels(new Map());
    }
    await scope.assertQuota();
    const limits = await target.readLabelLimits(call);
    const typeIdOf = (objectType: string): string => snapshot.objects.find((object) => object.objectType === objectType)?.objectTypeId ?? '';
    const pairs = new Map<AssociationType, Pair>();
    for (const associationType of types) {
      const { from, to } = ASSOCIATION_ENDS[associationType];
      const limit = limits[`${typeIdOf(from)}>${typeIdOf(to)}`];
      // Where none is used there is none to read.
      pairs.set(associationType, { there: limit?.usage === 0 ? [] : await target.readLabels(from, to, call), limit, known: new Map(), used: new Set(), labelled: 0, unmade: 0 });
    }
    return new PlannedRoleLabels(pairs);
  }

  labelsOf(associationType: AssociationType, roles: readonly string[]): readonly string[] {
    const pair = this.pairs.get(associationType);
    return pair === undefined ? [] : roles.flatMap((role) => labelFor(associationType, pair, role)?.label ?? []);
  }

  count({ associationType, verdict, labels }: Pick<PlannedAssociation, 'associationType' | 'verdict' | 'labels'>): void {
    const pair = this.pairs.get(associationType);
    if (pair !== undefined && verdict === 'planned' && labels.length > 0) {
      labels.forEach((label) => pair.used.add(labelKey(label)));
      pair.labelled += 1;
    }
  }

  definitions(): readonly LabelDefinition[] {
    return [...this.pairs.values()].flatMap(({ used, known }) => [...used].flatMap((key) => known.get(key) ?? []));
  }

  labelled(associationType: AssociationType): number {
    return this.pairs.get(associationType)?.labelled ?? 0;
  }

  findings(): readonly Finding[] {
    return [...this.pairs].flatMap(([associationType, { limit, unmade, used, known }]): readonly Finding[] => {
      const place = `roles.${associationType}`;
      if (unmade > 0) {
        const message = `${unmade} role${unmade === 1 ? ' is' : 's are'} not moved: the subscription of the portal has no labels for ${ASSOCIATION_WORDS[associationType].toLowerCase()} associations. The associations themselves are made.`;
        return [{ code: 'labels-not-allowed', severity: 'warning', place, message, remedy: 'Association labels need a Professional or Enterprise subscription; roles: off says that roles are not wanted.', count: unmade }];
      }
      const made = [...used].filter((key) => known.get(key)?.isThere === false).length;
      const room = roomLeft(limit);
      return room === null || made <= room
        ? []
        : [{ code: 'label-limit', severity: 'error', place, message: `Roles need ${made} further label${made === 1 ? '' : 's'} for ${ASSOCIATION_WORDS[associationType].toLowerCase()} associations, and the portal has room for ${room}.`, remedy: 'Remove labels that nobody uses (Settings → Objects → Associations), or leave roles out with roles: off.', count: made, exitCode: 3 }];
    });
  }
}

/** Those of a plan that is obeyed, and no others. */
export function roleLabelsOf(labels: readonly LabelDefinition[]): RoleLabels {
  const known = new Map(labels.map(({ associationType, label }) => [`${associationType} ${labelKey(label)}`, label]));
  return { labelsOf: (associationType, roles) => roles.flatMap((role) => known.get(`${associationType} ${labelKey(role)}`) ?? []), count: () => undefined };
}

/** The first spelling names the label, unless the portal has it in its own. */
function labelFor(associationType: AssociationType, pair: Pair, role: string): LabelDefinition | null {
  const known = pair.known.get(labelKey(role));
  if (known !== undefined) {
    return known;
  }
  const found = findLabel(associationType, role, pair.there);
  if (found === undefined && pair.limit?.limit === 0) {
    pair.unmade += 1;
    return null;
  }
  const definition = { associationType, label: found?.label ?? role, name: labelName(role), isThere: found !== undefined };
  pair.known.set(labelKey(role), definition);
  return definition;
}
