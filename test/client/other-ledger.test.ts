import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../client/command-error';
import { connectPortage } from '../../client/portage-client';
import type { PortageClient } from '../../client/portage-client';
import { definitionDigest } from '../../domain/definition-digest';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { taskQueues, workflowIds } from '../../workflows/messages';
import { eventually } from '../support/fake-run';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

let temporal: SuiteTemporal;
beforeAll(async () => {
  temporal = await connectSuite('other-ledger');
});
afterAll(() => temporal.close());

describe('a migration whose id another ledger on this Temporal has too', () => {
  let folder: string;
  let portage: PortageClient;
  let id: string;
  let run: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portage-test-'));
    portage = await connectPortage({ environment: { PORTAGE_LEDGER: join(folder, 'ledger.db'), TEMPORAL_ADDRESS: temporal.address }, folder, userConfigFile: 'ignore' });
    id = `acme-${randomUUID().slice(0, 8)}`;
    run = `${id}.1`;
    writeFileSync(join(folder, 'migration.yaml'), `id: ${id}\nsource: { crm: salesforce, files: ./export }\ntarget: { crm: hubspot }\n`);
    await temporal.client.workflow.start('migration', { workflowId: workflowIds.migration(run), taskQueue: taskQueues.ledger('elsewhere'), args: [] });
  });
  afterEach(async () => {
    await temporal.client.workflow.getHandle(workflowIds.migration(run)).terminate();
    await portage.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const refusal = { exitCode: EXIT.planRefused, message: expect.stringMatching(/^Run acme-\w+\.1 in Temporal belongs to another ledger \(elsewhere\), not to this one/) as string };
  const eventCount = async () => (await temporal.client.workflow.getHandle(workflowIds.migration(run)).fetchHistory()).events?.length;

  it('is not started, and leaves nothing of itself that stands in the way of the next start', async () => {
    await expect(portage.start('migration.yaml')).rejects.toMatchObject(refusal);
    // As soon as Temporal lists the other run, none is opened at all.
    await eventually(async () => {
      const before = (await portage.list()).length;
      await portage.start('migration.yaml').catch(() => undefined);
      return (await portage.list()).length - before;
    }, (opened) => opened === 0);

    expect((await portage.list()).filter(({ state }) => state !== 'not-started')).toEqual([]);
    await expect(portage.start('migration.yaml')).rejects.toMatchObject({ ...refusal, remedy: expect.stringContaining('an id of its own') as string });
  });

  it('tells the run of the other nothing, and does not take it for its own', async () => {
    const definition = migrationDefinitionSchema.parse({ id, source: { crm: 'salesforce', files: folder }, target: { crm: 'hubspot' } });
    await portage.ledger.runs.open({ migrationId: id, kind: 'migration', definition, definitionDigest: definitionDigest(definition, null), now: new Date().toISOString() });
    const before = await eventCount();
    const migration = await portage.migration(id);

    for (const tell of [() => migration.rollback({ confirm: run }), () => migration.pause(), () => migration.resume(), () => migration.finalize(), () => migration.throttle({ rate: 0.5 })]) {
      await expect(tell()).rejects.toMatchObject(refusal);
    }

    expect(await eventCount()).toBe(before);
    expect(await migration.workflow()).toBe('gone');
  });
});
