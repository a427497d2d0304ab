import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const SQL = ['kysely', 'better-sqlite3'];

/**
 * The walls between rooms (docs/architecture.md has the table): of which other rooms, or files of them, a room may load `values`, and of which only `types`; and
 * of the libraries (Node's are among them) `only` these or `never` these, types included. Passing on, `export … from`, and `import()` are loading too.
 */
const rooms = {
  domain: { only: ['@noble/hashes', 'html-to-text', 'libphonenumber-js', 'luxon', 'tldts', 'yaml'] },
  simulator: { never: ['@temporalio', '@hubspot', ...SQL] },
  local: { never: ['@hubspot', ...SQL] },
  connectors: { values: ['domain'], never: ['@temporalio', ...SQL] },
  ledger: { values: ['domain'], never: ['@temporalio', '@hubspot'] },
  activities: { values: ['domain'], types: ['connectors', 'ledger'], never: ['@temporalio/workflow', '@hubspot', ...SQL] },
  workflows: { values: ['domain'], types: ['activities'], only: ['@temporalio/workflow', '@temporalio/common'] },
  worker: { values: ['domain', 'simulator', 'local', 'connectors', 'ledger', 'activities', 'workflows'], never: ['@hubspot', ...SQL] },
  client: { values: ['domain', 'ledger', 'local', 'workflows/messages'], types: ['workflows', 'simulator/control-plane'], never: ['@hubspot', ...SQL] },
};

/** Every way to load what `source` (a regular expression) names. `require` and types by `import('…')` are refused everywhere, by rules of their own. */
const loading = (kind, source, message) => {
  const isType = { values: '!="type"', types: '="type"' }[kind];
  const ways = [`ImportDeclaration[importKind${isType}]`, `ExportNamedDeclaration[exportKind${isType}]`, `ExportAllDeclaration[exportKind${isType}]`, ...(kind === 'values' ? ['ImportExpression'] : [])];
  return { selector: `:matches(${ways.join(', ')})[source.value=/${source.replaceAll('/', '\\/')}/]`, message };
};

const oneOf = (paths) => `(${paths.join('|')})(/|$)`;
const otherThan = (paths) => (paths.length === 0 ? '' : `(?!${oneOf(paths)})`);

const wallsOf = (room, { values = [], types = [], only, never = [] }) => {
  const outside = (allowed) => `^(\\..*/)?\\.\\./${otherThan(allowed)}${oneOf([...Object.keys(rooms), 'test'].filter((other) => other !== room))}`;
  const libraries = only ? `^${otherThan(only)}[^.]` : `^${oneOf(never)}`;
  return [
    loading('values', outside(values), `${room} may load values of other rooms only from: ${values.join(', ') || 'none'}.`),
    loading('types', outside([...values, ...types]), `${room} may load types of other rooms only from: ${[...values, ...types].join(', ') || 'none'}.`),
    ...['values', 'types'].map((kind) => loading(kind, libraries, only ? `${room} may load no library but: ${only.join(', ')}.` : `This library stays out of ${room}.`)),
    { selector: 'ImportExpression[source.type!="Literal"]', message: 'Name what is loaded, so that the walls between rooms can be seen.' },
  ];
};

const noSchemas = loading('values', '\\.schema$', 'zod lives in *.schema.ts and stays out of the workflow bundle: import the types of a schema only.');
const noClockNoChance = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'domain has no clock: take the time as an argument.' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'domain has no clock: take the time as an argument.' },
  { selector: 'MemberExpression[object.name=/^(Date|DateTime)$/][property.name="now"]', message: 'domain has no clock: take the time as an argument.' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'domain has no randomness: take a seed as an argument.' },
  { selector: 'ImportSpecifier[imported.name="randomBytes"]', message: 'domain has no randomness: take a seed as an argument.' },
];
/** What a room without Node does not have. Workflows wait with the SDK's timers, which carry a summary; their Date and Math.random are Temporal's own. */
const HOST_GLOBALS = ['process', 'global', 'globalThis', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance', 'crypto'];

/** Whatever changes durable state passes a crash point (domain/crash-point.ts), so that the suite that dies at each of them knows it. */
const bypassing = (call, message) => ({ selector: `${call}:not(CallExpression[callee.name=/^(atCrashPoint|passCrashPoint)$/] *)`, message });
const noSilentCommit = [bypassing('CallExpression[callee.property.name="transaction"]', 'Commit by LedgerDatabase.write, which names the crash point.')];
const noSilentCall = [loading('values', '(^|/)transport$|^(node:)?https?$', 'Call by HubspotClient.send, which names the crash point.')];
const noSilentStep = [bypassing('CallExpression[callee.name=/^(continueAsNew|startChild|executeChild)$/]', 'Do it within atCrashPoint, which names the crash point.')];

const syntax = (files, refused) => ({ files, rules: { 'no-restricted-syntax': ['error', ...refused] } });

export default tseslint.config(
  { ignores: ['.cache/', 'dist/', 'node_modules/', 'coverage/', '.portage/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-require-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read the environment in a config.ts and pass the value on.' }],
    },
  },
  ...Object.entries(rooms).map(([room, allowed]) => syntax([`${room}/**/*.ts`], wallsOf(room, allowed))),
  syntax(['ledger/**/*.ts'], [...wallsOf('ledger', rooms.ledger), ...noSilentCommit]),
  syntax(['ledger/database.ts'], wallsOf('ledger', rooms.ledger)),
  syntax(['connectors/hubspot/**/*.ts'], [...wallsOf('connectors', rooms.connectors), ...noSilentCall]),
  syntax(['connectors/hubspot/{hubspot-connector,simulator-probe,transport}.ts'], wallsOf('connectors', rooms.connectors)),
  syntax(['connectors/hubspot/client.ts'], [...wallsOf('connectors', rooms.connectors), bypassing('CallExpression[callee.name="transport"]', 'Call within passCrashPoint, which names the crash point.')]),
  syntax(['workflows/**/*.ts'], [...wallsOf('workflows', rooms.workflows), noSchemas, ...noSilentStep]),
  syntax(['domain/**/*.ts'], [...wallsOf('domain', rooms.domain), noSchemas, ...noClockNoChance]),
  syntax(['domain/**/*.schema.ts'], [...wallsOf('domain', { only: [...rooms.domain.only, 'zod'] }), ...noClockNoChance]),
  { files: ['domain/**/*.ts', 'workflows/**/*.ts'], rules: { 'no-restricted-globals': ['error', ...HOST_GLOBALS] } },
  { files: ['**/config.ts', 'test/**/*.ts', '**/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off', '@typescript-eslint/consistent-type-assertions': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
);
