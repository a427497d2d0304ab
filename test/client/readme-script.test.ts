import { join } from 'node:path';
import ts from 'typescript';
import { readmeScript } from '../support/readme-script';

const ROOT = join(__dirname, '..', '..');

/** What the compiler says of a file that is not there, as if it lay in the project's folder. */
function problemsOf(text: string): readonly string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { readonly config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, ROOT);
  const path = join(ROOT, 'script-of-the-readme.ts');
  const compiling: ts.CompilerOptions = { ...options, noEmit: true, incremental: false };
  delete compiling.tsBuildInfoFile;
  const host = ts.createCompilerHost(compiling);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) => (name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
  host.fileExists = (name) => name === path || fileExists(name);
  const program = ts.createProgram([path], compiling, host);
  const source = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the script in the README', () => {
  it('compiles against the API as it is', () => {
    expect(problemsOf(readmeScript())).toEqual([]);
  }, 120_000);

  it('would not compile against another API', () => {
    expect(problemsOf(readmeScript().replace('.start(', '.begin('))).not.toEqual([]);
  }, 120_000);

  it('starts a migration in about ten lines', () => {
    const lines = readmeScript().split('\n').filter((line) => line.trim() !== '');

    expect(lines.length).toBeLessThanOrEqual(12);
    expect(readmeScript()).toContain('.start(');
  });
});
