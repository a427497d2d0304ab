import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkerProcess } from '../../local/worker-process';
import { testTemporalAddress } from '../support/temporal';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portage-worker-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the worker process', () => {
  it('says in one line that it polls, and ends cleanly when it is told to', async () => {
    const worker = await startWorkerProcess({ temporalAddress: testTemporalAddress(), ledger: join(folder, 'deep', 'ledger.db'), hubspotAccessToken: 'pat-canary', logFile: join(folder, 'worker.log') });

    const { ledgerId } = worker.ready;
    expect(worker.ready).toMatchObject({ ready: true, epoch: 1, taskQueues: [`portage-${String(ledgerId)}`, `portage-${String(ledgerId)}-portal`] });

    await worker.stop();

    expect(await worker.exited).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'worker.log'), 'utf8')).not.toContain('pat-canary');
  });

  it('ends with every problem of its configuration', async () => {
    const starting = startWorkerProcess({ temporalAddress: testTemporalAddress(), ledger: join(folder, 'ledger.db'), hubspotBaseUrl: 'nowhere', logLevel: 'loud', logFile: join(folder, 'worker.log') });

    await expect(starting).rejects.toThrow(/HUBSPOT_BASE_URL[^]*PORTAGE_LOG_LEVEL/);
  });
});
