import { access, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { Option, type Command } from 'commander';
import type { Finding } from '../../domain/finding';
import { proposeMapping, type TypeProposal } from '../../domain/mapping-proposal';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import type { MigrationDefinition } from '../../domain/migration-definition.schema';
import type { PortalSnapshot } from '../../domain/portal-snapshot.schema';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { extendedFile, isMigrationFile, isSimulated, proposedBefore, proposedFile, typesIn, type ProposedFile } from '../../domain/proposed-file';
import type { SourceInspection } from '../../domain/source-inspection';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { remarkNoWorker } from '../no-worker';
import { readEndedLook } from '../ended-look';
import { explainNotStarted } from '../outcome';
import { readDefinition, type PortageClient } from '../portage-client';
import { withRehearsal } from '../rehearsal';
import { renderInit } from '../render-init';

interface InitFlags {
  readonly source: 'salesforce';
  readonly files?: string;
  readonly portal?: string;
  readonly out: string;
  readonly simulate?: true;
  readonly json?: true;
}

export function registerInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .description('Looks at an export and at the portal, and writes a commented migration file with a proposed mapping. On a file that is there it only adds what is new.')
    .addOption(new Option('--source <crm>', 'where the data comes from').choices(['salesforce']).default('salesforce'))
    .option('--files <folder>', 'folder with the exported CSV files or their zips, or such a zip')
    .option('--portal <id>', 'the portal that may be written; the token must be its own')
    .option('--out <file>', 'the migration file', 'migration.yaml')
    .option('--simulate', 'against a simulated portal that is started for it')
    .option('--json', 'print what was proposed as JSON')
    .addHelpText('after', '\nExample:\n  portage init --source salesforce --files ./export\n\nIt needs a worker (portage dev, or --simulate for a look without one). Then: portage check migration.yaml\n')
    .action(async (flags: InitFlags) => {
      const file = resolve(context.folder, flags.out);
      const present = await readPresent(file, flags);
      const definition = present === null ? startingDefinition(file, flags, context.folder) : await readDefinition(file);
      await assertThere(definition.source.files);
      await withRehearsal(context, flags.simulate === true, (rehearsed) => rehearsed.withClient((portage) => init(portage, { file, present, definition, flags }, rehearsed)), null);
    });
}

/** The text of the file that is there; null where there is none. @throws CommandError where it is no migration file */
async function readPresent(file: string, { out, files }: InitFlags): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw new CommandError(EXIT.configuration, `${out} cannot be read.`, 'Check its rights, or name another file with --out.', { cause: error });
  });
  if (text !== null && !isMigrationFile(text)) {
    throw new CommandError(EXIT.configuration, `${out} is there already and is no migration file: nothing was written to it.`, 'Name another file with --out.');
  }
  if (text === null && files === undefined) {
    throw new CommandError(EXIT.usage, 'init needs the folder with the export.', 'For example: portage init --source salesforce --files ./export');
  }
  return text;
}

/** Told before anything is started for it. */
async function assertThere(files: string): Promise<void> {
  await access(files).catch((error: unknown) => {
    throw new CommandError(EXIT.configuration, `The export ${files} is not there, or cannot be read.`, 'Correct --files, or source.files in the migration file: it names the folder with the exported files.', { cause: error });
  });
}

function startingDefinition(file: string, { source, files = '.', portal }: InitFlags, folder: string): MigrationDefinition {
  const parsed = parseMigrationFile(JSON.stringify({ id: migrationId(file), source: { crm: source, files: resolve(folder, files) }, target: { crm: 'hubspot', ...(portal === undefined ? {} : { portal }) } }), file);
  if ('problems' in parsed) {
    throw new CommandError(EXIT.usage, parsed.problems.map(({ message }) => message).join('\n'), '--portal takes the number of the portal.');
  }
  return parsed.definition;
}

/** By the folder of the file: lower-case letters, digits and hyphens, at most 40. */
function migrationId(file: string): string {
  const slug = basename(dirname(file)).normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40).replace(/-+$/, '');
  return slug === '' ? 'migration' : slug;
}

interface InitInput {
  readonly file: string;
  readonly present: string | null;
  readonly definition: MigrationDefinition;
  readonly flags: InitFlags;
}

