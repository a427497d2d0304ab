import { EXIT } from '../command-error';

/** One thing that was looked at. */
export interface DoctorLine {
  readonly what: string;
  readonly verdict: 'ok' | 'warning' | 'problem';
  /** What was found, in a few words; never a token. */
  readonly found: string;
  /** What to do; null where nothing needs to be done. */
  readonly remedy: string | null;
  /** How the command ends because of it. */
  readonly exitCode: typeof EXIT.done | typeof EXIT.configuration | typeof EXIT.unreachable;
}

export const ok = (what: string, found: string): DoctorLine => ({ what, verdict: 'ok', found, remedy: null, exitCode: EXIT.done });
export const warning = (what: string, found: string, remedy: string): DoctorLine => ({ what, verdict: 'warning', found, remedy, exitCode: EXIT.done });
/** Set up wrongly. */
export const problem = (what: string, found: string, remedy: string): DoctorLine => ({ what, verdict: 'problem', found, remedy, exitCode: EXIT.configuration });
/** Set up, but it does not answer or cannot be opened. */
export const unreachable = (what: string, found: string, remedy: string): DoctorLine => ({ ...problem(what, found, remedy), exitCode: EXIT.unreachable });

/** A look that fails in a way that nobody foresaw is a line like any other: doctor goes on. */
export async function looked(what: string, look: () => Promise<readonly DoctorLine[]>): Promise<readonly DoctorLine[]> {
  try {
    return await look();
  } catch (error) {
    return [problem(what, `could not be looked at: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown'}`, 'This is a bug in doctor; the other lines hold.')];
  }
}

/** What does not answer comes before what is set up wrongly: nothing else can be told for sure while it is silent. */
export function exitCodeOfLines(lines: readonly DoctorLine[]): DoctorLine['exitCode'] {
  return [EXIT.unreachable, EXIT.configuration].find((code) => lines.some(({ exitCode }) => exitCode === code)) ?? EXIT.done;
}
