/**
 * What a plan leaves out because the portal would refuse it is sent here all the same: for each cell and each record left out, a twin stands in the plan beside the
 * planned records, with an id of its own, and goes out with them. Its answer must be the refusal that the plan foresaw.
 */
import { portalCodeOf } from '../../../domain/cell-check';
import { parseDecimal } from '../../../domain/cell-transforms';
import { parseEmailCell } from '../../../domain/email-address';
import type { CellNote, PlannedRecord } from '../../../domain/planned-record';
import { instantOfDay, parseDay, parseInstant } from '../../../domain/portal-dates';
import type { PortalObject } from '../../../domain/portal-snapshot.schema';
import { VALUE_TAKEN_CODE } from '../../../domain/unique-values';
import { isWritten } from '../../../domain/record-identity';
import { missingOnUpdate, missingRequired } from '../../../domain/required-properties';

const FIRST_TWIN = 1_000_000;
export const isTwin = ({ ordinal }: Pick<PlannedRecord, 'ordinal'>): boolean => ordinal >= FIRST_TWIN;

export interface Foreseen {
  readonly code: string;
  readonly property: string | null;
}

export interface Twin {
  readonly record: PlannedRecord;
  readonly foreseen: Foreseen;
  /** For people: which cell or record it stands for. */
  readonly of: string;
}

export interface TwinInput {
  readonly portal: PortalObject;
  readonly timeZone: string;
  readonly keyProperty: string;
  readonly planned: readonly PlannedRecord[];
  /** What a record of the portal holds before the run. */
  readonly existing: (id: string) => Readonly<Record<string, string>>;
}

/** In the order of the plan. Of a type of which nothing is written the portal gets no schema, and nothing can be sent; without a record that is created there is none whose cells a twin could borrow. */
export function twinsOf(input: TwinInput): readonly Twin[] {
  if (!input.planned.some(isWritten)) {
    return [];
  }
  const donor = input.planned.find(({ action }) => action === 'create');
  const twins = input.planned.flatMap((record) => [...(donor === undefined ? [] : record.cells.flatMap((note) => cellTwin(input, donor, record, note))), ...recordTwin(input, record)]);
  return twins.map((twin, at) => {
    // A change of a record that is there goes out under the id that the record may have already.
    const sourceId = twin.record.action === 'update' ? twin.record.sourceId : `twin-${at}`;
    const { email, ...rest } = twin.record.properties;
    const isOwnEmail = twin.foreseen.property === 'email';
    return {
      ...twin,
      record: {
        ...twin.record,
        ordinal: FIRST_TWIN + at,
        sourceId,
        identity: { email: null, domain: null, name: null },
        cells: [],
        // Two records cannot have one address.
        properties: { ...rest, ...(email === undefined ? {} : { email: isOwnEmail ? email : `twin${at}.${email}` }), [input.keyProperty]: sourceId ?? '' },
      },
    };
  });
}

function cellTwin({ portal, timeZone, planned }: TwinInput, donor: PlannedRecord, record: PlannedRecord, note: CellNote): readonly Twin[] {
  const property = portal.properties.find(({ name }) => name === note.property);
  const code = property === undefined || note.verdict !== 'dropped' ? null : portalCodeOf(note.code, property.type);
  if (code === null || property === undefined) {
    return [];
  }
  // Creates go out before updates: where an update is to have the value, the twin would come first and take it.
  if (note.code === VALUE_TAKEN_CODE && planned.some(({ action, properties }) => action === 'update' && properties[note.property] === note.rawValue)) {
    return [];
  }
  const value = note.code.startsWith('rule') ? asSent(note, property.type, timeZone) : note.rawValue.trim();
  // An address that is no address takes the place of the donor's; what an admin asks of it as well is not broken by one cell.
  const properties = { ...donor.properties, [note.property]: value };
  return [{ record: { ...donor, properties }, foreseen: { code, property: note.code === VALUE_TAKEN_CODE ? null : note.property }, of: `${record.objectType} ${record.ordinal} ${note.column} → ${note.property}: ${note.code} (${JSON.stringify(note.rawValue.slice(0, 40))})` }];
}

/** What the rule was held against: the value as it would have been sent. */
function asSent({ rawValue, property }: CellNote, type: string, timeZone: string): string {
  const text = rawValue.trim();
  switch (type) {
    case 'number':
      return parseDecimal(text) ?? text;
    case 'date':
      return parseDay(text) ?? parseInstant(text, 'UTC')?.slice(0, 10) ?? text;
    case 'datetime':
      return parseDay(text) === null ? (parseInstant(text, 'UTC') ?? text) : (instantOfDay(parseDay(text) ?? '', '12:00', timeZone) ?? text);
    default:
      return property === 'email' ? (parseEmailCell(text).email ?? text) : text;
  }
}

function recordTwin({ portal, existing }: TwinInput, record: PlannedRecord): readonly Twin[] {
  if (record.action !== 'left-out' || record.reason !== 'missing-required') {
    return [];
  }
  const of = `${record.objectType} ${record.ordinal} left out: ${record.reasonCode}`;
  if (record.targetId !== null) {
    const missing = missingOnUpdate(record.properties, existing(record.targetId), portal);
    return missing === null ? [] : [{ record: { ...record, action: 'update', reason: null, reasonCode: null }, foreseen: { code: record.reasonCode ?? '', property: missing.property }, of }];
  }
  const missing = missingRequired(portal.objectType, record.properties, portal);
  return missing === null ? [] : [{ record: { ...record, action: 'create', reason: null, reasonCode: null }, foreseen: { code: record.reasonCode ?? '', property: missing.property }, of }];
}
