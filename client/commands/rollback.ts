import type { Command } from 'commander';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { renderSchema } from '../render-schema';
import { ASSOCIATION_WORDS, STATE_WORDS } from '../../domain/words';
import { countOf, formatCount } from '../words';
import type { Migration, PortageClient } from '../portage-client';
import { followToEnd } from './start';

interface RollbackFlags {
  readonly confirm?: string;
  readonly dryRun?: true;
  readonly includeEdited?: true;
  readonly detach?: true;
  readonly json?: true;
}

export function registerRollback(program: Command, context: CommandContext): void {
  program
    .command('rollback')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description('Puts the portal back as it was. Shows what it would do and asks for the run before it acts.')
    .option('--dry-run', 'only show what would be undone')
    .option('--confirm <run>', 'act without asking; must be the id of the run')
    .option('--include-edited', 'undo also records that people have edited since')
    .option('--detach', 'do not follow')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  portage rollback acme-2026 --confirm acme-2026.1\n')
    .action(async (id: string | undefined, flags: RollbackFlags) => {
      await context.withClient((portage) => rollback(portage, id, flags, context));
    });
}

async function rollback(portage: PortageClient, id: string | undefined, flags: RollbackFlags, { terminal, exit }: CommandContext): Promise<void> {
  const migration = await portage.migration(id);
  const { state } = await migration.status();
  if (state === 'rolled-back' || state === 'finalized' || state === 'not-started') {
    throw new CommandError(EXIT.usage, `Run ${migration.run} cannot be rolled back: ${STATE_WORDS[state]}.`, `portage status ${migration.run} shows how it ended; portage list shows the other runs.`);
  }
  const forecast = await assembleRollbackForecast(portage, migration);
  if (flags.dryRun === true) {
    if (flags.json === true) {
      terminal.printJson(forecast);
    } else {
      renderForecast(migration.run, forecast).forEach((line) => terminal.print(line));
    }
    return;
  }
  renderForecast(migration.run, forecast).forEach((line) => terminal.remark(line));
  const confirm = flags.confirm ?? (terminal.interactive ? await terminal.ask(`Type the run's id (${migration.run}) to undo this: `) : '');
  if (confirm !== migration.run) {
    throw new CommandError(terminal.interactive || flags.confirm !== undefined ? EXIT.usage : EXIT.waitsForPerson, confirm === '' ? 'Nothing was undone.' : `Nothing was undone: "${confirm}" is not the id of the run.`, `To undo it, confirm with the run's id: portage rollback ${migration.run} --confirm ${migration.run}`);
  }
  await migration.rollback({ confirm, includeEdited: flags.includeEdited === true });
  if (flags.detach === true) {
    terminal.remark(`Run ${migration.run} is being rolled back. Watch it with portage watch ${migration.run}.`);
    return;
  }
  await untilRollbackBegins(migration);
  await followToEnd(portage, migration, { terminal, exit }, flags.json === true ? 'json' : 'text');
}

/** The signal is taken by the workflow a moment later; following must not see the state from before. */
async function untilRollbackBegins(migration: Migration): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const { state, phase } = await migration.status();
    if (state === 'rolling-back' || state === 'rolled-back' || phase === 'rollback') {
      return;
    }
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

interface RollbackForecast {
  readonly archive: Readonly<Record<string, number>>;
  readonly restore: Readonly<Record<string, number>>;
  readonly removeAssociations: Readonly<Record<string, number>>;
  readonly removeSchema: readonly string[];
  /** Of pipelines, by id: what people see of them. */
  readonly labels: Readonly<Record<string, string>>;
}

async function assembleRollbackForecast(portage: PortageClient, migration: Migration): Promise<RollbackForecast> {
  const [status, schema] = await Promise.all([migration.status(), portage.ledger.schema.read(migration.run)]);
  const some = (entries: readonly (readonly [string, number])[]) => Object.fromEntries(entries.filter(([, count]) => count > 0));
  return {
    archive: some(OBJECT_TYPES.map((type) => [type, status.objects[type]?.created ?? 0])),
    restore: some(OBJECT_TYPES.map((type) => [type, status.objects[type]?.updated ?? 0])),
    removeAssociations: some(ASSOCIATION_TYPES.map((type) => [type, status.associations[type]?.added ?? 0])),
    labels: Object.fromEntries(schema.flatMap(({ kind, name, definition }) => (kind === 'pipeline' ? labelIn(definition).map((label) => [name, `"${label}" (${name})`] as const) : []))),
    removeSchema: schema.filter(({ state }) => state === 'created').map(({ objectType, kind, name }) => `${objectType} ${kind} ${name}`),
  };
}

const labelIn = (definition: unknown): readonly string[] => (typeof definition === 'object' && definition !== null && 'label' in definition && typeof definition.label === 'string' ? [definition.label] : []);

/** Options go with their property where that goes too. */
function withoutOwnOptions(parts: readonly ReturnType<typeof toSchemaPart>[]): readonly ReturnType<typeof toSchemaPart>[] {
  const goes = (objectType: string, property: string): boolean => parts.some((part) => part.kind === 'property' && part.objectType === objectType && part.name === property);
  return parts.filter(({ kind, objectType, name }) => kind !== 'option' || !goes(objectType, name.split(':')[0] ?? ''));
}

function toSchemaPart(text: string): { objectType: string; kind: string; name: string } {
  const [objectType = '', kind = '', ...name] = text.split(' ');
  return { objectType, kind, name: name.join(' ') };
}

function renderForecast(run: string, forecast: RollbackForecast): readonly string[] {
  return [
    `Rolling back run ${run} would`,
    ...Object.entries(forecast.removeAssociations).map(([type, count]) => `  remove ${countOf(count, 'association')} (${ASSOCIATION_TYPES.filter((known) => known === type).map((known) => ASSOCIATION_WORDS[known].toLowerCase()).join()})`),
    ...Object.entries(forecast.restore).map(([type, count]) => `  restore ${formatCount(count)} ${type} that were there before`),
    ...Object.entries(forecast.archive).map(([type, count]) => `  archive ${formatCount(count)} ${type} that the run created`),
    ...(forecast.removeSchema.length === 0 ? [] : ['  remove, where nothing uses it', ...renderSchema(withoutOwnOptions(forecast.removeSchema.map(toSchemaPart)).map((part) => ({ ...part, name: forecast.labels[part.name] ?? part.name }))).map((line) => `    ${line}`)]),
    '  leave alone every record that people have edited since (unless --include-edited); portage report --out lists them',
    'Archived records stay in HubSpot\'s recycle bin for 90 days and come back only through its screens.',
  ];
}
