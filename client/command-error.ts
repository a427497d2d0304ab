/** How the command line ends; `portage --help` lists them. Verification that differs wins over refused records. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  configuration: 3,
  authorization: 4,
  planRefused: 5,
  refusedRecords: 6,
  differs: 7,
  unreachable: 8,
  waitsForPerson: 9,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODE_HELP = `Exit codes:
  0 done                                     5 plan refused or drifted
  1 a bug in Portage                         6 finished, with refused records
  2 usage                                    7 verification differs (wins over 6)
  3 configuration, source or mapping         8 portal, Temporal or ledger not reachable
  4 authorization                            9 waits for a person, and nobody is at the terminal

Settings come from the environment: HUBSPOT_ACCESS_TOKEN or HUBSPOT_ACCESS_TOKEN_FILE, and HUBSPOT_BASE_URL
(https://api.hubapi.com; the address of a simulator for a rehearsal), for the worker; TEMPORAL_ADDRESS (localhost:7233); 
PORTAGE_LEDGER (.portage/ledger.db in this folder, the same for worker and commands).`;

/** An end of a command that a person can understand and mend: what happened, where, and what to do. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
