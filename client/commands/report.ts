import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import type { Command } from 'commander';
import { unparse } from 'papaparse';
import { OBJECT_TYPES } from '../../domain/object-type';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { openCsv } from '../csv-file';
import type { Migration, PortageClient } from '../portage-client';
import { renderReport } from '../render-report';
import { renderUndo } from '../render-undo';

/** Verify stops listing long before; a file with more helps nobody. */
const MAX_DIFFERENCES = 100_000;
/** More than one in ten of the largest migration: such a run pauses long before. */
const MAX_REFUSALS = 100_000;
/** Read at once. */
const PAGE_RECORDS = 1_000;
/** As many as of differences: a file with more helps nobody. */
const MAX_KEPT = 100_000;

export function registerReport(program: Command, context: CommandContext): void {
  program
    .command('report')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description('The report of a run; with --out also as files, with the id map.')
    .option('--json', 'print the report as JSON')
    .option('--out <folder>', 'write there report.json, id-map/<objectType>.csv (complete to the last settled batch, also in mid-run), differences.csv (what verify found), refused.csv (what the portal refused, in its words), skipped.csv (what was not sent, with reason and property) and, after a rollback, kept.csv (what it left alone)')
    .addHelpText('after', '\nExample:\n  portage report acme-2026 --out ./report\n')
    .action(async (id: string | undefined, flags: { readonly json?: true; readonly out?: string }) => {
      await context.withClient(async (portage) => {
        const migration = await portage.migration(id);
        const report = await migration.report();
        const { state, phase } = await migration.status();
        const isUndone = state === 'rolled-back' || phase === 'rollback';
        if (flags.out !== undefined) {
          const folder = resolve(context.folder, flags.out);
          await writeIdMap(portage, migration, folder);
          await writeDifferences(portage, migration, folder);
          await writeRefused(portage, migration, folder);
          await writeSkipped(portage, migration, folder);
          await writeKept(portage, migration, folder);
          if (report !== null) {
            await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
          }
        }
        const written = (): void => (flags.out === undefined ? undefined : context.terminal.remark(`Written to ${resolve(context.folder, flags.out)}: report.json, id-map/, differences.csv, refused.csv, skipped.csv${isUndone ? ', kept.csv' : ''}.`));
        if (report === null) {
          if (flags.out !== undefined) {
            return written();
          }
          throw new CommandError(EXIT.usage, `Run ${migration.run} has no report yet.`, `portage status ${migration.run} shows where it is; --out writes the id map already.`);
        }
        if (flags.json === true) {
          context.terminal.printJson(report);
        } else {
          renderReport(report, state).forEach((line) => context.terminal.print(line));
          if (isUndone) {
            ['', ...renderUndo(await portage.ledger.facts.undoTally(migration.run), await portage.ledger.schema.read(migration.run))].forEach((line) => context.terminal.print(line));
          }
        }
        written();
      });
    });
}

/** What verify found, without values: those stay in the ledger. */
async function writeDifferences(portage: PortageClient, migration: Migration, folder: string): Promise<void> {
  const found = await portage.ledger.facts.readDifferences(migration.run, MAX_DIFFERENCES);
  const rows = found.map(({ kind, objectType, sourceId, targetId, property, cause }) => [kind, objectType, sourceId, targetId, property, cause]);
  await writeFile(join(folder, 'differences.csv'), `${unparse({ fields: ['kind', 'type', 'source_id', 'target_id', 'property', 'cause'], data: rows }, { newline: '\n' }).trimEnd()}\n`, { mode: 0o600 });
}

/** What the portal refused, in its own words, also in mid-run: they may quote a record. */
async function writeRefused(portage: PortageClient, migration: Migration, folder: string): Promise<void> {
  const named = await portage.ledger.facts.readRefusals(migration.run, MAX_REFUSALS);
  const rows = named.map(({ workType, ordinal, sourceId, refusal: { code, category, property, message, correlationId } }) => [workType, ordinal, sourceId, category ?? '', code, property, message, correlationId]);
  await writeFile(join(folder, 'refused.csv'), `${unparse({ fields: ['type', 'ordinal', 'source_id', 'category', 'code', 'property', 'message', 'correlation_id'], data: rows }, { newline: '\n', escapeFormulae: true }).trimEnd()}\n`, { mode: 0o600 });
}

/** What was left out by the plan, in source order: never a value, but the properties whose values did not fit. */
async function writeSkipped(portage: PortageClient, migration: Migration, folder: string): Promise<void> {
  const { stagingId } = (await portage.ledger.runs.find(migration.run)) ?? migration.row;
  const file = await openCsv(join(folder, 'skipped.csv'), ['type', 'ordinal', 'source_object', 'source_id', 'reason', 'code', 'properties']);
  try {
    for (const objectType of OBJECT_TYPES) {
      for (let after = -1; ; ) {
        const page = await portage.ledger.plans.readRecords(stagingId, objectType, after, PAGE_RECORDS);
        const last = page.at(-1);
        if (last === undefined) {
          break;
        }
        after = last.ordinal;
        const skipped = page.filter(({ action }) => action === 'left-out');
        await file.write(skipped.map(({ ordinal, sourceObject, sourceId, reason, reasonCode, cells }) => [objectType, ordinal, sourceObject, sourceId, reason, reasonCode, [...new Set(cells.filter(({ verdict }) => verdict === 'dropped').map(({ property }) => property))].join(' ')]));
      }
    }
  } finally {
    await file.close();
  }
}

/** Records that a rollback left alone or could not undo whole, and why. */
async function writeKept(portage: PortageClient, migration: Migration, folder: string): Promise<void> {
  const { state, phase } = await migration.status();
  if (state !== 'rolled-back' && phase !== 'rollback') {
    return;
  }
  const { records } = await portage.ledger.facts.readKept(migration.run, MAX_KEPT);
  const rows = records.map(({ objectType, sourceId, targetId, why }) => [objectType, sourceId, targetId, why]);
  await writeFile(join(folder, 'kept.csv'), `${unparse({ fields: ['type', 'source_id', 'target_id', 'why'], data: rows }, { newline: '\n' }).trimEnd()}\n`, { mode: 0o600 });
}

async function writeIdMap(portage: PortageClient, migration: Migration, folder: string): Promise<void> {
  await mkdir(join(folder, 'id-map'), { recursive: true });
  for (const objectType of OBJECT_TYPES) {
    const file = createWriteStream(join(folder, 'id-map', `${objectType}.csv`), { mode: 0o600 });
    file.write('source_id,target_id,origin\n');
    for await (const pairs of portage.ledger.facts.streamIdMap(migration.run, objectType)) {
      const text = unparse(pairs.map(([sourceId, targetId, origin]) => [sourceId, targetId, origin === 'c' ? 'created' : 'matched']), { newline: '\n' });
      if (!file.write(`${text}\n`)) {
        await once(file, 'drain');
      }
    }
    file.end();
    await once(file, 'finish');
  }
}
