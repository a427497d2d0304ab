import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startStack, type LocalStack } from '../../local/stack';
import type { Fingerprint } from '../../simulator/control-plane';
import { CommandError, EXIT } from '../command-error';
import type { CommandContext } from '../context';
import { followMigration } from '../follow';
import type { MigrationStatus } from '../migration-status';
import { exitCodeOf } from '../outcome';
import type { Migration, PortageClient } from '../portage-client';
import { renderReport } from '../render-report';
import { withPortage } from '../with-portage';
import { formatDuration } from '../words';
import { webUiPage } from './open';

interface DemoFlags {
  readonly keep?: true;
  readonly kill?: true;
  readonly rollback?: true;
  readonly json?: true;
}

const SAMPLE = join(__dirname, '..', '..', 'samples', 'salesforce-npsp-1k.migration.yaml');
/** The same latencies each time, so that two demos can be compared. */
const SEED = 20261122;

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('Moves a real Salesforce export into a simulated HubSpot, through a real Temporal server, and leaves nothing running.')
    .option('--keep', 'leave the Web UI and the simulated portal up until Ctrl-C')
    .option('--kill', 'kill the worker in the middle; the migration goes on')
    .option('--rollback', 'undo everything at the end and compare the portal with how it was')
    .option('--json', 'print only the final report, as JSON')
    .addHelpText('after', '\nExample:\n  portage demo --kill --rollback\n')
    .action(async (flags: DemoFlags) => {
      const folder = await mkdtemp(join(tmpdir(), 'portage-demo-'));
      try {
        await demo(folder, flags, context);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}

async function demo(folder: string, flags: DemoFlags, { terminal, exit }: CommandContext): Promise<void> {
  const say = (line = '') => {
    if (flags.json !== true) {
      terminal.remark(line);
    }
  };
  say('Starts Temporal, a simulated HubSpot portal and a worker, all on this machine:');
  const startedAt = Date.now();
  const stack = await startStack({ folder, latency: 'realistic', tier: 'professional', seed: SEED, onStep: (line) => say(`  ${line}`) });
  try {
    await withPortage({ environment: stack.environment, folder, userConfigFile: 'ignore' }, async (portage) => {
      const before = await fingerprint(stack);
      const migration = await portage.start(SAMPLE);
      const page = webUiPage({ TEMPORAL_ADDRESS: stack.environment['TEMPORAL_ADDRESS'], TEMPORAL_UI_URL: stack.uiUrl ?? undefined }, migration.run);
      say(`\nMoves samples/salesforce-npsp-1k (a Salesforce export of 1,223 accounts, 1,024 contacts, 1,517 opportunities), run ${migration.run}.\nIn the browser while it runs: ${page}\n`);
      const status = await followMigration(migration, flags.json === true ? silent(terminal) : terminal, flags.kill === true ? { onStatus: killOnce(stack, say) } : {});
      const report = await migration.report();
      if (report === null) {
        throw new CommandError(EXIT.bug, `The demo ended as ${status.state} without a report.`, `Its logs were: ${folder}. Please report this with the output above.`);
      }
      if (flags.json === true) {
        terminal.printJson(report);
      } else {
        renderReport(report).forEach((line) => terminal.print(line));
      }
      exit(await exitCodeOf(status, portage.ledger));
      if (flags.rollback === true) {
        await rollBackAndCompare(portage, migration, stack, before, say, exit);
      }
      say(`\nTook ${formatDuration(Date.now() - startedAt)} in all.`);
      if (flags.keep === true) {
        say(`\nWeb UI: ${page}\nSimulated portal: ${stack.simulatorUrl}\nCtrl-C ends both.`);
        await interrupted();
      } else {
        say('Nothing is left running. portage demo --keep leaves the Web UI up to look at; --kill and --rollback show more.\nNext: README, "First migration".');
      }
    });
  } finally {
    await stack.stop();
  }
}

/** Kills the worker at the first sight of contacts being written, and starts another. */
function killOnce(stack: LocalStack, say: (line: string) => void): (status: MigrationStatus) => Promise<void> {
  let killed = false;
  return async (status) => {
    const done = status.objects.contacts === undefined ? 0 : status.objects.contacts.created;
    if (killed || (status.phase === 'contacts' && done === 0) || !['contacts', 'deals'].includes(status.phase)) {
      return;
    }
    killed = true;
    await stack.worker().kill();
    say(`\nKilled the worker (kill -9) with ${done} contacts written. Starting another.\n`);
    await stack.startWorker();
  };
}

async function rollBackAndCompare(portage: PortageClient, migration: Migration, stack: LocalStack, before: string, say: (line?: string) => void, exit: (code: number) => void): Promise<void> {
  say('\nRolling back:');
  await migration.rollback({ confirm: migration.run });
  let state = (await migration.status()).state;
  while (state !== 'rolled-back') {
    await new Promise((wake) => setTimeout(wake, 300));
    state = (await migration.status()).state;
  }
  const after = await fingerprint(stack);
  for (const [type, tally] of Object.entries(await portage.ledger.facts.undoTally(migration.run))) {
    say(`  ${type}: ${Object.entries(tally).map(([word, count]) => `${count} ${word}`).join(', ')}`);
  }
  say(`  Fingerprint of the portal before: ${before}\n  Fingerprint of the portal now:    ${after}\n  ${before === after ? 'The portal is as it was.' : 'THE PORTAL DIFFERS FROM HOW IT WAS.'}`);
  if (before !== after) {
    exit(EXIT.differs);
  }
}

async function fingerprint(stack: LocalStack): Promise<string> {
  const reply = await fetch(`${stack.simulatorUrl}/_simulator/fingerprint`);
  return parseFingerprint(await reply.json()).sha256;
}

function parseFingerprint(body: unknown): Pick<Fingerprint, 'sha256'> {
  if (typeof body === 'object' && body !== null && 'sha256' in body && typeof body.sha256 === 'string') {
    return { sha256: body.sha256 };
  }
  throw new CommandError(EXIT.bug, 'The simulator gave no fingerprint.', 'Please report this.');
}

function silent(terminal: CommandContext['terminal']): CommandContext['terminal'] {
  return { ...terminal, interactive: false, remark: () => undefined };
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
