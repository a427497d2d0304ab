import { hermeticLocalConfig, inheritedEnvironment, loadLocalConfig } from '../../local/config';

const HOSTILE = {
  PATH: '/usr/bin:/bin',
  XDG_CACHE_HOME: '/var/cache/me',
  HTTPS_PROXY: 'http://proxy:3128',
  PORTAGE_TEMPORAL_CLI: '/opt/old/temporal',
  PORTAGE_TEMPORAL_TEST_SERVER: '/opt/old/test-server',
  TEMPORAL_ADDRESS: 'production.example:7233',
  HUBSPOT_ACCESS_TOKEN: 'not-a-token',
};

describe('loadLocalConfig', () => {
  it('reads where executables may be', () => {
    expect(loadLocalConfig(HOSTILE)).toEqual({ temporalCli: '/opt/old/temporal', temporalTestServer: '/opt/old/test-server', searchPath: ['/usr/bin', '/bin'], cacheFolder: '/var/cache/me/portage' });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadLocalConfig({ PORTAGE_TEMPORAL_CLI: '  ', XDG_CACHE_HOME: '' })).toMatchObject({ temporalCli: null, searchPath: [], cacheFolder: expect.stringMatching(/\.cache\/portage$/) as string });
  });
});

describe('hermeticLocalConfig', () => {
  it('is deaf to what steers Portage', () => {
    expect(hermeticLocalConfig(HOSTILE)).toMatchObject({ temporalCli: null, temporalTestServer: null, cacheFolder: '/var/cache/me/portage' });
  });
});

describe('inheritedEnvironment', () => {
  it('hands on proxies and folders, but nothing that steers Portage, Temporal or HubSpot', () => {
    expect(inheritedEnvironment(HOSTILE)).toEqual({ PATH: '/usr/bin:/bin', XDG_CACHE_HOME: '/var/cache/me', HTTPS_PROXY: 'http://proxy:3128' });
  });
});
