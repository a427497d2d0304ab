import type { PortageClient } from './portage-client';
import type { Terminal } from './terminal';

/** Says that nobody does the work yet, and whether a worker of another ledger is up: then the two were started in different folders. */
export async function remarkNoWorker(portage: PortageClient, terminal: Pick<Terminal, 'remark'>, waits: 'Waiting for it.' | 'The run waits for it.'): Promise<void> {
  if (await portage.hasWorker()) {
    return;
  }
  const others = await portage.workersElsewhere();
  terminal.remark(
    others.length === 0
      ? `No worker of this ledger is polling yet: start one with portage worker (or portage dev). ${waits} portage doctor says what is missing.`
      : `No worker of this ledger is polling, but one of another ledger is (${others.join(', ')}): worker and command must name the same. Run this in the folder of the worker, set PORTAGE_LEDGER to its file, or start a worker here. ${waits}`,
  );
}
