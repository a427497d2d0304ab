import { createApplySchema } from '../../activities/apply-schema';
import { createUndoAssociations } from '../../activities/undo-associations';
import { createVerifyAssociations } from '../../activities/verify-associations';
import { createWriteAssociations } from '../../activities/write-associations';
import { createWriteRecords } from '../../activities/write-records';
import { ASSOCIATION_ENDS } from '../../domain/object-type';
import type { AssociationType } from '../../domain/object-type';
import { aPlannedAssociation, aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

describe('writeAssociations', () => {
  let scene: WritingScene;
  let ids: ReadonlyMap<string, string>;
  afterEach(() => scene.close());

  /** Two companies, two contacts and a deal, written; then the associations given. */
  const prepared = async (associations: Parameters<WritingScene['plan']>[1]): Promise<void> => {
    scene = await openWritingScene();
    await scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
    await scene.plan(
      [
        aPlannedRecord('companies', 0, { name: 'A' }),
        aPlannedRecord('companies', 1, { name: 'B' }),
        aPlannedRecord('contacts', 0, { lastname: 'X' }),
        aPlannedRecord('contacts', 1, { lastname: 'Y' }),
        aPlannedRecord('deals', 0, { dealname: 'D', dealstage: 'closedwon', pipeline: 'default' }),
      ],
      associations,
    );
    const pairs = [];
    for (const [objectType, count] of [['companies', 2], ['contacts', 2], ['deals', 1]] as const) {
      pairs.push(...(await scene.perform(() => createWriteRecords(scene).writeRecords({ ...scene.identity, objectType, batch: 0, count, reserve: 0 }))).pairs);
    }
    ids = new Map(pairs.map(([sourceId, targetId]) => [sourceId, targetId]));
  };
  const batch = (associationType: AssociationType, count: number) => ({ ...scene.identity, associationType, batch: 0, count, reserve: 0 });
  const write = (associationType: AssociationType, count: number) => scene.perform(() => createWriteAssociations(scene).writeAssociations(batch(associationType, count)));
  const verify = (associationType: AssociationType, count: number) => scene.perform(() => createVerifyAssociations(scene).verifyAssociations(batch(associationType, count)));
  const undo = (associationType: AssociationType, count: number) => scene.perform(() => createUndoAssociations(scene).undoAssociations({ ...batch(associationType, count), includeEdited: false }));
  const kindsOf = async (associationType: AssociationType, fromSourceId: string, toSourceId: string): Promise<readonly number[] | undefined> => {
    const { from, to } = ASSOCIATION_ENDS[associationType];
    const call = { signal: new AbortController().signal, countedFor: null };
    const found = await scene.target.readAssociations(from, to, [ids.get(fromSourceId) ?? ''], call);
    return found.find((association) => association.toId === ids.get(toSourceId))?.kinds.map((kind) => kind.typeId).sort();
  };
  const errorOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

  it('adds what is planned and finds it again', async () => {
    await prepared([aPlannedAssociation('deals-contacts', 'deals-0', 'contacts-0'), aPlannedAssociation('deals-contacts', 'deals-0', 'contacts-1'), aPlannedAssociation('companies-companies', 'companies-0', 'companies-1')]);

    expect((await write('deals-contacts', 2)).tally).toEqual({ added: 2, alreadyThere: 0, refused: 0, endNotWritten: 0 });
    expect((await write('companies-companies', 1)).tally).toMatchObject({ added: 1 });
    expect(await verify('deals-contacts', 2)).toEqual({ recordsCompared: 0, cellsCompared: 0, associationsCompared: 2, differences: 0 });
    expect(await kindsOf('companies-companies', 'companies-0', 'companies-1')).toContain(13);
  });

  it('makes the source’s own reference primary where there are several, whichever comes first', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-1', { primary: true })]);

    await write('contacts-companies', 2);

    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-0')).toEqual([279]);
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-1')).toEqual([1, 279]);
  });

  it('tells what was there from what it added, moves no primary, and leaves both after undoing', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-1', { primary: true })]);
    const end = (objectType: string, sourceId: string) => ({ objectType, id: ids.get(sourceId) ?? '' });
    await scene.edit({ action: 'associate', from: end('contacts', 'contacts-0'), to: end('companies', 'companies-0') });
    const before = await kindsOf('contacts-companies', 'contacts-0', 'companies-0');

    expect((await write('contacts-companies', 2)).tally).toEqual({ added: 1, alreadyThere: 1, refused: 0, endNotWritten: 0 });
    expect(before).toEqual([1, 279]);
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-0')).toEqual(before);

    expect(await undo('contacts-companies', 2)).toEqual({ archived: 1 });
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-0')).toEqual(before);
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-1')).toBeUndefined();
  });

  it.each([{ kind: 'answer-lost-after-commit' } as const, { kind: 'request-lost' } as const, { kind: 'status', status: 504, when: 'after' } as const])('ends the same after $kind, counted as added', async (fault) => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-1', 'companies-1')]);
    await scene.strike({ rules: [{ fault, path: 'associations/.*/batch/create', times: 1 }] });

    expect(await errorOf(write('contacts-companies', 2))).not.toBeNull();
    expect((await write('contacts-companies', 2)).tally).toEqual({ added: 2, alreadyThere: 0, refused: 0, endNotWritten: 0 });
  });

  it('counts an end that was not written, and sends nothing for it', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-99')]);

    expect((await write('contacts-companies', 2)).tally).toEqual({ added: 1, alreadyThere: 0, refused: 0, endNotWritten: 1 });
  });

  it('settles a pair whose end a person archived as refused, and lets the others land', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-1', 'companies-1')]);
    await scene.edit({ action: 'archive', objectType: 'contacts', id: ids.get('contacts-1') ?? '' });

    expect((await write('contacts-companies', 2)).tally).toEqual({ added: 1, alreadyThere: 0, refused: 1, endNotWritten: 0 });
  });

  it.each([{ end: 'contacts', kept: 'contacts-1', merged: 'contacts-0' }, { end: 'companies', kept: 'companies-1', merged: 'companies-0' }])('goes to the record that a person merged the $end end into, and ends', async ({ end, kept, merged }) => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0')]);
    await scene.edit({ action: 'merge', objectType: end, id: ids.get(kept) ?? '', mergedId: ids.get(merged) ?? '' });

    expect((await write('contacts-companies', 1)).tally).toEqual({ added: 0, alreadyThere: 1, refused: 0, endNotWritten: 0 });
    expect(await kindsOf('contacts-companies', end === 'contacts' ? kept : 'contacts-0', end === 'companies' ? kept : 'companies-0')).toContain(279);
    expect(await undo('contacts-companies', 1)).toEqual({});
  });

  it('counts a pair as there before when a person made it after an attempt that died before it sent', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0')]);
    await scene.ledger.linking.keepPreKinds(scene.identity.run, 'contacts-companies', [{ ordinal: 0, preKinds: '' }]);
    await scene.edit({ action: 'associate', from: { objectType: 'contacts', id: ids.get('contacts-0') ?? '' }, to: { objectType: 'companies', id: ids.get('companies-0') ?? '' } });

    expect((await write('contacts-companies', 1)).tally).toMatchObject({ added: 0, alreadyThere: 1 });
    expect(await undo('contacts-companies', 1)).toEqual({});
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-0')).toContain(279);
  });

  it('takes away only the parent that it added from two companies that were associated before', async () => {
    await prepared([aPlannedAssociation('companies-companies', 'companies-0', 'companies-1')]);
    const end = (sourceId: string) => ({ objectType: 'companies', id: ids.get(sourceId) ?? '' });
    await scene.edit({ action: 'associate', from: end('companies-0'), to: end('companies-1') });

    expect((await write('companies-companies', 1)).tally).toMatchObject({ added: 1 });
    expect(await kindsOf('companies-companies', 'companies-0', 'companies-1')).toEqual([13, 450]);
    expect(await undo('companies-companies', 1)).toEqual({ restored: 1 });
    expect(await kindsOf('companies-companies', 'companies-0', 'companies-1')).toEqual([450]);
  });

  it('keeps a label that was there, and one that a person adds later stays with its pair', async () => {
    await prepared([aPlannedAssociation('contacts-companies', 'contacts-0', 'companies-0'), aPlannedAssociation('contacts-companies', 'contacts-1', 'companies-0')]);
    const [contact, company] = [ids.get('contacts-0') ?? '', ids.get('companies-0') ?? ''];
    const label = await fetch(`${scene.url}/crm/associations/2026-09/contacts/companies/labels`, { method: 'POST', headers: { authorization: 'Bearer full', 'content-type': 'application/json' }, body: JSON.stringify({ label: 'Board', name: 'board' }) });
    const [{ typeId }] = ((await label.json()) as { results: [{ typeId: number }] }).results;
    await write('contacts-companies', 2);
    await scene.edit({ action: 'associate', from: { objectType: 'contacts', id: contact }, to: { objectType: 'companies', id: company }, types: [{ associationCategory: 'USER_DEFINED', associationTypeId: typeId }] });

    expect(await undo('contacts-companies', 2)).toEqual({ kept: 1, archived: 1 });
    expect(await kindsOf('contacts-companies', 'contacts-0', 'companies-0')).toEqual(expect.arrayContaining([typeId, 279]));
    expect(await kindsOf('contacts-companies', 'contacts-1', 'companies-0')).toBeUndefined();
  });

  it('names an association that somebody removed', async () => {
    await prepared([aPlannedAssociation('deals-companies', 'deals-0', 'companies-0')]);
    await write('deals-companies', 1);
    await scene.edit({ action: 'disassociate', from: { objectType: 'deals', id: ids.get('deals-0') ?? '' }, to: { objectType: 'companies', id: ids.get('companies-0') ?? '' } });

    expect((await verify('deals-companies', 1)).differences).toBe(1);
  });

  it('undoes what landed without an answer', async () => {
    await prepared([aPlannedAssociation('deals-companies', 'deals-0', 'companies-0')]);
    await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: 'associations/.*/batch/create', times: 1 }] });
    await errorOf(write('deals-companies', 1));

    expect(await undo('deals-companies', 1)).toEqual({ archived: 1 });
    expect(await kindsOf('deals-companies', 'deals-0', 'companies-0')).toBeUndefined();
  });
});
