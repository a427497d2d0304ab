import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';

describe('an export that holds only some of the objects', () => {
  let rehearsal: Rehearsal | undefined;
  beforeAll(async () => {
    rehearsal = await startRehearsal();
  }, 120_000);
  afterAll(() => rehearsal?.end());

  it('ends verified when there are companies alone, and nothing is made for the other types', async () => {
    if (rehearsal === undefined) {
      throw new Error('no rehearsal');
    }
    const folder = rehearsal.sourceFolder('export', { 'Account.csv': 'Id,Name\n0015e0000000001AAA,Portage Test\n' });

    const migration = await rehearsal.portage.start(rehearsal.migrationFile(folder));
    const status = await until(migration, ({ state }) => state !== 'planning' && state !== 'running');

    expect({ state: status.state, reasons: status.reasons }).toEqual({ state: 'verified', reasons: [] });
    const { records } = await rehearsal.portal.canonicalDump();
    expect(Object.keys(records)).toEqual(['companies']);
  }, 120_000);
});
