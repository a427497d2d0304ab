import { ZodError } from 'zod';
import { loadConfig } from '../../client/config';

const SECRET = 'pat-na1-geheim';

function problemsOf(environment: Readonly<Record<string, string | undefined>>): ZodError {
  try {
    loadConfig(environment, '/work');
  } catch (error) {
    if (error instanceof ZodError) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(loadConfig({}, '/home/me/crm')).toMatchObject({ ledger: '/home/me/crm/.portage/ledger.db', temporalCli: null });
  });

  it.each([
    ['a relative file', 'books/a.db', '/work/books/a.db'],
    ['an absolute file', '/var/a.db', '/var/a.db'],
    ['a Postgres URL', 'postgres://u:p@127.0.0.1/books', 'postgres://u:p@127.0.0.1/books'],
    ['a name with blanks and dots', '../my books/a b.db', '/my books/a b.db'],
  ])('takes %s as the ledger', (_name, given, ledger) => {
    expect(loadConfig({ PORTAGE_LEDGER: given }, '/work').ledger).toBe(ledger);
  });

  it.each(['', '  '])('takes a variable that is set to "%s" for one that is not set', (empty) => {
    const config = loadConfig({ PORTAGE_LEDGER: empty, HUBSPOT_BASE_URL: empty, PORTAGE_TEMPORAL_CLI: empty, PORTAGE_LOG_LEVEL: undefined }, '/work');

    expect(config).toMatchObject({ ledger: '/work/.portage/ledger.db', temporalCli: null });
  });

  it('names a variable at fault, and repeats neither its value nor a token', () => {
    const error = problemsOf({ HUBSPOT_BASE_URL: `not a url ${SECRET}`, HUBSPOT_ACCESS_TOKEN: SECRET });

    expect(error.issues.map(({ path }) => path.join('.'))).toEqual(['HUBSPOT_BASE_URL']);
    expect(error.message).not.toContain(SECRET);
  });

  it('passes over variables of others, whatever they are called', () => {
    const hostile = { __proto__x: 'a', constructor: 'b', 'PORTAGE_LEDGER ': '/elsewhere.db', portage_ledger: '/elsewhere.db', toString: 'c' };

    expect(loadConfig(hostile, '/work').ledger).toBe('/work/.portage/ledger.db');
  });

  it('cannot be changed afterwards', () => {
    const config = loadConfig({}, '/work');

    expect(() => Object.assign(config, { ledger: '/elsewhere.db' })).toThrow(TypeError);
  });
});
