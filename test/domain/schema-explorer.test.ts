import { printExploration } from '../support/explorer';
import { SCHEMA_LAWS, SCHEMA_SCENES, schemaModel } from '../support/schema-model';

describe('making and undoing schema, explored', () => {
  it.each(SCHEMA_SCENES)('$name: breaks no law, wherever a process dies, an answer is lost and another admin edits', (scene) => {
    const model = schemaModel(scene);

    const found = model.explore(model.parts);

    printExploration(scene.name, found, { bound: `${scene.part.things.length} things, ${scene.faults} faults, ${1 + scene.overlaps} attempts at once, 1 edit of ${scene.edits.length}`, laws: SCHEMA_LAWS });
    expect(found.states).toBeGreaterThan(50);
  });
});
