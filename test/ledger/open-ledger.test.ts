import Database from 'better-sqlite3';
import { Kysely, Migrator, sql, SqliteDialect } from 'kysely';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MIGRATIONS } from '../../ledger/migrations/migrations';
import { openLedger } from '../../ledger/open-ledger';
import { aLedgerFile, anObject, aPlanned, aRow, openRun, range } from './support';

describe('openLedger', () => {
  let file = aLedgerFile();
  beforeEach(() => {
    file = aLedgerFile();
  });
  afterEach(() => file.remove());

  it('gives a new ledger an id that stays when it is opened again', async () => {
    const first = await openLedger({ location: file.location });
    const identity = await first.identity();
    await first.close();

    const again = await openLedger({ location: file.location });

    expect(identity).toEqual({ ledgerId: expect.stringMatching(/^[0-9a-f]{8}$/) as string, epoch: 1 });
    expect(await again.identity()).toEqual(identity);
    await again.close();
  });

  it('reads a plan that was made before plans kept what matched records held', async () => {
    mkdirSync(dirname(file.location), { recursive: true });
    const older = new Kysely<never>({ dialect: new SqliteDialect({ database: new Database(file.location) }) });
    const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0004'));
    await new Migrator({ db: older, provider: { getMigrations: async () => before } }).migrateToLatest();
    await sql`pragma foreign_keys = off`.execute(older);
    await sql`insert into planned_records (staging_id, object_type, ordinal, source_object, source_id, action, properties, cells) values ('acme.1', 'contacts', 0, 'Contact', 's0', 'update', '{"salesforce_id":"s0"}', '[]')`.execute(older);
    await older.destroy();

    const ledger = await openLedger({ location: file.location });

    expect(await ledger.plans.readRecords('acme.1', 'contacts', -1, 10)).toEqual([aPlanned(0, { action: 'update' })]);
    await ledger.close();
  });

  it('works in memory', async () => {
    const ledger = await openLedger({ location: ':memory:' });

    expect((await openRun(ledger)).run).toBe('acme.1');
    await ledger.close();
  });

  it('keeps the folder and all of its files to their owner', async () => {
    const ledger = await openLedger({ location: file.location });
    await openRun(ledger);

    const folder = dirname(file.location);
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(modes).toEqual([['ledger.db', 0o600], ['ledger.db-shm', 0o600], ['ledger.db-wal', 0o600]]);
    await ledger.close();
  });

  it('is opened by several processes at once, the first time too', async () => {
    const ledgers = await Promise.all(range(4).map(() => openLedger({ location: file.location })));

    const ids = new Set(await Promise.all(ledgers.map(async (ledger) => (await ledger.identity()).ledgerId)));

    expect(ids.size).toBe(1);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });

  it('refuses a Postgres URL for now', async () => {
    const opening = openLedger({ location: 'postgres://localhost/ledger' });

    await expect(opening).rejects.toMatchObject({ type: 'PlanError', details: { code: 'ledger-postgres-later' } });
  });

  it('refuses a ledger made by a newer version', async () => {
    await (await openLedger({ location: file.location })).close();
    const database = new Database(file.location);
    database.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('0999-from-the-future', '2030-01-01T00:00:00.000Z');
    database.close();

    const opening = openLedger({ location: file.location });

    await expect(opening).rejects.toMatchObject({ type: 'PlanError', details: { code: 'ledger-newer' } });
  });

  it('tells a file that is no ledger', async () => {
    mkdirSync(dirname(file.location), { recursive: true });
    writeFileSync(file.location, 'This is a letter to my aunt, not a database.'.repeat(50));

    const opening = openLedger({ location: file.location });

    await expect(opening).rejects.toMatchObject({ type: 'IdentityError', details: { code: 'ledger-unreadable' } });
  });

  it('tells a path that cannot be written', async () => {
    const opening = openLedger({ location: dirname(dirname(file.location)) });

    await expect(opening).rejects.toMatchObject({ type: 'PlanError', details: { code: 'ledger-not-writable' } });
  });

  it('says that the disk is full, writes nothing, and goes on when there is space', async () => {
    const full = await openLedger({ location: file.location, maxPageCount: 120 });
    const { run } = await openRun(full);
    const page = { from: null, records: range(2_000).map((line) => aRow(`s${line}`, line, { Name: 'x'.repeat(200) })), rejected: [], cursor: 'next' };

    await expect(full.staging.appendPage(run, anObject(), page)).rejects.toMatchObject({ type: 'TransientError', details: { code: 'ledger-disk-full', mayHaveLanded: false } });
    expect(await full.staging.readCursor(run, 'Contact')).toEqual({ cursor: null, done: false, nextOrdinal: 0 });
    await full.close();
    const roomy = await openLedger({ location: file.location });
    await roomy.staging.appendPage(run, anObject(), page);

    expect(await roomy.staging.readCursor(run, 'Contact')).toEqual({ cursor: 'next', done: false, nextOrdinal: 2_000 });
    await roomy.close();
  });

  describe('while another process holds the write lock', () => {
    it('waits without stopping the process, then writes', async () => {
      const ledger = await openLedger({ location: file.location });
      const holder = new Database(file.location, { timeout: 0 });
      holder.exec('begin immediate');

      const opening = openRun(ledger);
      await new Promise((resolve) => setTimeout(resolve, 20));
      holder.exec('commit');

      expect((await opening).run).toBe('acme.1');
      holder.close();
      await ledger.close();
    });

    it('gives up after its patience, and reading goes on', async () => {
      const ledger = await openLedger({ location: file.location, lockPatienceMs: 0 });
      const holder = new Database(file.location, { timeout: 0 });
      holder.exec('begin immediate');

      await expect(openRun(ledger)).rejects.toMatchObject({ type: 'TransientError', details: { code: 'ledger-locked' } });
      expect(await ledger.runs.list()).toEqual([]);
      holder.exec('commit');
      expect((await openRun(ledger)).run).toBe('acme.1');
      holder.close();
      await ledger.close();
    });
  });
});
