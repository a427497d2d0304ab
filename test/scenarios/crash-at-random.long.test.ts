import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SIMULATED_TOKEN } from '../../local/stack';
import { createSeededRandom } from '../../simulator/seeded-random';
import { openDrivenScene } from '../support/driver/driven-scene';
import { collisionsIn, landedIn } from '../support/driver/crash-suite';
import { smallPortal, writeSmallExport } from '../support/driver/small-export';
import { startRehearsal } from '../support/rehearsal';

/** 20,000 records; limits as a Professional portal has them. */
const SIZE = { accounts: 5_000, contacts: 12_000, opportunities: 3_000 };
const KILLS = 10;
const SEED = 20_000;
const WINDOW_BATCHES = 24;
const LOOKS_A_BATCH = 2;

const HOUR_MS = 3_600_000;

describe('a migration of 20,000 records whose worker and Temporal server are killed at random', () => {
  it('ends as the undisturbed one does', async () => {
    const folder = writeSmallExport(mkdtempSync(join(tmpdir(), 'portage-random-')), SIZE);
    const scene = await openDrivenScene(SIZE);
    expect(await (await scene.begin({ window: WINDOW_BATCHES, callTimeoutMs: 60_000 })).drive()).toMatchObject({ state: 'verified' });
    const undisturbed = { dump: await scene.dump(), calls: await scene.portal.calls() };
    await scene.close();

    const random = createSeededRandom(SEED);
    const moments = Array.from({ length: KILLS }, () => Math.ceil((0.03 + 0.92 * random()) * undisturbed.calls.total)).sort((one, other) => one - other);
    const rehearsal = await startRehearsal({ latency: 'realistic', tier: 'professional', seed: SEED });
    const { portal, portage, stack, migrationFile } = rehearsal;
    try {
      await portal.load({ ...smallPortal(), tokens: [{ token: SIMULATED_TOKEN, scopes: 'all' }] });
      const begunMs = Date.now();
      const migration = await portage.start(migrationFile(folder, '', 'driven'));
      const told: string[] = [];
      for (const moment of moments) {
        while ((await portal.calls()).total < moment) {
          await sleep(250);
        }
        const who = random() < 0.5 ? 'worker' : 'Temporal server';
        if (who === 'worker') {
          await stack.worker().kill();
          await stack.startWorker();
        } else {
          await stack.temporal().kill();
          await stack.startTemporal();
        }
        told.push(`${who} at call ${moment} (${(await migration.status()).phase})`);
      }
      const status = await migration.ended();
      const calls = await portal.calls();
      const reads = (log: typeof calls): number => Object.entries(log.byKind).reduce((sum, [kind, count]) => (/\.batch\.read$/.test(kind) ? sum + count : sum), 0);
      process.stderr.write(
        [
          '', `Killed: ${told.join('; ')}`,
          `20,000 records in ${((Date.now() - begunMs) / 1000).toFixed(0)} s, ${calls.total} calls (undisturbed ${undisturbed.calls.total}), ${reads(calls) - reads(undisturbed.calls)} further reads, ${collisionsIn(calls)} creates that collided, ${calls.rateLimited} answers 429`,
          '',
        ].join('\n'),
      );

      expect(status).toMatchObject({ state: 'verified', reasons: [], inDoubt: [] });
      expect(await portal.canonicalDump()).toEqual(undisturbed.dump);
      expect(landedIn(calls)).toEqual(landedIn(undisturbed.calls));
      expect(reads(calls) - reads(undisturbed.calls)).toBeLessThanOrEqual(KILLS * WINDOW_BATCHES * LOOKS_A_BATCH);
    } finally {
      await rehearsal.end();
      rmSync(folder, { recursive: true, force: true });
    }
  }, HOUR_MS);
});
