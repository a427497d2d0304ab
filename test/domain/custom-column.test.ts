import { ColumnCensus, propertyNameOf } from '../../domain/custom-column';

function verdictOf(...cells: readonly (string | null)[]) {
  const census = new ColumnCensus('Score__c');
  cells.forEach((cell) => census.see(cell));
  return census.verdict();
}

const many = (count: number, make: (at: number) => string): readonly string[] => Array.from({ length: count }, (_, at) => make(at));

describe('ColumnCensus', () => {
  it.each<[string, readonly (string | null)[], string, string]>([
    ['words of truth', ['true', 'FALSE', null], 'bool', 'all true or false'],
    ['a box of the weekly export', ['0', '1', '0'], 'bool', 'all 0 or 1'],
    ['a box of which only the ticked ones are written', ['1', null, '1'], 'bool', 'all 1'],
    ['noughts and ones with gaps', ['0', '1', null], 'number', 'all whole numbers'],
    ['whole numbers', ['12', '-3', '811.0'], 'number', 'all whole numbers'],
    ['numbers', ['12.5', '1e3'], 'number', 'all numbers'],
    ['codes with leading zeros', ['00123', '45678', '00001'], 'string', 'text'],
    ['numbers of more digits than a number keeps', ['1234567890123456'], 'string', 'text'],
    ['telephone numbers', ['+4930123', '+4940123'], 'string', 'text'],
    ['days', ['2023-01-31', '2024-02-29 00:00:00'], 'date', 'all days'],
    ['days that are none', ['2023-02-30', '2023-01-31'], 'string', 'text'],
    ['times', ['2023-01-31 09:15:00', '2024-01-22T14:49:34.000+0000'], 'datetime', 'all times'],
    ['ids of other records', ['a00Ec000009WFutIAG', 'a00Ec000009WFut'], 'string', 'ids of other records'],
    ['few values that come again', [...many(6, () => 'Rent'), ...many(3, () => 'Own')], 'enumeration', '2 different values'],
    ['few values that do not come again', ['Rent', 'Own'], 'string', 'text'],
    ['values that differ in case alone', many(9, (at) => (at % 2 === 0 ? 'yes?' : 'Yes?')), 'string', 'text'],
    ['several values in a cell', many(9, () => 'A;B'), 'string', 'text'],
    ['too many values for a list', many(63, (at) => `v${at % 21}`), 'string', 'text'],
    ['one value of another kind', ['1', '2', 'n/a'], 'string', 'text'],
  ])('takes %s for what they are', (_, cells, type, reason) => {
    expect(verdictOf(...cells)).toMatchObject({ type, reason, filled: cells.filter((cell) => cell !== null).length, rows: cells.length, isLong: false });
  });

  it.each([
    ['Home_Phone__c', 'string'], ['LicenseNumber__c', 'string'], ['ORACLE_ID__C', 'string'], ['Postal_Code__c', 'string'],
    ['Number_of_Pets__c', 'number'], ['Annual_Income__c', 'number'], ['Paid__c', 'number'],
  ])('takes digits in %s for a %s', (column, type) => {
    const census = new ColumnCensus(column);
    ['9667318696', '12'].forEach((cell) => census.see(cell));

    expect(census.verdict().type).toBe(type);
  });

  it.each([['many characters', 'x'.repeat(256)], ['several lines', 'a\nb']])('takes %s for long text', (_, cell) => {
    expect(verdictOf(cell, 'short')).toMatchObject({ type: 'string', isLong: true });
  });
});

describe('propertyNameOf', () => {
  it.each([
    ['Favourite_Colour__c', [], 'favourite_colour'],
    ['npe01__WorkEmail__c', [], 'npe01__workemail'],
    ['2nd_Phone__c', [], 'c_2nd_phone'],
    ['Größe__pc', [], 'gr_e'],
    ['Phone__c', ['phone'], 'phone_salesforce'],
    ['Phone__c', ['phone', 'phone_salesforce'], 'phone_salesforce_2'],
  ])('names %s where %s are taken', (column, taken, expected) => {
    expect(propertyNameOf(column, (name) => !taken.some((one) => one === name))).toBe(expected);
  });
});
