import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The walls between rooms (CONTRIBUTING.md has the table). A room that is not named here may be imported by nobody.
 * `types` lists rooms of which only types may be imported.
 */
const rooms = {
  domain: {},
  simulator: {},
  local: {},
  connectors: { values: ['domain'] },
  ledger: { values: ['domain'] },
  activities: { values: ['domain'], types: ['connectors', 'ledger'] },
  workflows: { values: ['domain'], types: ['activities'] },
  worker: { values: ['domain', 'simulator', 'local', 'connectors', 'ledger', 'activities', 'workflows'] },
  client: { values: ['domain', 'ledger', 'local', 'workflows'], types: ['simulator'] },
};

const wallsOf = (room, { values = [], types = [] }) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(rooms)
            .filter((other) => other !== room && !values.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}(/|$)`,
              allowTypeImports: types.includes(other),
              message: `${room} may not import ${types.includes(other) ? 'values from ' : ''}${other}.`,
            })),
          { regex: '^(\\.\\./)+test(/|$)', message: 'Nothing but tests may import from test.' },
        ],
      },
    ],
  },
});

const NODE_BUILT_INS = '^(node:.*|fs|path|os|crypto|http|https|net|child_process|worker_threads|stream|zlib|events|timers)(/.*)?$';

/** Rooms that must stay free of a library or of Node, whatever else they import. */
const pure = (files, forbidden, why) => ({
  files,
  rules: { 'no-restricted-syntax': ['error', ...forbidden.map((regex) => ({ selector: `ImportDeclaration[importKind!="type"][source.value=/${regex.replaceAll('/', '\\/')}/]`, message: why }))] },
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.portage/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read the environment in a config.ts and pass the value on.' }],
    },
  },
  ...Object.entries(rooms).map(([room, allowed]) => wallsOf(room, allowed)),
  pure(['domain/**/*.ts'], [NODE_BUILT_INS, '^@temporalio/', '^(kysely|better-sqlite3|papaparse|@hubspot/.*|commander)$'], 'domain is pure: no I/O, no Node, no Temporal.'),
  pure(['workflows/**/*.ts'], [NODE_BUILT_INS, '^zod(/.*)?$', '\\.schema$'], 'The workflow sandbox has no Node, and no zod enters its bundle.'),
  {
    files: ['domain/**/*.ts'],
    ignores: ['domain/**/*.schema.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch', 'performance'],
      'no-restricted-syntax': [
        'error',
        { selector: `ImportDeclaration[importKind!="type"][source.value=/${NODE_BUILT_INS.replaceAll('/', '\\/')}/]`, message: 'domain is pure: no Node.' },
        { selector: 'ImportDeclaration[importKind!="type"][source.value=/^(@temporalio\\/|kysely|better-sqlite3|papaparse|@hubspot\\/|commander)/]', message: 'domain is pure: no Temporal, no I/O.' },
        { selector: 'ImportDeclaration[importKind!="type"][source.value=/(^zod(\\/|$)|\\.schema$)/]', message: 'zod lives in *.schema.ts; import its types only.' },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'domain has no clock: take the time as an argument.' },
        { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'domain has no clock: take the time as an argument.' },
        { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'domain has no randomness: take a seed as an argument.' },
      ],
    },
  },
  { files: ['**/config.ts', 'test/**/*.ts', '**/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off', '@typescript-eslint/consistent-type-assertions': 'off', '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' } },
);
