import type { PortageClient } from './portage-client';
import type { Terminal } from './terminal';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code of the process; the command ends by returning. */
  readonly exit: (code: number) => void;
  /** Connects, runs, and closes whatever happens. */
  readonly withClient: <T>(action: (portage: PortageClient) => Promise<T>) => Promise<T>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}
