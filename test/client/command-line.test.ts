import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { EXIT } from '../../client/command-error';
import { createProgram } from '../../client/program';
import { createTerminal } from '../../client/terminal';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { openLedger } from '../../ledger/open-ledger';
import { aPlan } from '../support/client-values';
import { runCommand } from '../support/run-command';

/** As issued; what a user finds in --help. */
const COMMANDS = ['demo', 'dev', 'worker', 'simulate', 'init', 'check', 'plan', 'start', 'status', 'watch', 'list', 'open', 'pause', 'resume', 'retry', 'throttle', 'rollback', 'finalize', 'recover', 'report', 'doctor'];

function program(): Command {
  const terminal = createTerminal({ input: new PassThrough(), out: new PassThrough(), err: new PassThrough() });
  return createProgram({ terminal, exit: () => undefined, withClient: () => Promise.reject(new Error('not connected')), environment: {}, folder: tmpdir() });
}

describe('the command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  /** Nobody listens on port 1: a command that reaches for Temporal finds none. */
  const run = (...words: readonly string[]) => runCommand(words, { PORTAGE_LEDGER: join(folder, 'ledger.db'), TEMPORAL_ADDRESS: '127.0.0.1:1', HOME: folder, XDG_CONFIG_HOME: folder }, folder);

  it('has every command', () => {
    expect(program().commands.map((command) => command.name()).sort()).toEqual([...COMMANDS].sort());
  });

  it('lists commands and all exit codes in its help', async () => {
    const { exitCode, out } = await run('--help');

    expect(exitCode).toBe(EXIT.done);
    expect(COMMANDS.filter((command) => !out.includes(`\n  ${command}`))).toEqual([]);
    expect(Object.values(EXIT).filter((code) => !new RegExp(`\\b${code} [a-z]`).test(out))).toEqual([]);
  });

  it.each(COMMANDS)('explains %s with an example of it, and takes --json', async (command) => {
    const { exitCode, out } = await run(command, '--help');

    expect(exitCode).toBe(EXIT.done);
    expect(out).toMatch(new RegExp(`Example:\\n.*portage ${command}\\b`));
    expect(out).toContain('--json');
  });

  it('shows the help and ends with 2 when no command is given', async () => {
    const { exitCode, err } = await run();

    expect(exitCode).toBe(EXIT.usage);
    expect(err).toContain('Usage: portage');
  });

  it.each([
    ['strat', 'start'],
    ['rolback', 'rollback'],
    ['finalise', 'finalize'],
  ])('suggests for "%s" the command %s', async (typed, meant) => {
    const { exitCode, err } = await run(typed);

    expect(exitCode).toBe(EXIT.usage);
    expect(err).toContain(meant);
  });

  it('suggests an option for a misspelt one, and where help is', async () => {
    const { exitCode, err } = await run('rollback', '--dryrun');

    expect(exitCode).toBe(EXIT.usage);
    expect(err).toContain('--dry-run');
    expect(err).toContain('--help');
  });

  it.each([
    ['a migration file that is missing', ['start']],
    ['a word too many', ['list', 'everything']],
    ['a vendor that is not simulated', ['simulate', 'salesfarce']],
    ['a latency that does not exist', ['simulate', 'hubspot', '--latency', 'slow']],
    ['a tier that does not exist', ['simulate', 'hubspot', '--tier', 'gold']],
    ['a port that is no number', ['dev', '--ui-port', 'many']],
    ['a port that no machine has', ['simulate', 'hubspot', '--port', '70000']],
    ['a negative number of records', ['start', 'migration.yaml', '--accept-left-out', '-1']],
    ['a number of records in words', ['resume', 'acme', '--accept-left-out', 'some']],
    ['a share that is no percentage', ['throttle', 'acme', '--rate', '0.6']],
    ['a share above the whole', ['throttle', 'acme', '--reserve', '140%']],
    ['no share at all', ['throttle', 'acme']],
  ])('ends with 2 on %s, before it opens or starts anything', async (_name, words) => {
    const { exitCode, err, out } = await run(...words);

    expect(exitCode).toBe(EXIT.usage);
    expect(err).not.toMatch(/A bug in Portage|\n\s+at /);
    expect(err.trim()).not.toBe('');
    expect(out).toBe('');
  });

  it('ends with 2 on a run that the ledger does not know, and says where to look', async () => {
    const { exitCode, err } = await run('status', 'nobody-1');

    expect(exitCode).toBe(EXIT.usage);
    expect(err).toContain('"nobody-1"');
    expect(err).toContain('portage list');
  });

  it('ends with 3 on wrong settings, names the variable and keeps its value to itself', async () => {
    const { exitCode, err } = await runCommand(['list'], { HUBSPOT_BASE_URL: 'pat-na1-geheim' }, folder);

    expect(exitCode).toBe(EXIT.configuration);
    expect(err).toContain('HUBSPOT_BASE_URL');
    expect(err).not.toContain('pat-na1-geheim');
  });

  it('does not start a Temporal of its own in place of one of another machine that does not answer', async () => {
    const { exitCode, err } = await runCommand(['dev'], { TEMPORAL_ADDRESS: '127.0.0.2:1', HOME: folder, XDG_CONFIG_HOME: folder }, folder);

    expect(exitCode).toBe(EXIT.unreachable);
    expect(err).toContain('Temporal does not answer at 127.0.0.2:1 (TEMPORAL_ADDRESS)');
  });

  it('ends with 3 on a migration file that is not there', async () => {
    const { exitCode, err } = await run('plan', 'nowhere.yaml');

    expect(exitCode).toBe(EXIT.configuration);
    expect(err).toContain('nowhere.yaml');
  });

  it('means by the name of a migration its newest run that was not refused at the start, and takes the beginning of a digest', async () => {
    const ledger = await openLedger({ location: join(folder, 'ledger.db') });
    const definition = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: folder }, target: { crm: 'hubspot' } });
    for (const state of ['finalized', 'not-started'] as const) {
      const { run: opened } = await ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition, definitionDigest: 'd', now: '2026-11-22T05:00:00.000Z' });
      await ledger.runs.update(opened, { state });
    }
    const [refused] = await ledger.runs.list();
    await ledger.plans.save(refused!.stagingId, aPlan({ digest: 'ab'.repeat(32) }));
    await ledger.close();
    writeFileSync(join(folder, 'migration.yaml'), `id: acme\nsource: { crm: salesforce, files: . }\ntarget: { crm: hubspot }\n`);

    expect((await run('report', 'acme')).err).toContain('Run acme.1 has no report yet');
    expect((await run('report', 'acme.2')).err).toContain('Run acme.2 has no report yet');
    expect((await run('list')).out).toMatch(/acme\.2 +start .* abababababab +not started/);
    expect(await run('start', 'migration.yaml', '--plan', 'cd')).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining('No plan of "acme" has a digest that begins with cd.') as string });
    expect((await run('start', 'migration.yaml', '--plan', 'abab')).err).toContain('Temporal does not answer');
  }, 30_000);

  it('ends with 3 on a folder in place of a migration file, and on an export that is not there, before it reaches for Temporal', async () => {
    expect(await run('check', '.')).toMatchObject({ exitCode: EXIT.configuration, err: expect.stringContaining('is a folder') as string });
    expect(await run('init', '--files', './exprt')).toMatchObject({ exitCode: EXIT.configuration, err: expect.stringContaining('exprt is not there') as string });
  });

  it('prints an empty list as JSON, and nothing else on stdout', async () => {
    const { exitCode, out } = await run('list', '--json');

    expect(exitCode).toBe(EXIT.done);
    expect(JSON.parse(out)).toEqual([]);
  });
});
