/**
 * Everything but the suites themselves is loaded by Node, once for all suites of a process: to load it anew takes jest up to a second a suite, and code that is new
 * to V8 runs at half the speed. Outside suites (a global setup) it is what it is everywhere. Types are left out and lines stay where they are, so that a stack says
 * where something is without a map.
 */
const { transform } = require('sucrase');

const LOAD = "globalThis[Symbol.for('portage.load')]";

const asJavaScript = (source, file) => (file.endsWith('.ts') ? transform(source, { transforms: ['typescript', 'imports'], disableESTransforms: true, filePath: file }).code : source);

module.exports = {
  asJavaScript,
  process(source, file) {
    const code = asJavaScript(source, file);
    return { code: file.endsWith('.test.ts') ? code : `if (${LOAD}) module.exports = ${LOAD}(${JSON.stringify(file)}); else (function () {${code}\n}).call(this);` };
  },
};
