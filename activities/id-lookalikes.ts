import type { CompiledMapping } from '../domain/field-mapping';
import type { Finding } from '../domain/finding';
import { findReference } from '../domain/source-references';

/** Ids of Account, Contact, User, Opportunity, Lead and Campaign; 15 characters, or 18 with check characters. */
const RECORD_ID = /^(001|003|005|006|00Q|701)[0-9A-Za-z]{12}([A-Z0-5]{3})?$/;
/** Holds the id where the owner has no name: that is what it is for. */
const MEANT_FOR_IDS: ReadonlySet<string> = new Set(['source_owner']);

/** Texts for people in which an export has ids of records: nothing refuses them, and nobody can read them. */
export class IdLookalikes {
  private readonly counts = new Map<string, { readonly mapping: CompiledMapping; readonly property: string; readonly columns: readonly string[]; count: number }>();

  see(mapping: CompiledMapping, properties: Readonly<Record<string, string>>): void {
    for (const { property, columns, create, target } of mapping.rules) {
      const value = target.type === 'string' && create === null ? properties[property] : undefined;
      if (value === undefined || !RECORD_ID.test(value) || MEANT_FOR_IDS.has(property)) {
        continue;
      }
      const key = `${mapping.sourceObject} ${property}`;
      const known = this.counts.get(key) ?? { mapping, property, columns, count: 0 };
      known.count += 1;
      this.counts.set(key, known);
    }
  }

  findings(): readonly Finding[] {
    return [...this.counts.values()].map(({ mapping: { objectType, sourceObject }, property, columns, count }) => ({
      code: 'looks-like-ids', severity: 'warning', place: `${sourceObject}.${columns.join(' + ')}`, message: `${count} value${count === 1 ? '' : 's'} of ${property} of ${objectType} look${count === 1 ? 's' : ''} like ids of records, not like a text for people.`,
      remedy: `Map another column to ${property}, ${columns.some((column) => findReference(sourceObject, column) !== null) ? 'bring the name by a lookup, ' : ''}or leave it out (${property}: null).`, count,
    }));
  }
}
