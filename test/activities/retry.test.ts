/** Five hundred contacts that the portal refuses for twenty causes, and what a retry with a mended mapping makes of them: driven in this process, over HTTP. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderReport } from '../../client/render-report';
import { nobodyWatches } from '../../domain/crash-point';
import type { Report } from '../../domain/report.schema';
import { openLedger } from '../../ledger/open-ledger';
import type { FaultPlan } from '../../simulator/control-plane';
import { lookForBrokenPromises } from '../support/driver/exactly-once';
import { drive, DRIVEN_RUN } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenRun, DrivenScene } from '../support/driver/driven-scene';
import { DRIVEN_TOKEN } from '../support/driver/small-export';

const CAUSES = 20;
const REFUSED_A_CAUSE = 25;
/** All but one: of several poisons only one strikes a call. */
const MENDED_CAUSES = 19;
const BATCH = 100;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const idOf = (prefix: string, number: number): string => `${prefix}${String(number + 1).padStart(12, '0')}`;
const property = (cause: number): string => `cause_${cause}`;
const CODES = ['INVALID_OPTION', 'INVALID_LONG', 'READ_ONLY_VALUE', 'VALIDATION_ERROR'];

/** A batch of a hundred for each cause; in each, some values that the portal refuses, no two alike. */
function writeExport(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const csv = (name: string, rows: readonly (readonly string[])[]): void => writeFileSync(join(folder, `${name}.csv`), rows.map((row) => `${row.map((cell) => `"${cell}"`).join(',')}\n`).join(''));
  csv('Account', [['Id', 'Name'], ...numbers(10).map((n) => [idOf('001', n), `Company ${n}`])]);
  csv('Contact', [
    ['Id', 'AccountId', 'LastName', 'Email', ...numbers(CAUSES).map((cause) => `C${cause}__c`)],
    ...numbers(CAUSES * BATCH).map((n) => {
      const cause = Math.floor(n / BATCH);
      const isBad = n % (BATCH / REFUSED_A_CAUSE) === 0;
      return [idOf('003', n), idOf('001', n % 10), `Last ${n}`, `person-${n}@example.net`, ...numbers(CAUSES).map((each) => (each === cause ? (isBad ? badValue(n) : 'fine') : ''))];
    }),
  ]);
  return folder;
}
const badValue = (n: number): string => `bad ${n}`;
const badValues = (cause: number): readonly string[] => numbers(REFUSED_A_CAUSE).map((n) => badValue(cause * BATCH + n * (BATCH / REFUSED_A_CAUSE)));

const mapping = (mended: number) => ({
  objects: {
    contacts: {
      properties: Object.fromEntries(
        numbers(CAUSES).map((cause) => [
          property(cause),
          { from: `C${cause}__c`, create: { type: 'string' }, ...(cause < mended ? { values: { fine: 'fine', ...Object.fromEntries(badValues(cause).map((value) => [value, 'mended'])) } } : {}) },
        ]),
      ),
    },
  },
});

const REFUSING: FaultPlan = {
  rules: numbers(CAUSES).map((cause) => ({ path: '^POST .*/contacts/batch/create', fault: { kind: 'poison', property: property(cause), values: [...badValues(cause)], traceIds: 'honoured', code: CODES[cause % CODES.length]! } })),
};

describe('a retry of 500 refused records of 20 causes', () => {
  const folder = join(tmpdir(), `portage-retry-${process.pid}`);
  let scene: DrivenScene;
  beforeAll(async () => {
    writeExport(folder);
    scene = await openDrivenScene();
  });
  afterAll(async () => {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const begin = async (change: Parameters<DrivenScene['begin']>[0]): Promise<DrivenRun> => {
    const run = await scene.begin({ sourceFolder: folder, window: 4, ...change }, { portalId: 4711, tier: 'off', tokens: [{ token: DRIVEN_TOKEN, scopes: 'all' }] });
    await scene.portal.faults(REFUSING);
    return run;
  };

  const reportOf = async (run: DrivenRun): Promise<Report> => {
    const ledger = await openLedger({ location: run.options.ledgerFile });
    try {
      return (await ledger.facts.readReport(DRIVEN_RUN))!;
    } finally {
      await ledger.close();
    }
  };

  it('lands what the mended mapping lands from the start, doubles nothing, and leaves the rest alone', async () => {
    await (await begin({ definition: mapping(MENDED_CAUSES) })).drive();
    const fromTheStart = await scene.dump();

    const run = await begin({ definition: mapping(0) });
    await run.drive();
    const refused = await reportOf(run);
    const driven = await drive({ ...run.options, retry: { definition: mapping(MENDED_CAUSES) } }, nobodyWatches);

    expect(refused.groups.map(({ what, code, property, count }) => `${what} ${count} ${code} ${property ?? ''}`).sort()).toEqual(
      numbers(CAUSES).map((cause) => `failed ${REFUSED_A_CAUSE} ${CODES[cause % CODES.length]} ${property(cause)}`).sort(),
    );
    const causes = renderReport(refused).filter((line) => line.includes('failed: Contacts'));
    expect(causes).toHaveLength(CAUSES);
    expect(renderReport(refused).join('\n')).not.toMatch(/bad \d/);
    expect(driven).toMatchObject({ state: 'finished-with-refusals', pauses: {} });
    expect(await scene.dump()).toEqual(fromTheStart);
    const ledger = await openLedger({ location: run.options.ledgerFile });
    try {
      const { records, associations } = await ledger.facts.tallies(DRIVEN_RUN);
      const stillRefused = (CAUSES - MENDED_CAUSES) * REFUSED_A_CAUSE;
      expect(records.contacts).toMatchObject({ source: CAUSES * BATCH, created: CAUSES * BATCH - stillRefused, refused: stillRefused, pending: 0, inDoubt: 0 });
      expect(associations['contacts-companies']).toMatchObject({ planned: CAUSES * BATCH, added: CAUSES * BATCH - stillRefused, endNotWritten: stillRefused, pending: 0 });
      const ids = { companies: numbers(10).map((n) => `${idOf('001', n)}AAA`), contacts: numbers(CAUSES * BATCH).map((n) => `${idOf('003', n)}AAA`) };
      const promises = await lookForBrokenPromises({ ledger, run: DRIVEN_RUN, source: ids, portal: await scene.portal.dump(), knownIds: new Set() });
      expect({ ...promises, refused: promises.refused.length }).toEqual({ doubled: [], lost: [], wrongPairs: [], inDoubt: [], refused: stillRefused });
      expect(await ledger.retries.tallies(DRIVEN_RUN)).toEqual([
        expect.objectContaining({ round: 1, workType: 'contacts', was: 'refused', became: 'created', count: MENDED_CAUSES * REFUSED_A_CAUSE }),
        expect.objectContaining({ round: 1, workType: 'contacts', was: 'refused', became: 'refused', count: stillRefused }),
        expect.objectContaining({ round: 1, workType: 'contacts-companies', was: 'end-not-written', became: 'added' }),
        expect.objectContaining({ round: 1, workType: 'contacts-companies', was: 'end-not-written', became: 'end-not-written' }),
      ]);
    } finally {
      await ledger.close();
    }
  }, 120_000);
});
