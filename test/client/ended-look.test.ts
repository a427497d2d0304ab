import { readEndedLook } from '../../client/ended-look';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { RunState } from '../../domain/phase';
import { openLedger } from '../../ledger/open-ledger';

describe('readEndedLook', () => {
  const definition = migrationDefinitionSchema.parse({ id: 'a', source: { crm: 'salesforce', files: '.' }, target: { crm: 'hubspot' } });

  it.each<[RunState, boolean]>([
    ['planned', true],
    ['not-started', true],
    ['planning', false],
  ])('of a run that is %s has an answer: %s', async (state, isAnswered) => {
    const ledger = await openLedger({ location: ':memory:' });
    const { run } = await ledger.runs.open({ migrationId: 'a', kind: 'planning', definition, definitionDigest: 'd', now: '2026-09-01T10:00:00.000Z' });
    await ledger.runs.update(run, { state });

    const looked = await readEndedLook(ledger, run).then(() => true, (error: Error) => /cut off/.test(error.message) && false);

    expect(looked).toBe(isAnswered);
    await ledger.close();
  });
});
