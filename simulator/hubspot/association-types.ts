/** Association types that the vendor defines. HubSpot docs, "Associate records", association type id values. */
export interface DefinedAssociation {
  readonly fromTypeId: string;
  readonly toTypeId: string;
  readonly typeId: number;
  readonly inverseTypeId: number;
  readonly kind: 'unlabelled' | 'primary' | 'labelled';
  readonly label: string | null;
}

const CONTACT = '0-1';
const COMPANY = '0-2';
const DEAL = '0-3';
const TICKET = '0-5';
const LINE_ITEM = '0-8';
const NOTE = '0-46';
const TASK = '0-27';
const MEETING = '0-47';
const CALL = '0-48';
const EMAIL = '0-49';

type Row = readonly [fromTypeId: string, toTypeId: string, typeId: number, inverseTypeId: number, kind?: 'primary' | 'labelled', label?: string, inverseLabel?: string];

const ROWS: readonly Row[] = [
  [CONTACT, COMPANY, 279, 280],
  [CONTACT, COMPANY, 1, 2, 'primary', 'Primary', 'Primary'],
  [CONTACT, DEAL, 4, 3],
  [COMPANY, DEAL, 342, 341],
  [COMPANY, DEAL, 6, 5, 'primary', 'Primary', 'Primary'],
  [CONTACT, TICKET, 15, 16],
  [COMPANY, TICKET, 340, 339],
  [COMPANY, TICKET, 25, 26, 'primary', 'Primary', 'Primary'],
  [DEAL, TICKET, 27, 28],
  [CONTACT, CONTACT, 449, 449],
  [COMPANY, COMPANY, 450, 450],
  [COMPANY, COMPANY, 13, 14, 'labelled', 'Child Company', 'Parent Company'],
  [DEAL, DEAL, 451, 451],
  [TICKET, TICKET, 452, 452],
  [DEAL, LINE_ITEM, 19, 20],
  ...engagements(CONTACT, [201, 203, 199, 193, 197]),
  ...engagements(COMPANY, [189, 191, 187, 181, 185]),
  ...engagements(DEAL, [213, 215, 211, 205, 209]),
  ...engagements(TICKET, [227, 229, 225, 219, 223]),
];

/** From the object to the engagement; the way back has the next number. */
function engagements(fromTypeId: string, typeIds: readonly [number, number, number, number, number]): Row[] {
  const [note, task, meeting, call, email] = typeIds;
  return [
    [fromTypeId, NOTE, note, note + 1],
    [fromTypeId, TASK, task, task + 1],
    [fromTypeId, MEETING, meeting, meeting + 1],
    [fromTypeId, CALL, call, call + 1],
    [fromTypeId, EMAIL, email, email + 1],
  ];
}

export const DEFINED_ASSOCIATIONS: readonly DefinedAssociation[] = ROWS.flatMap(([fromTypeId, toTypeId, typeId, inverseTypeId, given, label, inverseLabel]) => {
  const kind = given ?? 'unlabelled';
  const there: DefinedAssociation = { fromTypeId, toTypeId, typeId, inverseTypeId, kind, label: label ?? null };
  const back: DefinedAssociation = { fromTypeId: toTypeId, toTypeId: fromTypeId, typeId: inverseTypeId, inverseTypeId: typeId, kind, label: inverseLabel ?? label ?? null };
  return typeId === inverseTypeId ? [there] : [there, back];
});
