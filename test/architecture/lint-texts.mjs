// Lints texts as if they were files of the project: [{ file, text }] as JSON on stdin → [[rule or message, …], …] on stdout.
// A process of its own, because a test runner's sandbox cannot load the linter's configuration, which is an ES module.
import { ESLint } from 'eslint';
import { text } from 'node:stream/consumers';

const eslint = new ESLint({ cwd: process.argv[2] });
const found = [];
for (const { file, text: source } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source, { filePath: file });
  found.push(result.messages.filter(({ severity }) => severity === 2).map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(found));
