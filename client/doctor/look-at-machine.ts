/** Node, the disk, the Temporal CLI: what is on this machine. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadLocalConfig } from '../../local/config';
import { LocalError } from '../../local/local-error';
import { findInstalledTemporalCli } from '../../local/temporal-cli';
import { engines } from '../../package.json';
import { formatCount } from '../words';
import { ok, problem, warning, type DoctorLine } from './doctor-line';

type Environment = Readonly<Record<string, string | undefined>>;

export function lookAtNode(version: string): DoctorLine {
  const [least = ''] = /\d+\.\d+/.exec(engines.node) ?? [];
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  const isNewEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isNewEnough ? ok('Node', version) : problem('Node', `${version}, but ${least} or newer is needed`, 'Install Node 20.3 or newer (22 and 24 work too), then run npm ci again.');
}

/** Looks only; what is missing is fetched by the command that needs it. */
export async function lookAtTemporalCli(environment: Environment): Promise<readonly DoctorLine[]> {
  try {
    const found = await findInstalledTemporalCli(loadLocalConfig(environment));
    return [found.path === null ? warning('Temporal CLI', 'none on this machine yet', 'Nothing, where Temporal runs elsewhere; else `portage dev` and `demo` fetch it once (about 50 MB). Without internet: install it and name it with PORTAGE_TEMPORAL_CLI.') : ok('Temporal CLI', found.told.replace(/^Temporal CLI /, ''))];
  } catch (error) {
    if (error instanceof LocalError) {
      return [problem('Temporal CLI', error.message, 'Correct or unset PORTAGE_TEMPORAL_CLI.')];
    }
    throw error;
  }
}

const GIB = 1024 ** 3;
/** A ledger of 100,000 records takes some 250 MB, and Temporal's database as much again. */
const COMFORTABLE_BYTES = 2 * GIB;
const LEAST_BYTES = GIB / 4;

/** Room on the disk that holds, or will hold, the ledger. */
export async function lookAtDisk(ledger: string): Promise<readonly DoctorLine[]> {
  const folder = nearestFolder(dirname(ledger));
  const { bavail, bsize } = await statfs(folder);
  return [judgeDisk(folder, bavail * bsize)];
}

export function judgeDisk(folder: string, freeBytes: number): DoctorLine {
  const found = `${formatCount(Math.floor(freeBytes / 1024 ** 2))} MB free where ${folder} is`;
  const remedy = 'Free some space, or put the ledger on another disk with PORTAGE_LEDGER: a full disk stops a migration until there is room.';
  return freeBytes < LEAST_BYTES ? problem('Disk', found, remedy) : freeBytes < COMFORTABLE_BYTES ? warning('Disk', found, remedy) : ok('Disk', found);
}

/** The folder itself, or the nearest above it that is there. */
function nearestFolder(folder: string): string {
  const above = dirname(folder);
  return existsSync(folder) || above === folder ? folder : nearestFolder(above);
}
