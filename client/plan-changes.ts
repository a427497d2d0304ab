/** What becomes of records that the portal holds already, property by property. */
import { KEPT_IN_PORTAL } from '../domain/matching';
import type { ObjectType } from '../domain/object-type';
import type { PlannedRecord } from '../domain/planned-record';
import { isBlank } from '../domain/value-comparison';

/** `filled`: was blank and is written. `overwritten`: held another value. `kept`: holds another value, which stays. */
export type ChangeEffect = 'filled' | 'overwritten' | 'kept';

export interface PropertyChange {
  readonly property: string;
  readonly effect: ChangeEffect;
  /** What the portal holds; empty where it holds nothing. */
  readonly before: string;
  readonly fromSource: string;
}

export interface ChangeCounts {
  readonly objectType: ObjectType;
  readonly property: string;
  readonly filled: number;
  readonly overwritten: number;
  readonly kept: number;
}

/** Empty for a record that is not matched, and for one where portal and source agree. */
export function changesOf({ action, before, properties, cells }: PlannedRecord): readonly PropertyChange[] {
  if (action !== 'update' && action !== 'unchanged') {
    return [];
  }
  const written = Object.entries(action === 'update' ? properties : {}).map(([property, value]): PropertyChange => {
    const held = before[property];
    return { property, effect: isBlank(held) ? 'filled' : 'overwritten', before: held ?? '', fromSource: value };
  });
  const kept = cells.filter(({ code }) => code === KEPT_IN_PORTAL).map(({ property, rawValue }): PropertyChange => ({ property, effect: 'kept', before: before[property] ?? '', fromSource: rawValue }));
  // The migration key of a record that has it already is planned, but changes nothing.
  return [...written.filter(({ before: held, fromSource }) => held !== fromSource), ...kept];
}

export class ChangeCounter {
  private readonly counts = new Map<string, ChangeCounts>();

  add(objectType: ObjectType, changes: readonly PropertyChange[]): void {
    for (const { property, effect } of changes) {
      const place = `${objectType} ${property}`;
      const known = this.counts.get(place) ?? { objectType, property, filled: 0, overwritten: 0, kept: 0 };
      this.counts.set(place, { ...known, [effect]: known[effect] + 1 });
    }
  }

  all(): readonly ChangeCounts[] {
    return [...this.counts.values()];
  }
}
