#!/usr/bin/env node
/** Starts the command line: from source in a checkout, from the build where only that was installed. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

if (existsSync(join(__dirname, 'main.ts'))) {
  process.env.TSX_TSCONFIG_PATH ??= join(__dirname, '..', 'tsconfig.json');
  require('tsx/cjs');
  require('./main.ts').runProcess();
} else {
  require(join(__dirname, '..', 'dist', 'client', 'main.js')).runProcess();
}
