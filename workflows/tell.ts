import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { ExternalWorkflowHandle, SignalDefinition } from '@temporalio/workflow';
import { workflowIds } from './messages';

/** No oftener does work that goes on tell of its progress: a message upwards costs the migration four events. */
export const MESSAGE_EVERY_MS = 5_000;

/** Signals the migration of a run. */
export const tellMigration = <T>(run: string, signal: SignalDefinition<[T]>, message: T): Promise<void> => tell(getExternalWorkflowHandle(workflowIds.migration(run)), signal, message);

/** Signals a child of ours by its id, whichever of its executions is open. */
export const tellChild = <T>(workflowId: string, signal: SignalDefinition<[T]>, message: T): Promise<void> => tell(getExternalWorkflowHandle(workflowId), signal, message);

/** Never rejects: a receiver that has closed meanwhile needs no message, and who is cancelled learns it at the next await. */
async function tell<T>(handle: ExternalWorkflowHandle, signal: SignalDefinition<[T]>, message: T): Promise<void> {
  try {
    await handle.signal(signal, message);
  } catch {
    return;
  }
}
