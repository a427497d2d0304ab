/** How this shell would reach the portal. Only a simulator on this machine is asked anything: a vendor is spoken to by the worker alone. */
import { readFileSync, statSync } from 'node:fs';
import { ok, problem, unreachable, warning, type DoctorLine } from './doctor-line';

type Environment = Readonly<Record<string, string | undefined>>;

const ASK_TIMEOUT_MS = 2_000;
const VENDOR = 'https://api.hubapi.com';
const WORKER_HINT = 'A worker that was started elsewhere has settings of its own.';

const given = (value: string | undefined): string | null => (value === undefined || value.trim() === '' ? null : value.trim());

/** Present or not; its text is never read into a line. */
export function lookAtToken(environment: Environment): DoctorLine {
  const [token, file] = [given(environment['HUBSPOT_ACCESS_TOKEN']), given(environment['HUBSPOT_ACCESS_TOKEN_FILE'])];
  if (token !== null && file !== null) {
    return problem('Token', 'both HUBSPOT_ACCESS_TOKEN and HUBSPOT_ACCESS_TOKEN_FILE are set', 'Unset one of them: a worker refuses to choose.');
  }
  if (token !== null) {
    return ok('Token', 'in HUBSPOT_ACCESS_TOKEN');
  }
  if (file === null) {
    return warning('Token', 'none in this shell', `Put a service key into a file and set HUBSPOT_ACCESS_TOKEN_FILE where you start the worker; dev --simulate brings its own, and a simulator that runs alone takes simulated-token. ${WORKER_HINT}`);
  }
  try {
    const mode = statSync(file).mode & 0o777;
    if (readFileSync(file, 'utf8').trim() === '') {
      return problem('Token', `the file ${file} is empty`, 'Put the service key into it.');
    }
    return process.platform !== 'win32' && (mode & 0o077) !== 0 ? warning('Token', `in the file ${file}, which others on this machine may read (mode 0${mode.toString(8)})`, `chmod 600 ${file}`) : ok('Token', `in the file ${file}`);
  } catch {
    return problem('Token', `HUBSPOT_ACCESS_TOKEN_FILE names ${file}, which cannot be read`, 'Correct the path, or the rights of the file.');
  }
}

export async function lookAtPortal(environment: Environment): Promise<readonly DoctorLine[]> {
  const text = given(environment['HUBSPOT_BASE_URL']);
  const url = URL.canParse(text ?? VENDOR) ? new URL(text ?? VENDOR) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return [problem('HubSpot', 'HUBSPOT_BASE_URL is no web address', `Unset it for HubSpot itself (${VENDOR}), or give the address of a simulator such as http://127.0.0.1:4010.`)];
  }
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) {
    return [
      ok('HubSpot', text === null ? `${url.origin}, unless the worker was started otherwise (dev --simulate gives it a simulator): portage check names the portal that it sees` : `${url.origin}; not asked from here: portage check does, through the worker`),
      ...(url.protocol === 'http:' ? [problem('HubSpot address', `${url.origin} is not encrypted: the token would be readable on its way`, 'Use https.')] : []),
    ];
  }
  return [(await answersAsSimulator(url)) ? ok('HubSpot', `the simulator at ${url.origin} answers`) : unreachable('HubSpot', `no simulator answers at ${url.origin}`, 'Start one: portage dev --simulate, or portage simulate hubspot; or unset HUBSPOT_BASE_URL for the real HubSpot.')];
}

async function answersAsSimulator(url: URL): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/_simulator/health', url), { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Nothing but ids, counts and codes is sent to Temporal, so that no key is needed; a key that does nothing must not look as if it did. */
export function lookAtCodec(environment: Environment): DoctorLine {
  return given(environment['PORTAGE_CODEC_KEY']) === null ? ok('Payload key', 'none set; Temporal is given ids, counts and codes only') : warning('Payload key', 'PORTAGE_CODEC_KEY is set, and this version does not encrypt payloads yet', 'Do not rely on it: Temporal is given ids, counts and codes only, unencrypted.');
}
