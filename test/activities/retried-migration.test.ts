/** Retries in the small: records that were left out, that failed, that belong together with others; and what a rollback makes of them afterwards. Driven in this process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../ledger/open-ledger';
import type { FaultPlan } from '../../simulator/control-plane';
import { DRIVEN_RUN } from '../support/driver/drive';
import type { DriveOptions } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenRun, DrivenScene } from '../support/driver/driven-scene';
import { writeSmallExport } from '../support/driver/small-export';

const mapped = (properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>): NonNullable<DriveOptions['definition']> => ({ objects: Object.fromEntries(Object.entries(properties).map(([objectType, each]) => [objectType, { properties: each }])) });

/** A company and a contact that the portal refuses for one value each. Contact 4 is matched, company 4 has a contact and a deal. */
const REFUSING: FaultPlan = {
  rules: [
    { path: '^POST .*/companies/batch/create', fault: { kind: 'poison', property: 'city', values: ['City 4'], traceIds: 'honoured', code: 'INVALID_OPTION' } },
    { path: '^POST .*/contacts/batch/create', fault: { kind: 'poison', property: 'jobtitle', values: ['Title 7'], traceIds: 'honoured', code: 'INVALID_OPTION' } },
  ],
};
const WITHOUT_VALUES = mapped({ companies: { city: null }, contacts: { jobtitle: null } });
const NAMELESS = mapped({ contacts: { email: null, firstname: null, lastname: null } });

describe('a retried migration', () => {
  let scene: DrivenScene;
  beforeAll(async () => {
    scene = await openDrivenScene();
  });
  afterAll(() => scene.close());

  const tallies = async (run: DrivenRun) => {
    const ledger = await openLedger({ location: run.options.ledgerFile });
    try {
      return { ...(await ledger.facts.tallies(DRIVEN_RUN)), retried: (await ledger.retries.tallies(DRIVEN_RUN)).map(({ workType, was, became, count }) => `${workType} ${was} → ${became} ${count}`) };
    } finally {
      await ledger.close();
    }
  };

  it('writes what was skipped as it would have been written from the start, combined and matched records included', async () => {
    await (await scene.begin()).drive();
    const fromTheStart = await scene.dump();

    const run = await scene.begin({ definition: NAMELESS, retry: { definition: {} } });
    const driven = await run.drive();

    expect(driven).toMatchObject({ state: 'verified', pauses: {} });
    expect(await scene.dump()).toEqual(fromTheStart);
    const { records, retried } = await tallies(run);
    expect(records.contacts).toMatchObject({ source: 14, created: 11, updated: 2, folded: 1, leftOut: 0, refused: 0, pending: 0 });
    expect(retried).toContain('contacts left-out → folded 1');
  });

  it('writes what failed without the value that was refused, and its associations', async () => {
    const run = await scene.begin({ retry: { definition: WITHOUT_VALUES } });
    await scene.portal.faults(REFUSING);

    const driven = await run.drive();

    expect(driven).toMatchObject({ state: 'verified', pauses: {} });
    const { records, associations, retried } = await tallies(run);
    expect(records).toMatchObject({ companies: { refused: 0, pending: 0 }, contacts: { refused: 0, pending: 0 } });
    expect(Object.values(associations).every(({ endNotWritten, pending, refused }) => endNotWritten + pending + refused === 0)).toBe(true);
    expect(retried).toEqual(expect.arrayContaining(['companies refused → created 1', 'contacts refused → created 1', 'deals-companies end-not-written → added 1']));
    const { records: dumped } = await scene.portal.dump();
    expect(dumped.companies?.find(({ properties }) => properties.name === 'Company 4')?.properties.city).toBeUndefined();
    // What had landed keeps what a mended mapping would leave out.
    expect(dumped.companies?.find(({ properties }) => properties.name === 'Company 5')?.properties.city).toBe('City 5');
  });

  it('counts what is refused again, with both codes in its history', async () => {
    const run = await scene.begin({ retry: {} });
    await scene.portal.faults(REFUSING);

    expect(await run.drive()).toMatchObject({ state: 'finished-with-refusals' });

    const { records, retried } = await tallies(run);
    expect([records.companies?.refused, records.contacts?.refused]).toEqual([1, 1]);
    expect(retried).toEqual(expect.arrayContaining(['companies refused → refused 1', 'contacts refused → refused 1']));
  });

  it('takes a record from a mended source by its id, wherever its row stands by now', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portage-retried-'));
    const [broken, mended] = [writeSmallExport(join(folder, 'broken')), writeSmallExport(join(folder, 'mended'))];
    const edit = (source: string, change: (text: string) => string) => writeFileSync(join(source, 'Contact.csv'), change(readFileSync(join(source, 'Contact.csv'), 'utf8')));
    // Contact 5 has no address either: nothing tells who it is.
    edit(broken, (text) => text.replace('"First5","Last5"', '"",""'));
    edit(mended, (text) => text.replace(/^(.*\n)(.*\n)(.*\n)/, '$1$3$2'));
    await (await scene.begin({ sourceFolder: mended })).drive();
    const fromTheStart = await scene.dump();

    const run = await scene.begin({ sourceFolder: broken, retry: { sourceFolder: mended } });
    const driven = await run.drive();
    rmSync(folder, { recursive: true, force: true });

    expect(driven).toMatchObject({ state: 'verified', pauses: {} });
    expect(await scene.dump()).toEqual(fromTheStart);
    expect((await tallies(run)).retried).toContain('contacts left-out → created 1');
  });

  it('is rolled back as a whole, retried records too', async () => {
    const run = await scene.begin({ direction: 'back', retry: { definition: WITHOUT_VALUES } });
    const before = await scene.portal.fingerprint();
    await scene.portal.faults(REFUSING);

    expect(await run.drive()).toMatchObject({ state: 'rolled-back' });

    expect(await scene.portal.fingerprint()).toBe(before);
  });
});
