import { renderFindings, renderPlan, SIDE_EFFECTS } from '../../client/render-plan';
import type { Finding } from '../../domain/finding';
import type { OwnerForecast } from '../../domain/plan-summary.schema';
import { aPlan } from '../support/client-values';

const forecast = { objectType: 'contacts', source: 1_024, create: 900, update: 50, unchanged: 24, fold: 13, leftOut: { 'malformed-row': 30, filter: 7 }, cells: { 'invalid-number': 4 }, partitions: [] } as const;
const associations = { associationType: 'deals-contacts', source: 3_499, planned: 3_470, duplicate: 20, selfLink: 4, missingEnd: 5, partitions: [] } as const;

const anOwner = (change: Partial<OwnerForecast> = {}): OwnerForecast => ({ sourceOwner: '0055e0000000001AAA', matched: true, contacts: 0, companies: 0, openDeals: 0, closedDeals: 0, ...change });

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

    expect(text).toMatch(/Combine 13 contacts .*20 repeated: .*4 to itself: .*5 end missing: /s);
    expect(text).toContain('--accept-left-out 30');
  });

  it('asks for a decision where matches are ambiguous or owners unknown, and only there', () => {
    expect(renderPlan(aPlan({ undecided: 3 })).join('\n')).toMatch(/3 to decide .*objects\.<type>\.ambiguous/);
    expect(renderPlan(aPlan({ undecided: 3, undecidedOwners: 1 })).join('\n')).toMatch(/2 to decide .*objects\.<type>\.ambiguous[^]*1 to decide .*owners\.unmatched: leave-empty/);
    expect(renderPlan(aPlan()).join('\n')).not.toContain('ambiguous');
  });

  it('puts what is to be decided before all counts', () => {
    const lines = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }], undecided: 3, leftOutToAccept: 30, openDealsToAccept: 9 }));

    const decided = lines.slice(lines.indexOf('To decide before the start:') + 1, lines.findIndex((line) => line.startsWith('Records')));
    expect(decided.join('\n')).toMatch(/3 to decide[\s\S]*9 open deals would lose their owner[\s\S]*30 records would be skipped/);
  });

  it('says of combined records how many of their values give way', () => {
    const combined = (conflicts: number) => renderPlan(aPlan({ records: [{ ...forecast, cells: { 'fold-conflict': conflicts }, partitions: [] }] })).find((line) => line.includes('Combine 13 contacts'));

    expect(combined(4)).toContain("4 values of theirs differ: the first record's value wins");
    expect(combined(0)).toMatch(/all ids are kept\.$/);
  });

  it('lists owners with their counts, those whom the portal lacks first', () => {
    const lines = renderPlan(aPlan({ owners: [anOwner({ sourceOwner: '005A', contacts: 1_200 }), anOwner({ sourceOwner: '005B', matched: false, companies: 7, openDeals: 2, closedDeals: 3 })] }));

    const at = lines.findIndex((line) => line.startsWith('Owners'));
    expect(lines.slice(at + 1, at + 3).map((line) => line.trim().split(/\s+/))).toEqual([['005B', '0', '7', '2', '3', 'no'], ['005A', '1,200', '0', '0', '0', 'yes']]);
  });

  it("tells calls by phase, what is left of the day's calls, when the next day begins there, and how many days it takes", () => {
    const quota = { limit: 1_000, remaining: 600, resetsAt: '2026-11-23T05:00:00.000Z', timeZone: 'America/New_York', reserve: 0.25 };

    const text = renderPlan(aPlan({ calls: { properties: 50, companies: 380, relink: 20 }, quota })).join('\n');

    expect(text).toContain('Calls: about 450 (schema 50, companies 380, associations 20).');
    expect(text).toContain('Today 350 are left for this (limit 1,000, 25% stay for other apps); the next day begins 2026-11-23 00:00 (America/New_York).');
    expect(text).toContain('If started today, it takes 2 days: 2026-11-22 350, 2026-11-23 100.');
    expect(renderPlan(aPlan({ calls: { companies: 5 }, quota })).join('\n')).toContain('it fits into today');
  });

  it('names what may cost money and what a rollback cannot bring back', () => {
    const text = renderPlan(aPlan({ records: [{ ...forecast, partitions: [] }], newContactsWithEmail: 470 })).join('\n');

    expect(text).toMatch(/May cost money: 470 new contacts with an e-mail address: .*marketing contacts/);
    expect(text).toMatch(/What a rollback cannot bring back:[\s\S]*Created records \(900\) would be archived, not erased[\s\S]*Updated records \(50\)/);
    expect(renderPlan(aPlan()).join('\n')).not.toContain('cost money');
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
