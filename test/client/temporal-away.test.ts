import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '@temporalio/client';
import { connectPortage } from '../../client/portage-client';
import { isTemporalAway } from '../../client/temporal-away';
import { definitionDigest } from '../../domain/definition-digest';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { hermeticLocalConfig } from '../../local/config';
import { findTemporalCli } from '../../local/temporal-cli';
import { startTemporalServer } from '../../local/temporal-server';

const grpcError = (code: number): Error => Object.assign(new Error(`${code} said by gRPC`), { code, details: '', metadata: {} });

describe('isTemporalAway', () => {
  it.each([
    { what: 'an unreachable server', error: grpcError(14), isAway: true },
    { what: 'a silent one, wrapped by the client', error: new ServiceError('Failed to describe workflow', { cause: grpcError(4) }), isAway: true },
    { what: 'a call that the server refuses', error: new ServiceError('Failed to describe workflow', { cause: grpcError(3) }), isAway: false },
    { what: 'anything else', error: new Error('no'), isAway: false },
  ])('$what: $isAway', ({ error, isAway }) => {
    expect(isTemporalAway(error)).toBe(isAway);
  });

  it('is what a client sees whose server was killed after it had connected', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portage-test-'));
    const { path: cli } = await findTemporalCli(hermeticLocalConfig());
    const server = await startTemporalServer({ cli, database: { kind: 'memory' }, port: 0, uiPort: 'none', logFile: join(folder, 'temporal.log') });
    const portage = await connectPortage({ environment: { PORTAGE_LEDGER: join(folder, 'ledger.db'), TEMPORAL_ADDRESS: server.address }, folder, userConfigFile: 'ignore' });
    try {
      const definition = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: folder }, target: { crm: 'hubspot' } });
      await portage.ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition, definitionDigest: definitionDigest(definition, null), now: new Date().toISOString() });
      const migration = await portage.migration('acme');
      expect(await migration.workflow()).toBe('gone');

      await server.kill();

      expect(await migration.workflow()).toBeNull();
    } finally {
      await portage.close();
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
