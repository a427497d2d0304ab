import type { CompiledCondition } from '../../domain/field-mapping';
import { meetsConditions } from '../../domain/row-filter';

const condition = (operator: CompiledCondition['operator'], values: readonly string[], dateFormats: readonly string[] | null = null): CompiledCondition => ({ column: 'A', operator, values, dateFormats });
const meets = (cell: string | null, ...conditions: readonly CompiledCondition[]): boolean => meetsConditions(conditions, { A: cell }, 'Europe/Berlin');

describe('meetsConditions', () => {
  it.each<[CompiledCondition['operator'], readonly string[], readonly (string | null)[], readonly (string | null)[]]>([
    ['equals', ['Open'], ['open', ' Open '], ['Closed', null, '']],
    ['equals', ['1'], ['1', '1.0', '1.00E0'], ['01', '10', 'one', null]],
    ['equals', ['01067'], ['01067'], ['1067', '10670']],
    ['not-equals', ['Open'], ['Closed', null, '', '#N/A'], ['OPEN']],
    ['in', ['Web', 'Phone'], ['web', 'Phone'], ['Fair', null]],
    ['not-in', ['Web', 'Phone'], ['Fair', null], ['WEB']],
    ['contains', ['gmb'], ['Acme GmbH'], ['Acme Inc', null]],
    ['is-empty', [], [null, ' ', '#N/A'], ['x']],
    ['is-filled', [], ['x', '0'], [null, ' ', 'n/a']],
    ['greater', ['10'], ['10.5', '9e3'], ['10', '9', 'many', null]],
    ['less', ['10'], ['9', '-20'], ['10', '11', 'few', null]],
    ['before', ['2024-01-01'], ['2023-12-31', '2023-12-31 23:59:59'], ['2024-01-01', '2024-01-01 00:00:00', 'soon', null]],
    ['after', ['2024-01-01'], ['2024-01-02'], ['2024-01-01 23:59:59', '2023-12-31', 'soon', null]],
    ['after', ['2024-01-01T12:00Z'], ['2024-01-01 13:30:00', '2024-01-01T12:00:01Z'], ['2024-01-01 13:00:00', '2024-01-01T12:00:00.000+0000']],
  ])('%s %j', (operator, values, met, unmet) => {
    expect(met.filter((cell) => !meets(cell, condition(operator, values)))).toEqual([]);
    expect(unmet.filter((cell) => meets(cell, condition(operator, values)))).toEqual([]);
  });

  it('reads dates as their column writes them', () => {
    expect([meets('31.12.2023', condition('before', ['2024-01-01'], ['dd.MM.yyyy'])), meets('03/04/2023', condition('before', ['2024-01-01'], ['d/M/yyyy', 'M/d/yyyy']))]).toEqual([true, false]);
  });

  it('wants all conditions, and none is met by every row', () => {
    expect([meets('5', condition('greater', ['1']), condition('less', ['4'])), meets('3', condition('greater', ['1']), condition('less', ['4'])), meets(null)]).toEqual([false, true, true]);
  });
});
