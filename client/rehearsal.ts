import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startStack } from '../local/stack';
import type { CommandContext } from './context';
import { readDefinition } from './portage-client';
import { withPortage } from './with-portage';

/** @param file that is read first; null where there is none yet. With `--simulate`, runs a command against a simulated portal, with a server, worker and ledger of its own that end with it. */
export async function withRehearsal(context: CommandContext, simulate: boolean, action: (context: CommandContext) => Promise<void>, file: string | null): Promise<void> {
  if (!simulate) {
    return action(context);
  }
  // A mistake in the file is told at once, before anything is started for it.
  if (file !== null) {
    await readDefinition(resolve(context.folder, file));
  }
  const folder = await mkdtemp(join(tmpdir(), 'portage-rehearsal-'));
  const stack = await startStack({ folder, latency: 'realistic', onStep: (line) => context.terminal.remark(line) });
  try {
    await action({ ...context, environment: stack.environment, withClient: (inner) => withPortage({ environment: stack.environment, folder: context.folder, userConfigFile: 'ignore' }, inner) });
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
