import { inspect } from 'node:util';
import { ConfigError, loadConfig } from '../../worker/config';
import { Secret } from '../../worker/secret';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('has a default for everything but the token', () => {
    expect(loadConfig({})).toEqual({
      hubspot: { baseUrl: 'https://api.hubapi.com', token: { kind: 'none' } },
      ledger: '.portage/ledger.db',
      logLevel: 'info',
      portalActivitiesPerSecond: 28,
    });
  });

  it('tells every problem at once, with the name of its variable', () => {
    const problems = problemsOf({ HUBSPOT_BASE_URL: 'not a url', PORTAGE_LOG_LEVEL: 'loud', PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: '-1' });

    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['HUBSPOT_BASE_URL', 'PORTAGE_LOG_LEVEL', 'PORTAGE_PORTAL_ACTIVITIES_PER_SECOND']);
  });

  it('refuses a token and a file with a token together', () => {
    expect(problemsOf({ HUBSPOT_ACCESS_TOKEN: 'a', HUBSPOT_ACCESS_TOKEN_FILE: '/b' })).toEqual(['HUBSPOT_ACCESS_TOKEN_FILE: give either the token or a file with it, not both']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ HUBSPOT_ACCESS_TOKEN: ' ', PORTAGE_LEDGER: '' })).toMatchObject({ ledger: '.portage/ledger.db', hubspot: { token: { kind: 'none' } } });
  });

  it('switches the backstop of the portal queue off', () => {
    expect(loadConfig({ PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: 'off' }).portalActivitiesPerSecond).toBeNull();
  });

  it('never shows the token', () => {
    const config = loadConfig({ HUBSPOT_ACCESS_TOKEN: 'pat-na1-canary' });

    expect([JSON.stringify(config), inspect(config, { depth: 9, showHidden: true }), `${String(config.hubspot.token.kind === 'value' ? config.hubspot.token.token : '')}`].join()).not.toContain('canary');
  });
});

describe('Secret', () => {
  it('prints as three stars and reveals itself only when asked', () => {
    const secret = new Secret('canary');

    expect([`${secret.toString()}`, JSON.stringify({ secret }), inspect(secret)]).toEqual(['***', '{"secret":"***"}', '***']);
    expect(secret.reveal()).toBe('canary');
  });
});
