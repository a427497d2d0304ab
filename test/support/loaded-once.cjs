/** A library is loaded by Node itself, once for all suites of a process: to load them anew takes jest up to a second a suite. Outside suites it is what it was. */
const LOAD = "globalThis[Symbol.for('portage.load')]";

module.exports = {
  process: (source, file) => ({ code: `if (${LOAD}) module.exports = ${LOAD}(${JSON.stringify(file)}); else (function () {${source}\n}).call(this);` }),
};
