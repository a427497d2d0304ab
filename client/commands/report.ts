import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import type { Command } from 'commander';
import { unparse } from 'papaparse';
import { OBJECT_TYPES } from '../../domain/object-type';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import type { Migration, PortageClient } from '../portage-client';
import { renderReport } from '../render-report';

export function registerReport(program: Command, context: CommandContext): void {
  program
    .command('report')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description('The report of a run; with --out also as files, with the id map.')
    .option('--json', 'print the report as JSON')
    .option('--out <folder>', 'write report.json and id-map/<objectType>.csv there; the id map is complete to the last settled batch, also in mid-run')
    .addHelpText('after', '\nExample:\n  portage report acme-2026 --out ./report\n')
    .action(async (id: string | undefined, flags: { readonly json?: true; readonly out?: string }) => {
      await context.withClient(async (portage) => {
        const migration = await portage.migration(id);
        const report = await migration.report();
        if (flags.out !== undefined) {
          const folder = resolve(context.folder, flags.out);
          await writeIdMap(portage, migration, folder);
          if (report !== null) {
            await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
          }
          context.terminal.remark(`Written to ${folder}.`);
        }
        if (report === null) {
          if (flags.out !== undefined) {
            return;
          }
          throw new CommandError(EXIT.usage, `Run ${migration.run} has no report yet.`, `portage status ${migration.run} shows where it is; --out writes the id map already.`);
        }
        if (flags.json === true) {
          context.terminal.printJson(report);
        } else {
          renderReport(report).forEach((line) => context.terminal.print(line));
        }
      });
    });
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
