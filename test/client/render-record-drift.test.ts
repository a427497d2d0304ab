import { changesAsCsv, renderRecordDrift } from '../../client/render-record-drift';

describe('renderRecordDrift', () => {
  it('says nothing where nothing changed', () => {
    expect(renderRecordDrift({ changed: 0, written: 10, groups: [] })).toEqual([]);
  });

  it('counts changed verdicts by type, with their share of what the plan writes', () => {
    const text = renderRecordDrift({ changed: 12, written: 1_000, groups: [{ objectType: 'contacts', planned: 'create', found: 'update', count: 11 }, { objectType: 'companies', planned: 'update', found: 'create', count: 1 }] }).join('\n');

    expect(text).toContain('12 records of 1,000 (1.2 %) would get another verdict.');
    expect(text).toMatch(/Contacts +create +update +11\nCompanies +update +create +1$/);
  });
});

describe('changesAsCsv', () => {
  it('lists each record by its place and id', () => {
    expect(changesAsCsv([{ objectType: 'contacts', ordinal: 6, sourceId: '003000000000007AAA', planned: 'create', found: 'ambiguous-match ask' }])).toBe('type,ordinal,source_id,planned,now\ncontacts,6,003000000000007AAA,create,ambiguous-match ask\n');
  });
});
