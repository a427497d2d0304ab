import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import type { CommandContext } from '../context';
import { workflowIds } from '../../workflows/messages';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

export function registerOpen(program: Command, context: CommandContext): void {
  program
    .command('open')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description("Opens the run's page in Temporal's Web UI.")
    .option('--json', 'only print the address, as JSON')
    .addHelpText('after', '\nExample:\n  portage open acme-2026\n')
    .action(async (id: string | undefined, flags: { readonly json?: true }) => {
      await context.withClient(async (portage) => {
        const { run } = await portage.migration(id);
        const url = webUiPage(context.environment, run);
        if (flags.json === true) {
          context.terminal.printJson({ url });
          return;
        }
        context.terminal.print(url);
        const opener = OPENERS[process.platform];
        if (opener !== undefined && context.terminal.interactive) {
          // No desktop is no failure: the address is printed.
          spawn(opener, [url], { stdio: 'ignore', detached: true }).on('error', () => undefined).unref();
        }
      });
    });
}

/** The development server shows its UI 1,000 ports above its own; other servers say where in TEMPORAL_UI_URL. */
export function webUiPage(environment: Readonly<Record<string, string | undefined>>, run: string): string {
  const address = environment['TEMPORAL_ADDRESS'] ?? 'localhost:7233';
  const [host = 'localhost', port = '7233'] = address.split(':');
  const base = environment['TEMPORAL_UI_URL'] ?? `http://${host}:${Number(port) + 1000}`;
  const namespace = environment['TEMPORAL_NAMESPACE'] ?? 'default';
  return `${base}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowIds.migration(run))}`;
}
