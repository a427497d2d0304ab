import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CommandError, EXIT } from '../../client/command-error';
import type { PortageClient } from '../../client/portage-client';
import { createProgram } from '../../client/program';
import { createTerminal } from '../../client/terminal';
import { planOutputSchema } from '../../domain/plan-view.schema';
import { aMatchedPlan } from '../support/matched-plan';
import type { Planning } from '../support/planned-migration';

const FILES = ['folded.csv', 'matched.csv', 'plan.csv', 'plan.html', 'rejected-cells.csv', 'unmade-associations.csv', 'unresolved-names.csv'];

describe('portage plan', () => {
  let folder: string;
  let planning: Planning;
  beforeAll(async () => {
    ({ planning } = await aMatchedPlan());
  });
  afterAll(() => planning.ledger.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage-command-'));
    writeFileSync(join(folder, 'migration.yaml'), 'id: acme\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** As if the planning workflow had just ended. */
  async function run(...words: readonly string[]) {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const terminal = createTerminal({ input: new PassThrough(), out, err });
    const portage = { ledger: planning.ledger, hasWorker: async () => true, plan: async () => ({ run: planning.row.run, ended: async () => undefined }) } as unknown as PortageClient;
    let exitCode: number | null = null;
    await createProgram({ terminal, exit: (code) => (exitCode = code), withClient: (action) => action(portage), environment: {}, folder }).parseAsync(['node', 'portage', 'plan', 'migration.yaml', ...words]);
    return { exitCode, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
  }

  it('writes the files beside where it is called, says that they hold personal data, and how to start this very plan', async () => {
    const { exitCode, out, err } = await run();

    expect(exitCode).toBe(EXIT.done);
    expect(readdirSync(join(folder, 'acme-plan')).sort()).toEqual(FILES);
    expect(err).toMatch(/Written to \.\/acme-plan: .*personal data/);
    expect(out).toContain('./acme-plan/plan.html');
    expect(out).toMatch(/Nothing was written to the portal\. Start exactly this plan with: portage start migration\.yaml --plan [0-9a-f]{64}/);
  });

  it('offers no start that cannot work, and ends with the code of a refused plan', async () => {
    const { stagingId } = planning.row;
    const plan = (await planning.ledger.plans.read(stagingId))!;
    await planning.ledger.plans.save(stagingId, { ...plan, openDealsToAccept: 35 });

    const { exitCode, out } = await run();
    await planning.ledger.plans.save(stagingId, plan);

    expect(exitCode).toBe(EXIT.planRefused);
    expect(out).toContain('Cannot be started: 35 open deals would lose their owner');
    expect(out).not.toContain('portage start');
  });

  it('tells what is to be decided first, and small things last', async () => {
    const { out } = await run();

    const places = ['To decide before the start:', 'Records ', 'What a rollback cannot bring back:', 'Noticed:', '[ ] Automatic company creation'].map((words) => out.indexOf(words));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('prints nothing but JSON by its schema with --json, and still writes the files', async () => {
    const { exitCode, out } = await run('--json', '--out', 'review');

    const { plan, folder: written } = planOutputSchema.parse(JSON.parse(out));
    expect(exitCode).toBe(EXIT.done);
    expect(plan?.records.contacts?.source).toBe(7);
    expect(written).toBe(join(folder, 'review'));
    expect(readdirSync(join(folder, 'review')).sort()).toEqual(FILES);
  });

  it('says which folder it cannot write to', async () => {
    writeFileSync(join(folder, 'taken'), 'a file');

    const failed = run('--out', 'taken');

    await expect(failed).rejects.toThrow(CommandError);
    await expect(failed).rejects.toMatchObject({ exitCode: EXIT.usage, message: expect.stringContaining(join(folder, 'taken')) as string });
    expect(existsSync(join(folder, 'acme-plan'))).toBe(false);
  });
});
