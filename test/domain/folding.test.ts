import fc from 'fast-check';
import { foldSameEmail, mergedIdsOf } from '../../domain/folding';
import type { DuplicatesRule } from '../../domain/folding';
import type { PlannedRecord } from '../../domain/planned-record';
import { isWritten, nameIdentity, namesAgree } from '../../domain/record-identity';

const aPerson = (ordinal: number, firstname: string, lastname: string, more: Record<string, string> = {}): PlannedRecord => ({
  objectType: 'contacts', ordinal, sourceObject: 'Contact', sourceId: `s${ordinal}`, action: 'create', reason: null, reasonCode: null, foldInto: null, targetId: null,
  properties: { email: 'a@acme.com', salesforce_id: `s${ordinal}`, ...(firstname === '' ? {} : { firstname }), ...(lastname === '' ? {} : { lastname }), ...more },
  before: {}, identity: { email: 'a@acme.com', domain: null, name: nameIdentity(firstname, lastname) }, cells: [],
});

const people = fc
  .array(fc.record({ first: fc.constantFrom('', 'Ann', 'ánn ', 'Bob'), last: fc.constantFrom('', 'Lee', 'LEE', 'Kim'), phone: fc.constantFrom('', '1', '2') }), { minLength: 2, maxLength: 8 })
  .map((drawn) => drawn.map(({ first, last, phone }, ordinal) => aPerson(ordinal, first, last, phone === '' ? {} : { phone })));
const rule = fc.constantFrom<DuplicatesRule>('same-person', 'same-email', 'never');

describe('foldSameEmail', () => {
  it('ends every record in one verdict, keeps every id once, and one address', () => {
    fc.assert(
      fc.property(people, rule, (members, duplicates) => {
        const settled = foldSameEmail(members, duplicates, 'salesforce_id');

        expect(settled.map(({ ordinal }) => ordinal)).toEqual(members.map(({ ordinal }) => ordinal));
        const written = settled.filter(isWritten);
        expect(written.filter(({ properties }) => properties.email !== undefined)).toHaveLength(1);
        const kept = written.flatMap((record) => [record.sourceId, ...mergedIdsOf(record)]);
        expect([...kept].sort()).toEqual(members.filter((_, at) => settled[at]?.action !== 'left-out').map(({ sourceId }) => sourceId).sort());
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('folds into the lowest ordinal of the person, and only into a record that is written', () => {
    fc.assert(
      fc.property(people, (members) => {
        const settled = foldSameEmail(members, 'same-person', 'salesforce_id');
        for (const folded of settled.filter(({ action }) => action === 'fold')) {
          const survivor = settled.find(({ sourceId }) => sourceId === folded.foldInto);
          expect(survivor !== undefined && isWritten(survivor) && survivor.ordinal < folded.ordinal).toBe(true);
          expect(namesAgree(survivor?.identity.name ?? null, folded.identity.name)).toBe(true);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('loses no value: each is in the survivor or listed', () => {
    fc.assert(
      fc.property(people, (members) => {
        const settled = foldSameEmail(members, 'same-email', 'salesforce_id');
        const [survivor] = settled;
        for (const [at, { properties }] of members.entries()) {
          if (properties.phone !== undefined) {
            expect(survivor?.properties.phone === properties.phone || settled[at]?.cells.some(({ code, rawValue }) => code === 'fold-conflict' && rawValue === properties.phone)).toBe(true);
          }
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('combines nobody when told never to', () => {
    const settled = foldSameEmail([aPerson(0, 'Ann', 'Lee'), aPerson(1, 'Ann', 'Lee')], 'never', 'salesforce_id');

    expect(settled.map(({ action, properties }) => [action, properties.email ?? null, properties.shared_email ?? null])).toEqual([['create', 'a@acme.com', null], ['create', null, 'a@acme.com']]);
  });
});

describe('namesAgree', () => {
  it.each([
    ['José Díaz', ['José', 'Díaz'], ['jose', ' DIAZ '], true],
    ['a blank first name', ['', 'Lee'], ['Ann', 'Lee'], true],
    ['no name at all', ['', ''], ['Ann', 'Lee'], true],
    ['another first name', ['Bob', 'Lee'], ['Ann', 'Lee'], false],
    ['another last name', ['Ann', 'Kim'], ['Ann', 'Lee'], false],
  ])('%s', (_, left, right, expected) => {
    expect(namesAgree(nameIdentity(left[0], left[1]), nameIdentity(right[0], right[1]))).toBe(expected);
  });
});
