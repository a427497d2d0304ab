import { renderFindings, renderPlan, SIDE_EFFECTS } from '../../client/render-plan';
import type { Finding } from '../../domain/finding';
import { aPlan } from '../support/client-values';

const forecast = { objectType: 'contacts', source: 1_024, create: 900, update: 50, unchanged: 24, fold: 13, leftOut: { 'malformed-row': 30, filter: 7 }, cells: { 'invalid-number': 4 }, partitions: [] } as const;
const associations = { associationType: 'deals-contacts', source: 3_499, planned: 3_470, duplicate: 20, selfLink: 4, missingEnd: 5, partitions: [] } as const;

/** The row of a table that begins with these words, as numbers. */
function numbersOf(lines: readonly string[], name: string): readonly number[] {
  const row = lines.find((line) => line.startsWith(name)) ?? '';
  return row.slice(name.length).trim().split(/\s+/).map((cell) => Number(cell.replaceAll(',', '')));
}

describe('renderPlan', () => {
  it('shows for each object type parts that add up to its source', () => {
    const lines = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }] }));

    const [source, ...parts] = numbersOf(lines, 'Contacts');
    expect(parts).toEqual([900, 50, 24, 13, 37]);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(source);
  });

  it('shows for each association type parts that add up to its source', () => {
    const lines = renderPlan(aPlan({ associations: [{ ...associations, partitions: [] }] }));

    const [source, ...parts] = numbersOf(lines, 'Deal to contact');
    expect(source).toBe(3_499);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(source);
  });

  it('names each reason for which records are skipped, with its count', () => {
    const text = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }] })).join('\n');

    expect(text).toContain('Skip 30 contacts: the row cannot be read as a record (malformed-row).');
    expect(text).toContain('Skip 7 contacts: left out by your filter (filter).');
  });

  it('names what becomes of values that are not written as they stand, before anything is written', () => {
    const text = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }] })).join('\n');

    expect(text).toContain('4 values of contacts: not written: no number (invalid-number).');
  });

  it('names portal, schema changes, calls and digest', () => {
    const plan = aPlan({ digest: 'abc123', schemaChanges: [{ kind: 'property', objectType: 'deals', name: 'salesforce_id', label: 'Salesforce id' }], calls: { companies: 1_200, relink: 34 } });

    const text = renderPlan(plan).join('\n');

    expect(text).toContain('Portal 4711 "Acme" (STANDARD)');
    expect(text).toContain('deals: property salesforce_id');
    expect(text).toContain('about 1,234');
    expect(text).toContain('Plan digest: abc123');
  });

  it('says that a portal is simulated, and that nothing is to be created', () => {
    const text = renderPlan(aPlan({ portal: { id: '1', name: null, accountType: 'SANDBOX', simulator: true } })).join('\n');

    expect(text).toContain('Portal 1 (SANDBOX, simulated)');
    expect(text).toContain('nothing to create');
  });

  it('explains combined records and associations that are not made, and says how many skipped ones are to be accepted', () => {
    const text = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }], associations: [{ ...associations, partitions: [] }], leftOutToAccept: 30 })).join('\n');

    expect(text).toMatch(/13 combine: .*20 repeated: .*4 to itself: .*5 end missing: /s);
    expect(text).toContain('--accept-left-out 30');
  });

  it('asks for a decision where matches are ambiguous or owners unknown, and only there', () => {
    expect(renderPlan(aPlan({ undecided: 3 })).join('\n')).toMatch(/3 to decide .*ambiguous.*objects\.<type>\.ambiguous.*owners\.unmatched/);
    expect(renderPlan(aPlan()).join('\n')).not.toContain('ambiguous');
  });
});

describe('SIDE_EFFECTS', () => {
  it('say where in the portal each is switched', () => {
    expect(SIDE_EFFECTS.filter((line) => !/Settings >|Automation >|notifications/.test(line))).toEqual([]);
  });
});

describe('renderFindings', () => {
  const aFinding = (change: Partial<Finding>): Finding => ({ code: 'owner-file-missing', severity: 'info', place: 'Contact.csv', message: 'Not read.', remedy: '', count: 1, ...change });

  it('puts errors first and notes last', () => {
    const lines = renderFindings([aFinding({ severity: 'info' }), aFinding({ severity: 'error' }), aFinding({ severity: 'warning' })]);

    expect(lines.map((line) => line.split(' ')[0])).toEqual(['ERROR', 'WARNING', 'INFO']);
  });

  it('has place, message, count and remedy in one line', () => {
    expect(renderFindings([aFinding({ severity: 'error', place: 'Account.csv line 7', message: 'Too few cells.', count: 1_234, remedy: 'Export again.' })])).toEqual(['ERROR Account.csv line 7: Too few cells. (1,234) → Export again.']);
  });

  it('leaves out a count of one and a remedy that does not exist', () => {
    expect(renderFindings([aFinding({})])).toEqual(['INFO Contact.csv: Not read.']);
  });

  it('does not repeat a count that the message begins with', () => {
    expect(renderFindings([aFinding({ message: '3 records name an owner.', count: 3 })])).toEqual(['INFO Contact.csv: 3 records name an owner.']);
  });

  it('puts all columns of an object that nothing reads into one line', () => {
    const lines = renderFindings([aFinding({ code: 'unread-column', place: 'Contact.Fax', count: 2_000 }), aFinding({ code: 'unread-column', place: 'Contact.Pet__c', count: 3 }), aFinding({ code: 'unread-object', place: 'Task.csv', count: 75 })]);

    expect(lines[0]).toBe('INFO Not moved: Task.csv, 75 rows (this version does not move the object).');
    expect(lines[1]).toBe('INFO Not moved: of Contact 2 columns that no rule reads, with the filled rows: Fax 2,000, Pet__c 3.');
    expect(lines[2]).toContain('map it to a property');
  });
});
