import { join } from 'node:path';
import ts from 'typescript';
import { readmeScript } from '../support/readme-script';

const ROOT = join(__dirname, '..', '..');

/** What the compiler says of each text, as if it lay in a file in the project's folder: one program, because most of the work is the API that all of them import. */
function problemsOf(...texts: readonly string[]): readonly (readonly string[])[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { readonly config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, ROOT);
  const scripts = new Map(texts.map((text, index) => [join(ROOT, `script-of-the-readme-${index}.ts`), text]));
  const compiling: ts.CompilerOptions = { ...options, noEmit: true, incremental: false };
  delete compiling.tsBuildInfoFile;
  const host = ts.createCompilerHost(compiling);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) => (scripts.has(name) ? ts.createSourceFile(name, scripts.get(name)!, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
  host.fileExists = (name) => scripts.has(name) || fileExists(name);
  const program = ts.createProgram([...scripts.keys()], compiling, host);
  return [...scripts.keys()].map((path) => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

describe('the script in the README', () => {
  it('compiles against the API as it is, and not against another', () => {
    const [asItIs, another] = problemsOf(readmeScript(), readmeScript().replace('.start(', '.begin('));

    expect(asItIs).toEqual([]);
    expect(another).not.toEqual([]);
  }, 120_000);

  it('starts a migration in about ten lines', () => {
    const lines = readmeScript().split('\n').filter((line) => line.trim() !== '');

    expect(lines.length).toBeLessThanOrEqual(12);
    expect(readmeScript()).toContain('.start(');
  });
});
