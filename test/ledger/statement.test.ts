import Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { LedgerSqliteDialect } from '../../ledger/sqlite-dialect';
import { statement } from '../../ledger/statement';
import type { Tables } from '../../ledger/tables';

describe('statement', () => {
  const opened: Kysely<Tables>[] = [];
  const aLedger = (): Kysely<Tables> => {
    const sqlite = new Database(':memory:');
    sqlite.exec('create table ledger_facts (name text primary key, value text)');
    const ledger = new Kysely<Tables>({ dialect: new LedgerSqliteDialect(sqlite) });
    opened.push(ledger);
    return ledger;
  };
  afterEach(() => Promise.all(opened.splice(0).map((ledger) => ledger.destroy())));

  /** Its value goes in twice, once for a new name and once for a known one. */
  const aSave = () => {
    const save = { builds: 0, say: statement((db, given: { name: string; value: string }) => {
      save.builds += 1;
      return db.insertInto('ledger_facts').values({ name: given.name, value: given.value }).onConflict((conflict) => conflict.column('name').doUpdateSet({ value: given.value })).returning('name');
    }) };
    return save;
  };
  const facts = (ledger: Kysely<Tables>) => ledger.selectFrom('ledger_facts').select(['name', 'value']).orderBy('name').execute();

  it('is built once, and says each time the values that it is given', async () => {
    const [ledger, save] = [aLedger(), aSave()];

    const said = await ledger.transaction().execute(async (db) => [await save.say(db, { name: 'a', value: '1' }), await save.say(db, { name: 'b', value: '2' }), await save.say(db, { value: '3', name: 'a' })]);

    expect(said).toEqual([[{ name: 'a' }], [{ name: 'b' }], [{ name: 'a' }]]);
    expect(await facts(ledger)).toEqual([{ name: 'a', value: '3' }, { name: 'b', value: '2' }]);
    expect(save.builds).toBe(1);
  });

  it('is built again for another ledger, which may speak another dialect', async () => {
    const [one, other, save] = [aLedger(), aLedger(), aSave()];

    await one.transaction().execute((db) => save.say(db, { name: 'a', value: '1' }));
    await other.transaction().execute((db) => save.say(db, { name: 'b', value: '2' }));

    expect([await facts(one), await facts(other), save.builds]).toEqual([[{ name: 'a', value: '1' }], [{ name: 'b', value: '2' }], 2]);
  });

  it('takes nothing for a value, and keeps what it says itself', async () => {
    const ledger = aLedger();
    const find = statement((db, given: { value: string | null }) => db.selectFrom('ledger_facts').select('name').where((row) => row.or([row(row.val(given.value), 'is', null), row('value', '=', given.value ?? '')])).where('name', '<>', 'left out'));
    await ledger.insertInto('ledger_facts').values([{ name: 'a', value: '1' }, { name: 'b', value: '2' }, { name: 'left out', value: '2' }]).execute();

    const found = await ledger.transaction().execute(async (db) => [await find(db, { value: null }), await find(db, { value: '2' })]);

    expect(found).toEqual([[{ name: 'a' }, { name: 'b' }], [{ name: 'b' }]]);
  });
});
