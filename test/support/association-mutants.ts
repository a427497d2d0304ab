/** Mistakes that associations invite, each planted into the model that must catch it. */
import { joinKinds } from '../../domain/association-kind';
import { ASSOCIATION_SCENES, associationModel } from './association-model';
import type { AssociationParts } from './association-model';
import { mutantsOf } from './mutants';
import type { Mistake, Mutant } from './mutants';

const sceneNamed = (part: string) => associationModel(ASSOCIATION_SCENES.find(({ name }) => name.includes(part))!);

const ofTwoCompanies: readonly Mistake<AssociationParts>[] = [
  {
    name: 'associations: pre-image after the write',
    describes: 'What a pair had is kept as it is after our write, so that nothing of ours is ever undone.',
    inject: (right) => ({
      keepPreKinds: (row) => row,
      settle: (row, outcome) => ({ ...right.settle(row, outcome), preKinds: 'HUBSPOT_DEFINED:279' }),
    }),
  },
  {
    name: 'associations: pre-image read again after the send',
    describes: 'A later attempt replaces what was kept before the send by what it reads now, which may be ours.',
    inject: (right) => ({
      begin: (type, links, mode) => right.begin(type, links.map((link) => ({ ...link, attempt: 0, state: link.state === 'sent' ? 'unsent' : link.state })), mode),
      keepPreKinds: (row, preKinds) => ({ ...row, preKinds }),
      markSent: (row) => (row.state === 'settled' ? null : { ...row, state: 'sent', attempt: row.attempt + 1 }),
    }),
  },
  {
    name: 'associations: first pre-image kept for ever',
    describes: 'What an attempt that died had read before it sent anything counts, whatever people did since.',
    inject: () => ({ keepPreKinds: (row, preKinds) => (row.preKinds === null ? { ...row, preKinds } : row) }),
  },
  {
    name: 'associations: primary over an existing one',
    describes: 'The source’s own company is made primary even where a person chose another one.',
    inject: (right) => ({ create: (portal, type, inputs) => right.create(portal, type, inputs.map((input) => (input.toId === '9' ? { ...input, kinds: [...input.kinds, { category: 'HUBSPOT_DEFINED', typeId: 1 }] } : input))) }),
  },
  {
    name: 'associations: outcome without a look',
    describes: 'A call without an answer counts as landed.',
    inject: (right) => ({
      advance: (state, event) => (event.on === 'no-answer' && state.asked.do === 'create' ? right.advance(state, { on: 'answered', answer: { landed: state.asked.associations.map(({ fromId, toId }) => ({ fromId, toId })), refused: [], refusedWhole: null } }) : right.advance(state, event)),
    }),
  },
  {
    name: 'associations: results by position',
    describes: 'Answers are taken in the order of the inputs: a missing one gives its place to the next.',
    inject: (right) => ({
      advance: (state, event) => {
        const { asked } = state;
        return event.on === 'answered' && asked.do === 'create' ? right.advance(state, { on: 'answered', answer: { ...event.answer, landed: asked.associations.slice(0, event.answer.landed.length).map(({ fromId, toId }) => ({ fromId, toId })), refused: event.answer.refused.map((refusal, index) => ({ ...refusal, fromId: asked.associations[index]?.fromId ?? null, toId: asked.associations[index]?.toId ?? null })) } }) : right.advance(state, event);
      },
    }),
  },
  {
    name: 'associations: rollback removes what was there',
    describes: 'Rollback takes away every pair that the plan named, also those of others.',
    inject: (right) => ({ settle: (row, outcome) => right.settle(row, outcome === 'already-there' ? 'added' : outcome), beginUndo: (context, links) => right.beginUndo(context, links.map((link) => ({ ...link, preKinds: '' }))) }),
  },
  {
    name: 'associations: rollback without settling',
    describes: 'What is in doubt when the rollback begins is left as it is.',
    inject: (right) => ({ begin: (type, links, mode) => right.begin(type, mode === 'settle' ? [] : links, mode) }),
  },
];

const ofTwoAtOnce: readonly Mistake<AssociationParts>[] = [
  {
    name: 'associations: mark without compare-and-set',
    describes: 'An attempt that another one has overtaken takes its mark all the same.',
    inject: () => ({ markSent: (row, attempt) => ({ ...row, state: 'sent', attempt: attempt + 1 }) }),
  },
  {
    name: 'associations: own reading before the ledger’s',
    describes: 'Two attempts at once: the second believes what it read, which the first has written, instead of what the ledger kept.',
    inject: (right) => ({
      advance: (state, event) => (event.on === 'pre-kinds-kept' ? right.advance(state, { on: 'pre-kinds-kept', kinds: state.items.map(({ ordinal, preKinds }) => ({ ordinal, preKinds: joinKinds(preKinds ?? []) })) }) : right.advance(state, event)),
    }),
  },
  {
    name: 'associations: undo without compare-and-set',
    describes: 'A late attempt undoes again what another has undone, and takes what a person made since.',
    inject: () => ({ settleUndo: (row, state) => ({ ...row, undo: state, undoEnds: row.undoEnds + (state === 'sent' ? 0 : 1) }) }),
  },
];

