/**
 * Where jest runs a suite: in the context of the process itself. Jest's own environment has a context for each suite, in which each mention of a global (Promise, Map,
 * JSON) goes through a proxy: the same code takes half as long again there. Suites that run in one process share its globals and modules; what ours change is put back.
 */
const { ModuleMocker } = require('jest-mock');
const { readFileSync } = require('node:fs');
const vm = require('node:vm');
const { asJavaScript } = require('./transform.cjs');

/** Stands for the context of the process, for which Node has no object. */
const OURS = {};
const { compileFunction } = vm;
vm.compileFunction = (code, parameters, { parsingContext, ...options }) => compileFunction(code, parameters, parsingContext === OURS ? options : { ...options, parsingContext });

// For transform.cjs.
const LOAD = Symbol.for('portage.load');
require.extensions['.ts'] = (module, file) => module._compile(asJavaScript(readFileSync(file, 'utf8'), file), file);

module.exports = class OneContextEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  before = { environment: { ...process.env }, folder: process.cwd(), exitCode: process.exitCode };

  async setup() {
    globalThis[LOAD] = require;
  }

  async teardown() {
    // What ends the whole run may be loaded by this process too, and by jest alone.
    delete globalThis[LOAD];
    const { environment, folder, exitCode } = this.before;
    for (const name of Object.keys(process.env).filter((each) => !(each in environment))) {
      delete process.env[name];
    }
    Object.assign(process.env, environment);
    process.chdir(folder);
    process.exitCode = exitCode;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return OURS;
  }
};
