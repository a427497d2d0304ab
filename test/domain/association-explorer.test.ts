import { ASSOCIATION_LAWS, ASSOCIATION_SCENES, associationModel } from '../support/association-model';
import { printExploration } from '../support/explorer';

describe('writing and undoing associations, explored', () => {
  it.each(ASSOCIATION_SCENES)('$name: breaks no law, wherever a process dies, an answer is lost and a person edits', (scene) => {
    const model = associationModel(scene);

    const found = model.explore(model.parts);

    printExploration(scene.name, found, { bound: `${scene.links.length} associations, ${scene.faults} faults, ${1 + scene.overlaps} attempts at once, 1 edit of ${scene.edits.length}`, laws: ASSOCIATION_LAWS });
    expect(found.states).toBeGreaterThan(1_000);
  });
});
