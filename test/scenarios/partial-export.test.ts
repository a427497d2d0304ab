import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

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

  it('goes from init to a start of the very plan, with what the commands themselves say', async () => {
    if (rehearsal === undefined) {
      throw new Error('no rehearsal');
    }
    const { folder, stack, portal, sourceFolder } = rehearsal;
    sourceFolder('walk', {
      'Account.csv': 'Id,Name,Floor_Area__c\n0015e0000000002AAA,Walk Test,120\n0015e0000000003AAA,Walk Test Two,80\n',
      'Opportunity.csv': 'Id,Name,StageName,Amount,CloseDate,AccountId\n0065e0000000001AAA,A deal,Open,100,2026-01-31,0015e0000000002AAA\n',
    });
    const file = join(folder, 'walk.yaml');
    const portage = (...words: readonly string[]) => runCommand(words, { ...stack.environment, HOME: folder, XDG_CONFIG_HOME: folder }, folder);

    const init = await portage('init', '--files', 'walk', '--out', 'walk.yaml');
    expect({ exitCode: init.exitCode, out: init.out }).toEqual({ exitCode: 0, out: expect.stringContaining('portage check walk.yaml') as string });
    const proposed = readFileSync(file, 'utf8');
    expect(proposed).toContain('floor_area: { from: Floor_Area__c, create: { type: number, label: Floor Area } }');
    expect(proposed).not.toMatch(/Walk Test|A deal/);

    const refused = await portage('check', 'walk.yaml');
    expect(refused.exitCode).toBe(3);
    expect(refused.out).toMatch(/^To mend first \(1\):\n {2}source\.currency: /m);
    expect(refused.out.trimEnd().split('\n').at(-1)).toMatch(/^Not ready: 1 mistake to mend first/);

    writeFileSync(file, proposed.replace(/# currency: USD.*/, 'currency: USD'));
    const checked = await portage('check', 'walk.yaml', '--json');
    expect({ exitCode: checked.exitCode, ready: (JSON.parse(checked.out) as { ready: boolean }).ready }).toEqual({ exitCode: 0, ready: true });
    const mended = readFileSync(file, 'utf8');
    await portage('init', '--out', 'walk.yaml');
    expect(readFileSync(file, 'utf8')).toBe(mended);

    const planned = await portage('plan', 'walk.yaml');
    const [, digest = ''] = /--plan ([0-9a-f]{64})/.exec(planned.out) ?? [];
    expect({ exitCode: planned.exitCode, length: digest.length }).toEqual({ exitCode: 0, length: 64 });

    const started = await portage('start', 'walk.yaml', '--plan', digest, '--yes', '--accept-left-out', '0');
    expect({ exitCode: started.exitCode, err: started.exitCode === 0 ? '' : started.err }).toEqual({ exitCode: 0, err: '' });
    const { records } = await portal.canonicalDump();
    expect(records['companies']?.['0015e0000000002AAA']).toMatchObject({ name: 'Walk Test', floor_area: '120' });
  }, 120_000);

  it('does not write to a file that is no migration file', async () => {
    if (rehearsal === undefined) {
      throw new Error('no rehearsal');
    }
    const { folder, stack } = rehearsal;
    writeFileSync(join(folder, 'compose.yaml'), 'services: {}\n');

    const { exitCode, err } = await runCommand(['init', '--files', 'walk', '--out', 'compose.yaml'], stack.environment, folder);

    expect({ exitCode, text: readFileSync(join(folder, 'compose.yaml'), 'utf8') }).toEqual({ exitCode: 3, text: 'services: {}\n' });
    expect(err).toContain('no migration file');
  });
});
