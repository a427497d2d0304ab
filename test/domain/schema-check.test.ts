import { isMadeBy, isMadeByMigrationOf, markedDescription } from '../../domain/schema-check';

describe('the mark of what a run made', () => {
  it('is the run’s own, and not that of a run whose number begins alike', () => {
    const ofRun12 = { description: markedDescription('What for', 'acme.12') };

    expect([isMadeBy('acme.12', ofRun12), isMadeBy('acme.1', ofRun12)]).toEqual([true, false]);
  });

  it('tells the migration too, and not one whose name begins alike', () => {
    const ofRun1 = { description: markedDescription('', 'acme.1') };

    expect([isMadeByMigrationOf('acme.2', ofRun1), isMadeByMigrationOf('acm.2', ofRun1), isMadeByMigrationOf('acme-2.1', ofRun1), isMadeByMigrationOf('acme.2', { description: 'What for' })]).toEqual([true, false, false, false]);
  });
});
