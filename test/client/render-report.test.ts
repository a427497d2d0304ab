import { renderReport } from '../../client/render-report';
import { associationReportSchema, recordReportSchema } from '../../domain/report.schema';
import { anAssociationTally, aRecordTally, aReport } from '../support/client-values';

/** Different numbers, so that none can stand for another. */
const records = recordReportSchema.strip().parse(aRecordTally({ created: 1_011, updated: 23, unchanged: 17, folded: 13, leftOut: 5, refused: 3, inDoubt: 2 }));
const associations = associationReportSchema.strip().parse(anAssociationTally({ added: 3_000, alreadyThere: 101, duplicate: 20, selfLink: 7, missingEnd: 11, endNotWritten: 19, refused: 29, inDoubt: 31 }));

function numbersOf(lines: readonly string[], name: string): readonly number[] {
  const row = lines.find((line) => line.startsWith(name)) ?? '';
  return row.slice(name.length).trim().split(/\s+/).map((cell) => Number(cell.replaceAll(',', '')));
}

describe('renderReport', () => {
  it('shows for each object type columns that add up to the first', () => {
    const [source, ...parts] = numbersOf(renderReport(aReport({ objects: { contacts: records } })), 'Contacts');

    expect(source).toBe(records.source);
    expect(parts).toHaveLength(7);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(source);
  });

  it('shows for each association type columns that add up to the first', () => {
    const [source, ...parts] = numbersOf(renderReport(aReport({ associations: { 'deals-contacts': associations } })), 'Deal to contact');

    expect(source).toBe(associations.source);
    expect(parts).toHaveLength(8);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(source);
  });

  it.each([
    ['updated', '23 contacts: in the portal before, and completed'],
    ['unchanged', '17 contacts: in the portal before, and right already'],
    ['combined', '13 contacts: combined'],
    ['in doubt', '2 contacts: sent, and no answer'],
  ])('explains the number of records %s', (_name, sentence) => {
    expect(renderReport(aReport({ objects: { contacts: records } })).join('\n')).toContain(sentence);
  });

  it.each([
    ['that were there', '101 associations "deal to contact": in the portal before'],
    ['repeated', '20 associations "deal to contact": stated twice'],
    ['to itself', '7 associations "deal to contact": would tie a record to itself'],
    ['with a missing end', '11 associations "deal to contact": names a record that is not in the export'],
    ['with a failed end', '19 associations "deal to contact": an end of it was skipped or failed'],
    ['in doubt', '31 associations "deal to contact": sent, and no answer'],
  ])('explains the number of associations %s', (_name, sentence) => {
    expect(renderReport(aReport({ associations: { 'deals-contacts': associations } })).join('\n')).toContain(sentence);
  });

  it('explains nothing where there is nothing to explain', () => {
    const plain = recordReportSchema.strip().parse(aRecordTally({ created: 5 }));

    const text = renderReport(aReport({ objects: { deals: plain } })).join('\n');

    expect(text).not.toMatch(/^ {2}0 /m);
    expect(text).not.toContain('combined with');
  });

  it('names each reason for skipped and failed records, changed values, and what was not moved', () => {
    const report = aReport({
      reasons: { leftOut: { 'malformed-row': 5, 'some-new-reason': 1 }, refused: { 'held-by-archived': 3 }, cells: { 'invalid-number': 1_200 } },
      notMoved: [{ place: 'Contact.npsp__Primary_Affiliation__c', count: 1_022, why: 'unread-column' }],
    });

    const text = renderReport(report).join('\n');

    expect(text).toContain('Skipped: 5 records, the row cannot be read as a record (malformed-row).');
    expect(text).toContain('Skipped: 1 record, some-new-reason.');
    expect(text).toContain('Failed: 3 records, held-by-archived.');
    expect(text).toContain('1,200 values: not written: no number (invalid-number).');
    expect(text).toContain('Not moved: of Contact 1 column that no rule reads, with the filled rows: npsp__Primary_Affiliation__c 1,022.');
  });

  it('says what was read back, and what it cost', () => {
    const report = aReport({
      verify: { recordsCompared: 3_751, cellsCompared: 40_000, associationsCompared: 6_010, differences: 2, causes: { overwritten: 1, 'edited-since': 1 } },
      calls: { total: 158, tooManyRequests: 0, byKind: { create: 39, search: 3 }, forecast: 160 },
      quota: { dailyLimit: 625_000, dailyRemaining: 624_842, reserve: 0.25 },
      durations: { contacts: 4_000, total: 32_000 },
    });

    const text = renderReport(report).join('\n');

    expect(text).toContain('3,751 records with 40,000 values and 6,010 associations read back; 2 differences');
    expect(text).toContain('1 difference: somebody changed the value in the moment between reading and writing, and it was overwritten; the property history has it (overwritten).');
    expect(text).toContain('1 difference: somebody changed the value after it was written; theirs stays (edited-since).');
    expect(text).toContain('Calls: 158 (forecast 160), 0 answered "too many requests"; create 39, search 3');
    expect(text).toContain('624,842 of 625,000; 25% stay for other apps');
    expect(text).toContain('Took 32 s');
  });

  it('says which records somebody had entered since the plan', () => {
    const tally = { source: 5, created: 3, updated: 2, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0 };

    const text = renderReport(aReport({ objects: { contacts: tally }, matchedSince: { contacts: 1 } })).join('\n');

    expect(text).toContain('1 contact: of these, entered in the portal by somebody since the plan, and matched.');
  });

  it('leaves out what is not known', () => {
    const text = renderReport(aReport()).join('\n');

    expect(text).not.toMatch(/forecast|Left of today|Took|null|undefined|NaN/);
  });
});