async function init(portage: PortageClient, input: InitInput, { terminal, exit, folder }: Pick<CommandContext, 'terminal' | 'exit' | 'folder'>): Promise<void> {
  const { file, present, definition, flags } = input;
  const looking = await portage.sample(definition);
  await remarkNoWorker(portage, terminal, 'Waiting for it.');
  await looking.ended();
  const { inspection, snapshot, findings } = await readLook(portage, looking.run);
  if (inspection?.samples === undefined || snapshot === null) {
    const { lines, exitCode } = await explainNotStarted(portage.ledger, looking.run);
    lines.forEach((line) => terminal.print(line));
    terminal.print(present === null ? 'No file was written.' : 'Nothing was added.');
    exit(exitCode);
    return;
  }
  const proposals = proposeMapping({ presets: SALESFORCE_PRESETS, inspection, portals: snapshot.objects, mappings: definition.objects, proposedBefore: proposedBefore(present ?? '') });
  const proposed = present === null ? newFile(input, { inspection, snapshot, findings, proposals }, folder) : extendedFile(present, proposals, typesIn(present));
  assertKept(proposed, definition, file);
  if (proposed.text !== present) {
    await write(file, proposed.text, present);
  }
  if (flags.json === true) {
    terminal.printJson({ file, written: present === null ? 'new' : proposed.text === present ? 'unchanged' : 'added', added: proposed.added, skipped: proposed.skipped, proposals });
  } else {
    const command = flags.simulate === true ? `${flags.out} --simulate` : flags.out;
    renderInit({ out: flags.out, isNew: present === null, isChanged: proposed.text !== present, proposed, proposals, unread: inspection.unread, next: `portage check ${command}` }).forEach((line) => terminal.print(line));
  }
}

async function readLook({ ledger }: PortageClient, run: string): Promise<{ readonly inspection: SourceInspection | null; readonly snapshot: PortalSnapshot | null; readonly findings: readonly Finding[] }> {
  const { stagingId } = await readEndedLook(ledger, run);
  return { inspection: await ledger.staging.readInspection(stagingId), snapshot: (await ledger.plans.readSnapshot(stagingId))?.snapshot ?? null, findings: await ledger.runs.readFindings(run) };
}

function newFile({ file, definition, flags }: InitInput, look: { readonly inspection: SourceInspection; readonly snapshot: PortalSnapshot; readonly findings: readonly Finding[]; readonly proposals: readonly TypeProposal[] }, folder: string): ProposedFile {
  const { inspection, snapshot, findings, proposals } = look;
  const isFilled = (column: string): boolean => inspection.objects.some(({ object, files }) => object === 'Opportunity' && files.some(({ columns }) => columns.some(({ name, filledCount }) => name === column && filledCount > 0)));
  const head = {
    id: definition.id,
    files: besideFile(dirname(file), resolve(folder, flags.files ?? '.')),
    portalId: isSimulated(findings) ? null : snapshot.portalId,
    currency: isFilled('Amount') && !isFilled('CurrencyIsoCode') ? ('needed' as const) : ('told' as const),
    snapshot,
  };
  return proposedFile(head, proposals);
}

/** A path as a migration file names it: from its own folder, with slashes. */
function besideFile(from: string, folder: string): string {
  const path = relative(from, folder);
  return isAbsolute(path) ? folder : `./${path.split(sep).join('/')}`.replace(/^\.\/\.\./, '..');
}

/** What was said stays said: a file that no longer reads as before would be a bug, and is not written. */
function assertKept({ text }: ProposedFile, before: MigrationDefinition, file: string): void {
  const parsed = parseMigrationFile(text, file);
  const lost = 'problems' in parsed ? parsed.problems.map(({ line, message }) => `line ${line}: ${message}`) : Object.entries(before.objects).flatMap(([type, { properties }]) => Object.entries(properties).filter(([property, given]) => JSON.stringify(Object.entries(parsed.definition.objects).find(([name]) => name === type)?.[1].properties[property]) !== JSON.stringify(given)).map(([property]) => `objects.${type}.properties.${property}`));
  if (lost.length > 0) {
    throw new Error(`The proposed file does not read as it should, so that nothing was written: ${lost.join('; ')}`);
  }
}

/** A new file never replaces one that appeared meanwhile; one that is there is replaced whole or not at all. */
async function write(file: string, text: string, present: string | null): Promise<void> {
  if (present === null) {
    await writeFile(file, text, { flag: 'wx' });
    return;
  }
  const { mode } = await stat(file);
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}
