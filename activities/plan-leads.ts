/** Leads become contacts. One that was converted is the contact that it was converted into, and folds into it. */
import { parseBool } from '../domain/cell-transforms';
import { foldConvertedLead } from '../domain/converted-lead';
import type { PlannedRecord } from '../domain/planned-record';
import { mapRow, placeOf } from './map-row';
import type { RowMapper } from './map-row';
import { findSurvivors, keepPlanned } from './planning-scope';
import { notesOf } from './source-names';
import type { LinkedRow } from './source-names';

const convertedInto = ({ values }: LinkedRow): string | null => (parseBool(values.IsConverted) === true ? values.ConvertedContactId || null : null);

/** Plans one page of leads. Contacts that leads fold into are written again with what they gained; the same page planned again gives the same. */
export async function planLeads(mapper: RowMapper, rows: readonly LinkedRow[]): Promise<void> {
  const { scope, source } = mapper;
  const contacts = new Map(await findSurvivors(scope, 'contacts', rows.flatMap((row) => convertedInto(row) ?? [])));
  const gained = new Map<string, PlannedRecord>();
  const leads = rows.map((row) => {
    const lead = mapRow(mapper, placeOf(source, row), row.values, notesOf(row));
    const found = contacts.get(convertedInto(row) ?? '');
    const contact = found === undefined ? undefined : (gained.get(found.sourceId ?? '') ?? found);
    const folded = contact === undefined ? null : foldConvertedLead(contact, lead, scope.keyProperty);
    if (folded?.contact !== undefined && folded.contact !== contact) {
      gained.set(folded.contact.sourceId ?? '', folded.contact);
    }
    return folded?.lead ?? lead;
  });
  await keepPlanned(scope, [...gained.values(), ...leads]);
}
