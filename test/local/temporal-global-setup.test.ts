import { existsSync } from 'node:fs';
import { isAlive } from '../../local/install';
import { connectToTemporal } from '../../local/temporal-server';
import setUpTemporal from '../support/temporal-global-setup';
import tearDownTemporal from '../support/temporal-global-teardown';

const before = { ...process.env };
afterEach(async () => {
  await tearDownTemporal();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

describe('the setup of a test run', () => {
  it('is deaf to a hostile environment, uses a server of its own, and leaves nothing of it', async () => {
    Object.assign(process.env, {
      TEMPORAL_ADDRESS: 'production.example:7233',
      TEMPORAL_API_KEY: 'hostile',
      PORTAGE_TEMPORAL_CLI: '/nowhere/temporal',
      PORTAGE_LEDGER: '/nowhere/ledger.db',
      PORTAGE_TEST_TEMPORAL_ADDRESS: 'production.example:7233',
      HUBSPOT_ACCESS_TOKEN: 'hostile',
      HUBSPOT_BASE_URL: 'http://production.example',
      PORTAGE_SAMPLE_DATA: '/data/sets',
    });

    await setUpTemporal();

    const steering = Object.keys(process.env).filter((name) => /^(HUBSPOT|TEMPORAL|PORTAGE)_/.test(name) && !name.startsWith('PORTAGE_TEST_'));
    const address = process.env['PORTAGE_TEST_TEMPORAL_ADDRESS'] ?? '';
    const { server, folder } = globalThis.portageTestTemporal!;
    expect(steering).toEqual(['PORTAGE_SAMPLE_DATA']);
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    await (await connectToTemporal(address)).close();

    await tearDownTemporal();

    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  }, 300_000);
});
