/** Mistakes that schema invites, each planted into the model that must catch it. */
import type { SchemaItem } from '../../domain/schema-state';
import { mutantsOf } from './mutants';
import type { Mistake, Mutant } from './mutants';
import { SCHEMA_SCENES, schemaModel } from './schema-model';
import type { SchemaParts } from './schema-model';

const sceneNamed = (part: string) => schemaModel(SCHEMA_SCENES.find(({ name }) => name.includes(part))!);

const ofGroupAndKey: readonly Mistake<SchemaParts>[] = [
  {
    name: 'schema: made without intent',
    describes: 'Properties and groups are made first and written down afterwards.',
    inject: (right) => ({ intend: (intents) => intents, advance: (state, event) => right.advance(state, event.on === 'settled' && state.asked.do === 'settle' ? { on: 'settled', changed: state.asked.changes.map(({ kind, name }) => ({ kind, name })) } : event) }),
  },
  {
    name: 'schema: a name that is taken counts as ours',
    describes: 'A 409 is taken as our own call that had landed.',
    inject: (right) => ({
      advance: (state, event) => {
        if (event.on === 'made' && event.answer === 'existed') {
          return right.advance(state, { on: 'made', answer: 'created' });
        }
        return right.advance(state, event.on === 'properties-made' ? { on: 'properties-made', answer: { created: [...event.answer.created, ...event.answer.existed], existed: [], refused: [] } } : event);
      },
    }),
  },
  {
    name: 'schema: rollback by what the plan named',
    describes: 'Rollback archives every property and group of the plan, also one that was there before.',
    inject: (right) => ({ beginUndo: (context, things) => right.beginUndo({ ...context, groupLabels: { g: 'Theirs' } }, things.map((thing) => (thing.state === 'existed' ? { ...thing, state: 'created' as const } : thing))), settle: (intents, changes) => right.settle(intents, changes.map((change) => ({ ...change, from: [...change.from, 'existed'] }))) }),
  },
  {
    name: 'schema: what is there is taken for ours',
    describes: 'What a look finds under a name of the plan counts as created by this run.',
    inject: (right) => ({ settle: (intents, changes) => right.settle(intents, changes.map((change) => (change.to === 'existed' ? { ...change, to: 'created' as const } : change))) }),
  },
  {
    name: 'schema: a lost answer means that nothing was made',
    describes: 'A call without an answer counts as not carried out.',
    inject: (right) => ({ advance: (state, event) => right.advance(state, event.on === 'no-answer' ? { on: 'not-carried-out' } : event) }),
  },
  {
    name: 'schema: rollback leaves what was in doubt',
    describes: 'What was sent without an answer is not looked up when it is undone.',
    inject: (right) => ({ beginUndo: (context, things) => right.beginUndo(context, things.filter(({ state }) => state === 'created' || state === 'removing')) }),
  },
  {
    name: 'schema: not read back',
    describes: 'A property of another type or without unique values that holds the name of ours is used as it is.',
    inject: (right) => ({ advance: (state, event) => right.advance(state, event.on === 'properties-read' ? { ...event, properties: event.properties.map((property) => ({ ...property, type: 'string', hasUniqueValue: true })) } : event) }),
  },
];

const ofRevived: readonly Mistake<SchemaParts>[] = [
  {
    name: 'schema: only this run’s own mark',
    describes: 'A property that came back from the archive with an earlier run’s mark is taken for somebody else’s when its answer was lost.',
    inject: (right) => ({ advance: (state, event) => right.advance(state, event.on === 'properties-read' ? { ...event, properties: event.properties.map((property) => ({ ...property, description: property.description.replace('acme.1)', 'other.1)') })) } : event) }),
  },
];

const isOption = ({ thing }: SchemaItem): boolean => thing.kind === 'option';
const ofOptions: readonly Mistake<SchemaParts>[] = [
  {
    name: 'schema: options overwritten',
    describes: 'Only our own options go out; the portal replaces the list that was there.',
    inject: (right) => ({
      advance: (state, event) => {
        const step = right.advance(state, event);
        const { command } = step;
        if (command.do !== 'replace-options') {
          return step;
        }
        const ours = step.state.items.filter(isOption).map(({ thing }) => thing.name);
        const asked = { ...command, options: command.options.filter(({ value }) => ours.includes(`${command.property}:${value}`)) };
        return { state: { ...step.state, asked }, command: asked };
      },
    }),
  },
  {
    name: 'schema: an option that records hold is taken away',
    describes: 'Rollback does not ask whether anybody uses the option.',
    inject: (right) => ({ advanceUndo: (state, event) => right.advanceUndo(state, event.on === 'holders-read' ? { on: 'holders-read', held: [] } : event) }),
  },
];

const ofLabels: readonly Mistake<SchemaParts>[] = [
  {
    name: 'schema: a label whose answer was lost is taken for somebody else’s',
    describes: 'A label that is there counts as there before, whoever sent it.',
    inject: (right) => ({ settle: (intents, changes) => right.settle(intents, changes.map((change) => (change.kind === 'label' && change.to === 'created' ? { ...change, to: 'existed' as const } : change))) }),
  },
  {
    name: 'schema: labels of others deleted',
    describes: 'Rollback deletes the labels that the plan names, whoever made them.',
    inject: (right) => ({ beginUndo: (context, things) => right.beginUndo(context, things.map((thing) => (thing.state === 'existed' ? { ...thing, state: 'created' as const } : thing))), settle: (intents, changes) => right.settle(intents, changes.map((change) => ({ ...change, from: [...change.from, 'existed'] }))) }),
  },
];

export const SCHEMA_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(sceneNamed('a group and the key, two faults'), ofGroupAndKey),
  ...mutantsOf(sceneNamed('a key that a rollback archived, two faults'), ofRevived),
  ...mutantsOf(sceneNamed('an option for somebody’s property, two faults'), ofOptions),
  ...mutantsOf(sceneNamed('labels, two faults'), ofLabels),
];
