import { loadClientConnectConfig } from '@temporalio/envconfig';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerEnvironment } from '../../local/worker-process';

describe('workerEnvironment', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage-worker-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the API key and TLS of a profile of the user away from our own server', () => {
    mkdirSync(join(folder, 'temporalio'));
    writeFileSync(join(folder, 'temporalio', 'temporal.toml'), '[profile.default]\naddress = "cloud:7233"\napi_key = "of-the-cloud"\n[profile.default.tls]\n');
    const user = { XDG_CONFIG_HOME: folder, HOME: folder };

    const given = workerEnvironment({ temporalAddress: '127.0.0.1:7233', ledger: 'ledger.db', logFile: join(folder, 'worker.log') });

    expect(loadClientConnectConfig({ overrideEnvVars: { ...user, TEMPORAL_ADDRESS: '127.0.0.1:7233' } }).connectionOptions.apiKey).toBe('of-the-cloud');
    expect(loadClientConnectConfig({ overrideEnvVars: { ...user, ...given } }).connectionOptions).toEqual({ address: '127.0.0.1:7233' });
  });

  it('names only what it is given', () => {
    const given = workerEnvironment({ temporalAddress: '127.0.0.1:7233', ledger: 'ledger.db', hubspotBaseUrl: 'http://127.0.0.1:4010', logFile: join(folder, 'worker.log'), environment: { PORTAGE_LOG_LEVEL: 'debug' } });

    expect(given).toEqual({ TEMPORAL_CONFIG_FILE: join(folder, 'no-temporal-profile.toml'), TEMPORAL_ADDRESS: '127.0.0.1:7233', PORTAGE_LEDGER: 'ledger.db', HUBSPOT_BASE_URL: 'http://127.0.0.1:4010', PORTAGE_LOG_LEVEL: 'debug' });
  });
});
