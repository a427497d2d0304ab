/** One project per ring of tests, inner first (see CONTRIBUTING.md). Suites named *.long.test.ts run only in `npm run test:long`. */
const { dependencies, devDependencies } = require('./package.json');

const long = process.env.PORTAGE_TEST_LONG === '1';

/** Ours by name; what they need in their turn comes with them. */
const libraries = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !/jest|sucrase/.test(name));

const TRANSFORM = '<rootDir>/test/support/transform.cjs';

const ring = (name, folders, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/one-context-environment.cjs',
  testMatch: folders.flatMap((folder) => [`<rootDir>/test/${folder}/**/*.test.ts`]),
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...(long ? [] : ['\\.long\\.test\\.ts$'])],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  transform: { [`/node_modules/(${libraries.join('|')})/.+\\.c?js$`]: TRANSFORM, '\\.ts$': TRANSFORM },
  transformIgnorePatterns: [],
  ...extra,
});

const onTemporal = { globalSetup: '<rootDir>/test/support/temporal-global-setup.ts', globalTeardown: '<rootDir>/test/support/temporal-global-teardown.ts' };

module.exports = {
  // Suites share two cores with servers and workers of their own: a busy machine is no failure.
  testTimeout: 180_000,
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  projects: [
    ring('domain', ['domain', 'architecture']),
    ring('connectors', ['connectors', 'ledger', 'simulator', 'local']),
    ring('activities', ['activities']),
    ring('replay', ['replay']),
    ring('workflows', ['workflows', 'worker', 'client', 'scenarios'], onTemporal),
  ],
};
