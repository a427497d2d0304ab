import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ENDED_STATES, type MigrationStatus } from '../../client/migration-status';
import { connectPortage, type PortageClient } from '../../client/portage-client';
import type { CanonicalDump } from '../../simulator/control-plane';
import { workflowIds } from '../../workflows/messages';
import { NPSP_FOLDER, startRehearsal, until, type Rehearsal } from '../support/rehearsal';

const isEnded = ({ state }: MigrationStatus): boolean => ENDED_STATES.has(state);

/** The whole sample against a portal with the latency of a real one, so that many batches are under way when it happens. */
describe('recovery with many batches under way', () => {
  let undisturbed: CanonicalDump;
  let rehearsal: Rehearsal;
  const clients: PortageClient[] = [];

  beforeAll(async () => {
    rehearsal = await startRehearsal();
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    expect((await migration.ended()).state).toBe('verified');
    undisturbed = await rehearsal.portal.canonicalDump();
    await rehearsal.end();
  }, 180_000);
  beforeEach(async () => {
    rehearsal = await startRehearsal({ latency: 'realistic', seed: 11 });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((portage) => portage.close()));
    await rehearsal.end();
  });

  const toTheMiddleOf = async (type: 'companies' | 'contacts' | 'deals') => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    await until(migration, ({ phase, objects }) => phase === type && (objects[type]?.created ?? 0) > 0, 120_000);
    return migration;
  };
  const connect = async (): Promise<PortageClient> => {
    const portage = await connectPortage({ environment: rehearsal.stack.environment, folder: rehearsal.folder, userConfigFile: 'ignore' });
    clients.push(portage);
    return portage;
  };

  it.each(['companies', 'contacts', 'deals'] as const)('ends the same when its workflow is ended by hand under a worker that is at work on the %s', async (type) => {
    const migration = await toTheMiddleOf(type);
    const connection = await Connection.connect({ address: rehearsal.stack.environment['TEMPORAL_ADDRESS'] ?? '' });
    await new Client({ connection }).workflow.getHandle(workflowIds.migration(migration.run)).terminate('a click in the Web UI');
    await connection.close();

    await (await rehearsal.portage.recovery()).proceed();
    await migration.resume();

    expect((await until(migration, isEnded, 180_000)).state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 400_000);

  it('ends the same when the ledger is deleted under a worker that goes on: it stops sending by itself', async () => {
    const { run } = await toTheMiddleOf('contacts');
    ['', '-wal', '-shm'].forEach((suffix) => rmSync(join(rehearsal.folder, `ledger.db${suffix}`), { force: true }));

    const portage = await connect();
    const oldWorker = rehearsal.stack.worker();
    const migration = await (await portage.recovery(run, 'test.yaml')).proceed();
    await rehearsal.stack.startWorker();
    if (migration.row.state === 'paused') {
      await migration.resume();
    }
    const status = await until(migration, isEnded, 180_000);
    await oldWorker.kill();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 400_000);
});
