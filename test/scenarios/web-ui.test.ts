import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { webUiPage } from '../../client/commands/open';
import { NPSP_FOLDER, startRehearsal, until } from '../support/rehearsal';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browserPath = BROWSERS.find((path) => existsSync(path));
const SCREENSHOTS = join(__dirname, '..', '..', '.cache', 'screenshots');

if (browserPath === undefined) {
  process.stderr.write(`SKIPPED: the Web UI is not looked at, because none of these browsers is installed: ${BROWSERS.join(', ')}\n`);
}

describe("Temporal's Web UI", () => {
  (browserPath === undefined ? it.skip : it)('shows a running migration in words a manager understands', async () => {
    const rehearsal = await startRehearsal({ latency: 'realistic', ui: 'with-ui', seed: 5 });
    const browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    try {
      // Few calls a second, so that the migration is still at work while the page loads.
      await rehearsal.portal.limits({ burst: 30 });
      const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
      await until(migration, ({ phase, objects }) => phase === 'contacts' && (objects.contacts?.created ?? 0) > 0);

      const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } });
      const address = webUiPage({ TEMPORAL_UI_URL: rehearsal.stack.uiUrl ?? '' }, migration.run);
      await page.goto(address, { waitUntil: 'domcontentloaded' });
      await sleep(3_000);
      await page.goto(`${page.url().replace(/\/(history|timeline).*$/, '')}/user-metadata`, { waitUntil: 'domcontentloaded' });
      await sleep(4_000);
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, 'migration.png') });
      // The page shows Markdown in frames of their own.
      const text = (await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()))).join('\n');

      expect(text).toMatch(/Companies: 1,223 of 1,223/i);
      expect(text).toMatch(/Contacts: [\d,]+ of 1,011/i);
      expect(text).toMatch(/expected end: 20\d\d-/i);
      expect((await migration.ended()).state).toBe('verified');
    } finally {
      await browser.close();
      await rehearsal.end();
    }
  }, 180_000);
});
