import { addToFile } from '../../domain/migration-file-edit';

const PATH = ['objects', 'contacts', 'properties'];
const LINES = ['# why', 'nick_name: Nick__c'];
const added = (text: string) => addToFile(text, [{ path: PATH, lines: LINES }]);

describe('addToFile', () => {
  it.each<[string, string, string]>([
    [
      'behind the last property, at its indentation, before what follows',
      'objects:\n    contacts:\n        properties: # mine\n            firstname:   FirstName   # keep\n\n            lastname: { from: LastName }\n    # a word on deals\n    deals:\n        onMatch: leave\n',
      'objects:\n    contacts:\n        properties: # mine\n            firstname:   FirstName   # keep\n\n            lastname: { from: LastName }\n            # why\n            nick_name: Nick__c\n    # a word on deals\n    deals:\n        onMatch: leave\n',
    ],
    ['behind a property of several lines', 'objects:\n  contacts:\n    properties:\n      status:\n        from: Status__c\n        values:\n          A: B\nid: x\n', 'objects:\n  contacts:\n    properties:\n      status:\n        from: Status__c\n        values:\n          A: B\n      # why\n      nick_name: Nick__c\nid: x\n'],
    ['behind a block of text', 'objects:\n  contacts:\n    properties:\n      a: >-\n        Column\n        Name\n', 'objects:\n  contacts:\n    properties:\n      a: >-\n        Column\n        Name\n      # why\n      nick_name: Nick__c\n'],
    ['with the maps that are missing', 'id: x\nobjects:\n  deals:\n    onMatch: leave\n', 'id: x\nobjects:\n  deals:\n    onMatch: leave\n  contacts:\n    properties:\n      # why\n      nick_name: Nick__c\n'],
    ['where no map is there at all', 'id: x # end', 'id: x # end\nobjects:\n  contacts:\n    properties:\n      # why\n      nick_name: Nick__c\n'],
    ['into a map that is empty but for comments', 'objects:\n  contacts:\n    properties:\n      # nothing yet\n', 'objects:\n  contacts:\n    properties:\n      # why\n      nick_name: Nick__c\n      # nothing yet\n'],
    ['with the line ends of the file', 'objects:\r\n  contacts:\r\n    properties:\r\n      a: B\r\n', 'objects:\r\n  contacts:\r\n    properties:\r\n      a: B\r\n      # why\r\n      nick_name: Nick__c\r\n'],
  ])('puts lines %s', (_name, before, after) => {
    expect(added(before)).toEqual({ text: after, skipped: [] });
  });

  it.each(['objects: { contacts: { properties: { a: B } } }\n', 'objects:\n  contacts:\n    properties: {}\n', 'objects:\n  contacts: { onMatch: leave }\n'])('touches no line in braces, and says so: %s', (text) => {
    expect(added(text)).toEqual({ text, skipped: [{ path: PATH, lines: LINES }] });
  });

  it('keeps every line that was there, for each of several additions', () => {
    const text = 'id: x\n\n\nobjects:\n  companies:   # c\n    properties:\n      a: A\n  contacts:\n    properties:\n      b:  B  # b\nlinks: none\n';

    const { text: edited } = addToFile(text, [{ path: ['objects', 'companies', 'properties'], lines: ['c: C'] }, { path: PATH, lines: ['d: D'] }, { path: ['objects'], lines: ['deals:', '  onMatch: leave'] }]);

    expect(edited.split('\n').filter((line) => text.split('\n').includes(line))).toEqual(text.split('\n'));
    expect(edited.split('\n')).toHaveLength(text.split('\n').length + 4);
  });
});
