#!/usr/bin/env node
/** Starts the command line: the build where there is one, else the sources. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '..', 'dist', 'client', 'main.js');
if (existsSync(built)) {
  require(built);
} else {
  process.env.TSX_TSCONFIG_PATH ??= join(__dirname, '..', 'tsconfig.json');
  require('tsx/cjs');
  require('./main.ts');
}
