import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { OBJECT_TYPES, ASSOCIATION_TYPES } from '../../domain/object-type';
import { OVER_STATES } from '../../domain/phase';
import type { CommandContext } from '../context';
import { describeReason } from '../follow';
import { ENDED_STATES, type MigrationStatus } from '../migration-status';
import { changesAsCsv, renderRecordDrift } from '../render-record-drift';
import { renderUndo } from '../render-undo';
import { formatTable } from '../table';
import { ASSOCIATION_WORDS, OBJECT_WORDS, PHASE_WORDS, STATE_WORDS } from '../../domain/words';
import { countOf, describeInDoubt, formatCount, formatInstant } from '../words';
import { followToEnd } from './start';

/** Enough of a digest to name a plan by: `start --plan` takes it. */
const SHORT_DIGEST = 12;
const NO_DRIFT = { changed: 0, written: 0, groups: [] };

interface JsonFlag {
  readonly json?: true;
}

export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .argument('[id]', 'migration or run; may be left out while there is one migration')
    .description('Where a migration is, what it waits for, when it will be done. Works with no worker running.')
    .option('--json', 'print the status as JSON')
    .option('--changes <file>', 'write the records that got another verdict since the plan was made: JSON where the name ends so, else CSV')
    .addHelpText('after', '\nExample:\n  portage status acme-2026\n')
    .action(async (id: string | undefined, flags: JsonFlag & { readonly changes?: string }) => {
      await context.withClient(async (portage) => {
        const migration = await portage.migration(id);
        const plan = await portage.ledger.plans.read(migration.row.stagingId);
        if (flags.changes !== undefined) {
          const changes = await portage.ledger.drift.readVerdictChanges(migration.run);
          await writeFile(flags.changes, flags.changes.endsWith('.json') ? `${JSON.stringify(changes, null, 2)}\n` : changesAsCsv(changes), { mode: 0o600 });
          context.terminal.remark(`Written to ${flags.changes}: ${countOf(changes.length, 'record')}.`);
        }
        const [status, live, worker, workflow] = await Promise.all([migration.status(), migration.live(), portage.hasWorker().catch(() => null), migration.workflow()]);
        const needsRecovery = workflow === 'gone' && !OVER_STATES.includes(status.state);
        if (flags.json === true) {
          context.terminal.printJson({ ...status, expectedEnd: live?.expectedEnd ?? null, worker: worker === null ? 'temporal-unreachable' : worker ? 'polling' : 'none', needsRecovery });
          return;
        }
        if (worker === null) {
          context.terminal.print(`Temporal does not answer at ${context.environment['TEMPORAL_ADDRESS'] ?? 'localhost:7233'}: nothing moves, and this is what the ledger knows. Start it with portage dev, or set TEMPORAL_ADDRESS.`);
        } else if (!worker && !ENDED_STATES.has(status.state) && !needsRecovery) {
          context.terminal.print('No worker of this ledger polls: nothing moves until one runs (portage worker, or portage dev).');
        }
        renderStatus(status, Date.now()).forEach((line) => context.terminal.print(line));
        renderRecordDrift(plan?.recordDrift ?? NO_DRIFT).forEach((line) => context.terminal.print(line));
        if (['rolling-back', 'rolled-back'].includes(status.state) || status.phase === 'rollback') {
          ['', ...renderUndo(await portage.ledger.facts.undoTally(migration.run), await portage.ledger.schema.read(migration.run))].forEach((line) => context.terminal.print(line));
        }
        if (live?.expectedEnd !== null && live?.expectedEnd !== undefined) {
          context.terminal.print(`Expected end: ${formatInstant(live.expectedEnd)}`);
        }
        if (worker !== null && needsRecovery) {
          context.terminal.print(`Temporal has no open workflow of this run: nothing moves until it is recovered (portage recover ${migration.run}).`);
        }
      });
    });
}

