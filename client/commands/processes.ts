import { Argument, type Command, Option } from 'commander';
import { runInForeground } from '../../local/foreground';
import { SIMULATED_TOKEN } from '../../local/stack';
import type { CommandContext } from '../context';
import { parsePort } from '../parse-port';

/** `worker` and `simulate` are programs of their own: the command line starts them in its place and hands over the terminal. */
export function registerProcesses(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .description('Runs a worker: it does the work of every migration in its ledger.')
    .option('--json', 'print the ready line as JSON only')
    .addHelpText('after', '\nExample:\n  HUBSPOT_ACCESS_TOKEN=… portage worker\n')
    .action(async () => context.exit(await runInForeground('worker/main', [], context.environment)));
  program
    .command('simulate')
    .addArgument(new Argument('[vendor]', 'which CRM').choices(['hubspot']).default('hubspot'))
    .description('Runs a simulated CRM over HTTP.')
    .option('--port <port>', 'port on loopback; 0 = any free one', parsePort, 4010)
    .option('--portal <file>', 'a portal to begin with, as JSON')
    .addOption(new Option('--latency <profile>', 'how long answers take').choices(['none', 'realistic']).default('realistic'))
    .addOption(new Option('--tier <tier>', 'whose limits').choices(['free', 'starter', 'professional', 'enterprise']).default('professional'))
    .option('--json', 'print the ready line as JSON only')
    .addHelpText('after', `\nExample:\n  portage simulate hubspot --port 4010\n  HUBSPOT_BASE_URL=http://127.0.0.1:4010 HUBSPOT_ACCESS_TOKEN=${SIMULATED_TOKEN} portage dev     in another terminal: a worker that the portal outlives\n`)
    .action(async (vendor: string, flags: { port: number; portal?: string; latency: string; tier: string }) => {
      const portal = flags.portal === undefined ? [] : ['--portal', flags.portal];
      context.exit(await runInForeground('simulator/main', [vendor, '--port', String(flags.port), '--latency', flags.latency, '--tier', flags.tier, ...portal], context.environment));
    });
}
