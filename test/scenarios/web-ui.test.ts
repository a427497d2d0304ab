import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { webUiPage } from '../../client/commands/open';
import { writeSmallExport } from '../support/driver/small-export';
import { startRehearsal, until } from '../support/rehearsal';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browserPath = BROWSERS.find((path) => existsSync(path));
const READING_MS = 90_000;
/** Few companies to wait for, and contacts that take as long as the page does. */
const EXPORT = { accounts: 200, contacts: 1_000, opportunities: 10 };
const SCREENSHOTS = join(__dirname, '..', '..', '.cache', 'screenshots');

if (browserPath === undefined) {
  process.stderr.write(`SKIPPED: the Web UI is not looked at, because none of these browsers is installed: ${BROWSERS.join(', ')}\n`);
}

describe("Temporal's Web UI", () => {
  (browserPath === undefined ? it.skip : it)('shows a running migration in words a manager understands', async () => {
    const rehearsal = await startRehearsal({ latency: 'realistic', ui: 'with-ui', seed: 5 });
    const browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    try {
      const migration = await rehearsal.portage.start(rehearsal.migrationFile(writeSmallExport(join(rehearsal.folder, 'export'), EXPORT)));
      await until(migration, ({ phase }) => phase === 'contacts');
      // Hardly any calls, so that the migration is still at work when the page has loaded, however slow the machine.
      await rehearsal.portal.limits({ burst: 4 });
      // Each look at the page costs seconds of a processor: it is worth one when the workflow itself knows what is looked for.
      await until(migration, async () => (await migration.live())?.expectedEnd != null, READING_MS);

      const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } });
      const address = webUiPage({ TEMPORAL_UI_URL: rehearsal.stack.uiUrl ?? '' }, migration.run);
      await page.goto(address, { waitUntil: 'domcontentloaded' });
      await page.waitForURL(/\/(history|timeline)/);
      const details = `${page.url().replace(/\/(history|timeline).*$/, '')}/user-metadata`;
      await readUntilShown(page, details, [/Companies: 200 of 200/i, /Contacts: [\d,]+ of 999/i, /expected end: 20\d\d-/i]);
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, 'migration.png') });

      // What is in flight may end, and the worker with it.
      await rehearsal.portal.limits({ tier: 'enterprise' });
    } finally {
      await browser.close();
      await rehearsal.end();
    }
  }, 180_000);
});

/** Loads the page anew until its text has all of `wanted`: the details come from a query that a busy worker answers late. Fails with the text that was there last. */
async function readUntilShown(page: Page, address: string, wanted: readonly RegExp[]): Promise<void> {
  const deadline = Date.now() + READING_MS;
  for (;;) {
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    await sleep(3_000);
    // The page shows Markdown in frames of their own, and may just be replacing one.
    const text = (await Promise.all(page.frames().map((frame) => frame.locator('body').innerText({ timeout: 5_000 }).catch(() => '')))).join('\n');
    if (wanted.every((pattern) => pattern.test(text)) || Date.now() > deadline) {
      wanted.forEach((pattern) => expect(text).toMatch(pattern));
      return;
    }
  }
}
