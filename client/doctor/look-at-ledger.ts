import { examineLedger, sqliteDriverFailure, type LedgerExamination } from '../../ledger/examine-ledger';
import { countOf, formatCount } from '../words';
import { ok, problem, unreachable, warning, type DoctorLine } from './doctor-line';

export function lookAtSqlite(): DoctorLine {
  const failure = sqliteDriverFailure();
  return failure === null
    ? ok('better-sqlite3', 'loads')
    : problem('better-sqlite3', `does not load: ${failure}`, 'Run npm ci (or npm rebuild better-sqlite3) with the Node that you use now. Without a prebuilt binary it compiles, which needs Python 3, make, a C++ compiler and Node\'s headers.');
}

/** @returns the ledger's id as well, null where it has none that can be read */
export function lookAtLedger(location: string): { readonly lines: readonly DoctorLine[]; readonly ledgerId: string | null } {
  const examined = examineLedger(location);
  return { lines: linesOf(location, examined), ledgerId: 'ledgerId' in examined ? examined.ledgerId : null };
}

function linesOf(location: string, examined: LedgerExamination): readonly DoctorLine[] {
  switch (examined.state) {
    case 'driver-missing':
      return [unreachable('Ledger', 'cannot be looked at without better-sqlite3', 'Mend better-sqlite3 first.')];
    case 'postgres':
      return [problem('Ledger', 'a Postgres URL, which this version does not support yet', 'Name a file with PORTAGE_LEDGER.')];
    case 'absent':
      return [ok('Ledger', `${location} is not there yet; the first command or worker makes it`)];
    case 'unreadable':
      return [unreachable('Ledger', `${location}: ${examined.reason}`, 'Check its path and rights, restore it, or name another with PORTAGE_LEDGER. If it is lost: portage recover --file migration.yaml.')];
    case 'newer':
      return [unreachable('Ledger', `${location} was made by a newer version of Portage (${examined.schema})`, 'Use that version, or another ledger.')];
    case 'older':
    case 'ready':
      return [
        ok('Ledger', `${location}: id ${examined.ledgerId}, ${countOf(examined.runCount, 'run')}, ${formatCount(Math.ceil(examined.sizeBytes / 1024 ** 2))} MB, tables ${examined.state === 'ready' ? 'up to date' : `of ${examined.schema}, brought up to date by the next command`}`),
        ...modeOf(location, examined.mode),
      ];
  }
}

/** It holds personal data. Windows has no such bits. */
function modeOf(location: string, mode: number): readonly DoctorLine[] {
  return process.platform === 'win32' || (mode & 0o077) === 0 ? [] : [warning('Ledger rights', `${location} has mode 0${mode.toString(8)}: others on this machine may read personal data`, `chmod 600 ${location}`)];
}