const ofALabelledParent: readonly Mistake<AssociationParts>[] = [
  {
    name: 'associations: a label that replaces another',
    describes: 'Only what is planned goes out; the portal replaces the labels that the pair had.',
    inject: (right) => ({
      create: (portal, type, inputs) => right.create(portal, type, inputs.map((input) => ({ ...input, kinds: input.kinds.filter(({ category }) => category !== 'USER_DEFINED') }))),
    }),
  },
  {
    name: 'associations: rollback removes the whole pair',
    describes: 'Of a pair that stood there with other types all goes, not only what the run added.',
    inject: (right) => ({ beginUndo: (context, links) => right.beginUndo(context, links.map((link) => ({ ...link, preKinds: '' }))) }),
  },
  {
    name: 'associations: label to a merged record',
    describes: 'A pair is written without a look whether its ends were merged: the labels of the record that they were merged into are replaced.',
    inject: (right) => ({
      advance: (state, event) => (event.on === 'ends-read' && state.asked.do === 'read-ends' ? right.advance(state, { on: 'ends-read', liveIds: state.asked.ids }) : right.advance(state, event)),
    }),
  },
  {
    name: 'associations: stale labels refused for good',
    describes: 'A call that carries a label which an admin has deleted is refused for good instead of being sent with the labels read anew.',
    inject: (right) => ({ advance: (state, event) => right.advance({ ...state, items: state.items.map((item) => ({ ...item, isReread: true })) }, event) }),
  },
];

const ofRoles: readonly Mistake<AssociationParts>[] = [
  {
    name: 'associations: one role a call',
    describes: 'The roles of a pair go out one after the other: each replaces the one before it.',
    inject: (right) => ({
      create: (portal, type, inputs) => {
        const [first, ...others] = inputs.map((input) => input.kinds.filter(({ category }) => category === 'USER_DEFINED').map((label) => ({ ...input, kinds: [...input.kinds.filter(({ category }) => category !== 'USER_DEFINED'), label] }))).flat();
        return [...(first === undefined ? [] : [first]), ...others].reduce((done, input) => right.create(done.portal, type, [input]), { portal, answer: right.create(portal, type, inputs).answer });
      },
    }),
  },
  {
    name: 'associations: a pair without its roles counts as there',
    describes: 'A pair that stood there is settled without a look at its labels.',
    inject: (right) => ({ begin: (type, links, mode) => right.begin(type, links.map((link) => ({ ...link, labels: [] })), mode) }),
  },
  {
    name: 'associations: rollback forgets the roles',
    describes: 'Of a pair that stood there the labels that the run added stay.',
    inject: (right) => ({ beginUndo: (context, links) => right.beginUndo(context, links.map((link) => ({ ...link, labels: [] }))) }),
  },
  {
    name: 'associations: roles before the pair was seen',
    describes: 'A pair that is not there is written with its roles at once: where its contact was merged into another, they replace the roles of that one.',
    inject: (right) => ({ create: (portal, type, inputs) => right.create(portal, type, inputs.map((input) => (input.toId === '9' && input.kinds.length === 1 ? { ...input, kinds: [...input.kinds, { category: 'USER_DEFINED', typeId: 79 }] } : input))) }),
  },
  {
    name: 'associations: merged ends sent apart',
    describes: 'Two contacts of a deal were merged into one: the roles of one replace those of the other.',
    inject: (right) => ({
      create: (portal, type, inputs) => right.create(portal, type, inputs.map((input) => (inputs.some((other) => other !== input && other.fromId === input.fromId && other.toId === input.toId) ? { ...input, kinds: input.kinds.filter(({ typeId }) => typeId !== 79) } : input))),
    }),
  },
];

export const ASSOCIATION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(sceneNamed('two companies of a contact, two faults'), ofTwoCompanies),
  ...mutantsOf(sceneNamed('two companies of a contact, two attempts'), ofTwoAtOnce),
  ...mutantsOf(sceneNamed('a parent of a labelled company, two faults'), ofALabelledParent),
  ...mutantsOf(sceneNamed('roles at a deal, two faults'), ofRoles),
];
