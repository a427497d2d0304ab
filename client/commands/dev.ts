import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ChildExit } from '../../local/child-process';
import { findTemporalCli } from '../../local/temporal-cli';
import { loadLocalConfig } from '../../local/config';
import { startSimulatorProcess } from '../../local/simulator-process';
import { SIMULATED_TOKEN, simulatorArguments } from '../../local/stack';
import { connectToTemporal, startTemporalServer } from '../../local/temporal-server';
import { startWorkerProcess } from '../../local/worker-process';
import { CommandError, EXIT } from '../command-error';
import { loadConfig } from '../config';
import type { CommandContext } from '../context';
import { lookAtToken } from '../doctor/look-at-portal';
import { parsePort } from '../parse-port';

interface DevFlags {
  readonly simulate?: true;
  readonly temporalPort?: number;
  readonly uiPort: number;
  readonly simulatorPort: number;
}

/** The variables that steer a worker; a process that we start gets these and no other of them. */
const WORKER_VARIABLES = /^(HUBSPOT|TEMPORAL|PORTAGE)_/;

export function registerDev(program: Command, context: CommandContext): void {
  program
    .command('dev')
    .description('Runs Temporal with its Web UI and a worker on this machine until Ctrl-C; migrations survive a stop (with --simulate the portal does not: it lives in memory).')
    .option('--simulate', 'also a simulated HubSpot, and the worker works against it')
    .option('--temporal-port <port>', "port of Temporal's server (default: the one in TEMPORAL_ADDRESS, or 7233)", parsePort)
    .option('--ui-port <port>', "port of Temporal's Web UI", parsePort, 8233)
    .option('--simulator-port <port>', 'port of the simulated HubSpot', parsePort, 4010)
    .option('--json', 'print addresses as JSON')
    .addHelpText('after', '\nExample:\n  portage dev --simulate\n')
    .action(async (flags: DevFlags & { readonly json?: true }) => dev(flags, context, flags.json === true ? 'json' : 'text'));
}

async function dev(flags: DevFlags, { terminal, environment, folder }: CommandContext, format: 'json' | 'text'): Promise<void> {
  const config = loadConfig(environment, folder);
  const home = resolve(folder, '.portage');
  const running: { stop(): Promise<unknown> }[] = [];
  const watched: (readonly [string, Promise<ChildExit>, string])[] = [];
  try {
    // The port that was asked for counts more than an address that was exported for another folder.
    const address = flags.temporalPort === undefined ? (environment['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233') : `127.0.0.1:${flags.temporalPort}`;
    let uiUrl: string | null = null;
    if (await answers(address)) {
      terminal.remark(`Uses the Temporal server that already listens at ${address}, with whatever others run on it; for one of this folder's own: --temporal-port and --ui-port.`);
    } else {
      const port = portOnThisMachine(address);
      const cli = await findTemporalCli(loadLocalConfig(environment));
      terminal.remark(cli.told);
      const server = await startTemporalServer({ cli: cli.path, database: { kind: 'file', path: join(home, 'temporal.db') }, port, uiPort: flags.uiPort, logFile: join(home, 'temporal.log') });
      running.push(server);
      watched.push(["Temporal's server", server.exited, join(home, 'temporal.log')]);
      uiUrl = server.uiUrl;
    }
    const simulator = flags.simulate === true ? await startSimulatorProcess({ port: flags.simulatorPort, portOption: '--simulator-port', arguments: simulatorArguments({ latency: 'realistic' }), logFile: join(home, 'simulator.log') }) : null;
    if (simulator !== null) {
      running.push(simulator);
      watched.push(['The simulated HubSpot', simulator.exited, join(home, 'simulator.log')]);
    }
    const given = Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (WORKER_VARIABLES.test(name) && value !== undefined ? [[name, value]] : [])));
    const worker = await startWorkerProcess({
      temporalAddress: address,
      ledger: config.ledger,
      environment: { ...given, PORTAGE_LEDGER: config.ledger, TEMPORAL_ADDRESS: address, ...(simulator === null ? {} : { HUBSPOT_BASE_URL: simulator.url, HUBSPOT_ACCESS_TOKEN: SIMULATED_TOKEN }) },
      logFile: join(home, 'worker.log'),
    });
    running.push(worker);
    watched.push(['The worker', worker.exited, join(home, 'worker.log')]);
    if (format === 'json') {
      terminal.printJson({ temporal: address, ui: uiUrl, simulator: simulator?.url ?? null, ledger: config.ledger });
    } else {
      terminal.print(`Temporal   ${address}${uiUrl === null ? '' : `\nWeb UI     ${uiUrl}`}${simulator === null ? '' : `\nHubSpot    ${simulator.url} (simulated)`}\nLedger     ${config.ledger}\nLogs       ${home}`);
      if (address !== '127.0.0.1:7233') {
        terminal.print(`In the other terminal first:\n  export TEMPORAL_ADDRESS=${address}${uiUrl === null ? '' : ` TEMPORAL_UI_URL=${uiUrl}`}`);
      }
      const token = lookAtToken(environment);
      if (simulator === null && token.verdict !== 'ok') {
        terminal.print(`WARNING  No token for the portal: ${token.found}\n         → ${token.remedy ?? ''}`);
      }
      terminal.print('Ready. In another terminal, in this folder: portage init --files ./export writes a migration file; then portage check, plan and start. Ctrl-C ends this; ' + (simulator === null ? 'what runs goes on when it is started again.' : 'the simulated portal ends with it and is empty at the next start: remove the folder .portage before you rehearse again.'));
    }
    const ended = await Promise.race([interrupted(), ...watched.map(([name, exited, log]) => exited.then(({ signal }) => ({ name, log, signal })))]);
    if (ended !== 'interrupted') {
      throw new CommandError(EXIT.unreachable, `${ended.name} ${ended.signal === null ? 'ended' : `was ended by ${ended.signal}`}, and all else is stopped with it.`, `Start this again: what runs goes on where it was. Its log: ${ended.log}`);
    }
  } finally {
    for (const part of running.reverse()) {
      await part.stop();
    }
  }
}

/** @throws CommandError for an address of another machine: a server cannot be started there */
function portOnThisMachine(address: string): number {
  const [, port] = /^(?:127\.0\.0\.1|localhost):(\d+)$/.exec(address) ?? [];
  if (port === undefined) {
    throw new CommandError(EXIT.unreachable, `Temporal does not answer at ${address} (TEMPORAL_ADDRESS).`, 'Start it there, or take the variable away: then one is started on this machine.');
  }
  return Number(port);
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await connectToTemporal(address, 1000);
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

function interrupted(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve('interrupted'));
    }
  });
}
