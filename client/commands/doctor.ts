import type { Command } from 'commander';
import { ZodError } from 'zod';
import { loadConfig } from '../config';
import type { CommandContext } from '../context';
import { exitCodeOfLines, looked, problem, type DoctorLine } from '../doctor/doctor-line';
import { lookAtLedger, lookAtSqlite } from '../doctor/look-at-ledger';
import { lookAtDisk, lookAtNode, lookAtTemporalCli } from '../doctor/look-at-machine';
import { lookAtCodec, lookAtPortal, lookAtToken } from '../doctor/look-at-portal';
import { lookAtTemporal } from '../doctor/look-at-temporal';
import { countOf } from '../words';

export function registerDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('Says what is wrong with this set-up: machine, ledger, Temporal, worker, portal. Changes nothing.')
    .option('--json', 'print the lines as JSON')
    .addHelpText('after', '\nExample:\n  portage doctor\n\nEnds with 0 when nothing stands in the way, 3 when something is set up wrongly, 8 when something does not answer.\n')
    .action(async (flags: { readonly json?: true }) => {
      const lines = await examine(context.environment, context.folder);
      if (flags.json === true) {
        context.terminal.printJson({ lines });
      } else {
        render(lines).forEach((line) => context.terminal.print(line));
      }
      context.exit(exitCodeOfLines(lines));
    });
}

/** Every look is made, whatever the others found. */
export async function examine(environment: CommandContext['environment'], folder: string): Promise<readonly DoctorLine[]> {
  const { ledger, lines: settings } = readSettings(environment, folder);
  const found: { ledgerId: string | null } = { ledgerId: null };
  const machine = await looked('Machine', async () => [lookAtNode(process.version), lookAtSqlite(), ...(await lookAtTemporalCli(environment))]);
  const ofLedger = await looked('Ledger', async () => {
    const { lines, ledgerId } = lookAtLedger(ledger);
    found.ledgerId = ledgerId;
    return lines;
  });
  const disk = await looked('Disk', async () => (/^[a-z]+:\/\//i.test(ledger) ? [] : lookAtDisk(ledger)));
  const temporal = await looked('Temporal', () => lookAtTemporal(environment, found.ledgerId));
  const portal = await looked('HubSpot', async () => [lookAtToken(environment), ...(await lookAtPortal(environment)), lookAtCodec(environment)]);
  return [...settings, ...machine, ...ofLedger, ...disk, ...temporal, ...portal];
}

/** Where a setting is wrong, the look at what it is for tells more; here the ledger must be found all the same. */
function readSettings(environment: CommandContext['environment'], folder: string): { readonly ledger: string; readonly lines: readonly DoctorLine[] } {
  try {
    return { ledger: loadConfig(environment, folder).ledger, lines: [] };
  } catch (error) {
    if (!(error instanceof ZodError)) {
      throw error;
    }
    const names = [...new Set(error.issues.map(({ path }) => path.join('.')))];
    const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
    return { ledger: loadConfig(rest, folder).ledger, lines: [problem('Settings', `wrong: ${names.join(', ')}`, '.env.example explains each variable.')] };
  }
}

const MARKS = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' } as const;

function render(lines: readonly DoctorLine[]): readonly string[] {
  const width = Math.max(...lines.map(({ what }) => what.length));
  const count = (verdict: DoctorLine['verdict']): number => lines.filter((line) => line.verdict === verdict).length;
  return [
    ...lines.flatMap(({ verdict, what, found, remedy }) => [`${MARKS[verdict]}  ${what.padEnd(width)}  ${found}`, ...(remedy === null ? [] : [`${' '.repeat(9)}→ ${remedy}`])]),
    '',
    count('problem') > 0 ? `${countOf(count('problem'), 'problem')} to mend${count('warning') > 0 ? `, ${countOf(count('warning'), 'warning')}` : ''}.` : count('warning') > 0 ? `Nothing stands in the way; ${countOf(count('warning'), 'warning')}.` : 'All is well.',
  ];
}