export function registerWatch(program: Command, context: CommandContext): void {
  program
    .command('watch')
    .argument('[id]', 'migration or run')
    .description('Follows a migration to its end; Ctrl-C leaves it running.')
    .option('--json', 'print the final report as JSON')
    .addHelpText('after', '\nExample:\n  portage watch acme-2026\n')
    .action(async (id: string | undefined, flags: JsonFlag) => {
      await context.withClient(async (portage) => followToEnd(portage, await portage.migration(id), context, flags.json === true ? 'json' : 'text'));
    });
}

export function registerList(program: Command, context: CommandContext): void {
  program
    .command('list')
    .description('All runs in the ledger, newest first.')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  portage list\n')
    .action(async (flags: JsonFlag) => {
      await context.withClient(async (portage) => {
        const rows = await portage.list();
        const plans = await Promise.all(rows.map(({ stagingId }) => portage.ledger.plans.read(stagingId)));
        if (flags.json === true) {
          context.terminal.printJson(rows.map(({ run, migrationId, kind, state, phase, portalId, createdAt, endedAt }, at) => ({ run, migration: migrationId, kind, state, phase, portalId, createdAt, endedAt, planDigest: plans[at]?.digest ?? null })));
        } else if (rows.length === 0) {
          context.terminal.print('No migration yet. Begin with: portage init --files ./export (or portage demo)');
        } else {
          formatTable([['Run', 'what', 'started', 'plan', 'state'], ...rows.map((row, at) => [row.run, row.kind === 'migration' ? 'start' : plans[at] ? 'plan' : 'check, init or plan', formatInstant(row.createdAt), plans[at]?.digest.slice(0, SHORT_DIGEST) ?? '', STATE_WORDS[row.state]])], 'left').forEach((line) => context.terminal.print(line));
        }
      });
    });
}

export function renderStatus(status: MigrationStatus, nowMs: number): readonly string[] {
  const rows = [
    ...OBJECT_TYPES.flatMap((type) => {
      const tally = status.objects[type];
      return tally === undefined ? [] : [[OBJECT_WORDS[type], tally.source, tally.created + tally.updated + tally.unchanged, tally.folded, tally.leftOut, tally.refused, tally.inDoubt, tally.pending]];
    }),
    ...ASSOCIATION_TYPES.flatMap((type) => {
      const tally = status.associations[type];
      return tally === undefined ? [] : [[ASSOCIATION_WORDS[type], tally.source, tally.added + tally.alreadyThere, tally.duplicate + tally.selfLink, tally.missingEnd + tally.endNotWritten, tally.refused, tally.inDoubt, tally.pending]];
    }),
  ];
  const { lastError, inDoubt } = status;
  return [
    `Run ${status.run}: ${STATE_WORDS[status.state]}${status.endedAt === null ? ` (${PHASE_WORDS[status.phase]})` : ''}`,
    ...status.reasons.flatMap((reason) => [`  waits since ${formatInstant(reason.since)}: ${describeReason(reason)}`, `    → ${reason.remedy}`]),
    ...(rows.length === 0 ? [] : ['', ...formatTable([['', 'in source', status.phase === 'rollback' || status.state === 'rolled-back' ? 'written before' : 'there', 'combined', 'skipped', 'failed', 'in doubt', 'to do'], ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell)))]), '']),
    `Calls: ${formatCount(status.calls.made)}${status.calls.forecast === null || status.phase === 'open' || status.phase === 'rollback' ? '' : ` of about ${formatCount(status.calls.forecast)}`}${status.quota.dailyRemaining === null ? '' : `; ${formatCount(status.quota.dailyRemaining)} left today`}`,
    ...(lastError === null ? [] : [`Last error: ${lastError.type} ${lastError.code} at ${formatInstant(lastError.at)}`]),
    ...inDoubt.map((each) => describeInDoubt(each, nowMs)),
    ...(inDoubt.length === 0 ? [] : ['  It is looked up in the portal before anything is sent again.']),
  ];
}
