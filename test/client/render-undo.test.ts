import { renderUndo } from '../../client/render-undo';

describe('renderUndo', () => {
  it('shows for each type parts that add up to what the run changed', () => {
    const [, row = ''] = renderUndo({ contacts: { archived: 1_000, restored: 23, kept: 4, gone: 2, failed: 1, sent: 5, pending: 7 } });

    const [changed, ...parts] = row.slice('Contacts'.length).trim().split(/\s+/).map((cell) => Number(cell.replaceAll(',', '')));
    expect(changed).toBe(1_042);
    expect(parts).toEqual([1_000, 23, 4, 2, 1, 12]);
  });

  it('says where kept records are listed, when there are some', () => {
    expect(renderUndo({ deals: { archived: 1, kept: 2 } }).join('\n')).toContain('kept.csv');
    expect(renderUndo({ deals: { archived: 1 } }).join('\n')).not.toContain('kept.csv');
  });

  it('tells properties and pipelines of the run too, and why some stay', () => {
    const thing = (kind: 'property' | 'pipeline', name: string, state: 'undone' | 'kept' | 'existed') => ({ kind, name, state, objectType: 'deals' as const, associationKind: null, definition: null });

    const lines = renderUndo({}, [thing('property', 'a', 'undone'), thing('property', 'b', 'kept'), thing('property', 'c', 'existed'), thing('pipeline', 'p', 'undone')]);

    expect(lines.slice(1).map((line) => line.trim().split(/\s+/))).toEqual([['Properties', '2', '1', '0', '1', '0', '0', '0'], ['Pipelines', '1', '1', '0', '0', '0', '0', '0'], expect.arrayContaining(['uses'])]);
  });

  it('is empty where the run changed nothing', () => {
    expect(renderUndo({})).toEqual([]);
  });
});
