import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { writePlanFiles } from '../../client/plan-files';
import { aMatchedPlan, FORMULA, HOSTILE } from '../support/matched-plan';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browserPath = BROWSERS.find((path) => existsSync(path));
const SCREENSHOTS = join(__dirname, '..', '..', '.cache', 'screenshots');

if (browserPath === undefined) {
  process.stderr.write(`SKIPPED: plan.html is not looked at, because none of these browsers is installed: ${BROWSERS.join(', ')}\n`);
}

(browserPath === undefined ? describe.skip : describe)('plan.html in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];
  const asked: string[] = [];
  const shownRows = () => page.locator('#record-rows > tr').count();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portage-page-'));
    const { planning, plan } = await aMatchedPlan();
    await writePlanFiles({ ledger: planning.ledger, row: planning.row, plan, findings: await planning.ledger.runs.readFindings(planning.row.run), folder });
    await planning.ledger.close();
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => { said.push(dialog.message()); void dialog.dismiss(); });
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(join(folder, 'plan.html')).href);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => page.getByRole('button', { name: 'Show all' }).click());

  it('shows all records of a small plan, and asks for nothing but itself', async () => {
    await page.getByText('Showing 12 of 12 records that fit.').waitFor();

    expect(await shownRows()).toBe(12);
    expect(asked).toEqual([pathToFileURL(join(folder, 'plan.html')).href]);
  });

  it('filters by object, verdict, reason, code and by a part of a value', async () => {
    await page.getByLabel('Object').selectOption('contacts');
    await page.getByLabel('Verdict').selectOption('fold');
    const folded = await shownRows();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('Showing 12 of 12').waitFor();
    await page.getByLabel('Code').selectOption('invalid-number');
    const withoutNumber = await shownRows();
    await page.getByLabel('Id or value').fill('TEN');
    const withTen = await shownRows();
    await page.getByLabel('Reason').selectOption('malformed-row');

    expect([folded, withoutNumber, withTen, await shownRows()]).toEqual([2, 2, 1, 0]);
    expect(await page.getByRole('status').innerText()).toBe('No record on this page fits these filters.');
  });

  it('leads from a count to its records, and there from before to after', async () => {
    await page.locator('#summary a[data-type="contacts"][data-verdict="update"]').click();
    expect(await shownRows()).toBe(1);

    await page.getByRole('button', { name: 'Details' }).click();

    const details = await page.locator('tr.details').innerText();
    expect(details).toMatch(/phone\s+—\s+111/);
    expect(details).toMatch(/firstname\s+Ann\s+Anna\s+not written: the record in the portal has another value/);
  });

  it('shows what means harm as text, and lets it do nothing', async () => {
    await page.getByLabel('Id or value').fill('onerror');
    for (const button of await page.getByRole('button', { name: 'Details' }).all()) {
      await button.click();
    }

    const text = await page.locator('#record-rows').innerText();
    expect(text).toContain(HOSTILE);
    expect(text).toContain(FORMULA);
    expect(await page.locator('#record-rows img').count()).toBe(0);
    expect(said).toEqual([]);
  });

  it('fits a telephone: only its tables scroll sideways', async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, 'plan.png'), fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.screenshot({ path: join(SCREENSHOTS, 'plan-narrow.png'), fullPage: true });
  });
});
