/** One project per ring of tests, inner first (see CONTRIBUTING.md). Suites named *.long.test.ts run only in `npm run test:long`. */
const { accessSync, constants, statfsSync } = require('node:fs');
const { dependencies, devDependencies } = require('./package.json');

/**
 * Processes are killed here, not machines: what one leaves is the same in files that never reach a disk, and suites with hundreds of ledgers and dozens of servers
 * wait for no disk. Where there is room; what a suite needs at once is far less.
 */
const IN_MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 ** 30;
if (hasRoom(IN_MEMORY)) {
  process.env.TMPDIR = IN_MEMORY;
}

function hasRoom(folder) {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}

const long = process.env.PORTAGE_TEST_LONG === '1';

/** Ours by name; what they need in their turn comes with them. */
const libraries = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !/jest|sucrase/.test(name));

const TRANSFORM = '<rootDir>/test/support/transform.cjs';

const ring = (name, folders, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  // Not among the files that are made anew each run.
  cacheDirectory: '<rootDir>/.cache/jest',
  testEnvironment: '<rootDir>/test/support/one-context-environment.cjs',
  testMatch: folders.flatMap((folder) => [`<rootDir>/test/${folder}/**/*.test.ts`]),
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...(long ? [] : ['\\.long\\.test\\.ts$'])],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.cache'],
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
