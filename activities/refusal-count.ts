import type { MappedRecord } from '../domain/apply-mapping';
import type { Finding } from '../domain/finding';
import type { ObjectType } from '../domain/object-type';

/** Which property costs how many records, and by whose rule: a person mends a property, not a code. */
export class RefusalCount {
  private readonly counts = new Map<string, { readonly objectType: ObjectType; readonly property: string; readonly code: string; count: number }>();

  see(objectType: ObjectType, refusal: MappedRecord['refusal']): void {
    if (refusal === null) {
      return;
    }
    const { property, code } = refusal;
    const key = `${objectType} ${property} ${code}`;
    const known = this.counts.get(key) ?? { objectType, property, code, count: 0 };
    known.count += 1;
    this.counts.set(key, known);
  }

  findings(): readonly Finding[] {
    return [...this.counts.values()].map(({ objectType, property, code, count }) => ({
      code: 'records-refused', severity: 'warning', place: `objects.${objectType}.properties.${property}`,
      message: `${count} of ${objectType} would be skipped: ${property} ${code === 'INVALID_OPTION' ? 'has no option for their value' : `does not take their value (${code})`}, and otherwise: refuse, or onInvalid: leave-out-record, says that this costs the record.`,
      remedy: `Give the values a word of the property (values: { theirs: ours }), or say otherwise: leave-out or onInvalid: drop-cell. rejected-cells.csv names each value.`, count,
    }));
  }
}
