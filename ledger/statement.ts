/** Statements that are said at every call and every batch. To build one takes longer than SQLite takes to run it, so these are built once for each ledger that is open. */
import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './tables';

type Value = string | number | null;

/** Says a statement with these values, in the transaction `db` or by itself. */
export type Statement<Values, Row> = (db: Kysely<Tables>, values: Values) => Promise<readonly Row[]>;

/** Stands for a value while a statement is built. */
class Given {
  constructor(readonly name: string) {}
}

/** @param build mentions each member of `given` as one whole value: it sees no more of them than that */
export function statement<Values extends Readonly<Record<string, Value>>, Row>(build: (db: Kysely<Tables>, given: Values) => Compilable<Row>): Statement<Values, Row> {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- to whoever builds, a value is what its type says; only its place is remembered
  const given = new Proxy({} as Values, { get: (_, name) => new Given(String(name)) });
  /** By what tells one open ledger from another. */
  const built = new WeakMap<object, CompiledQuery<Row>>();

  return async (db, values) => {
    const ledger = db.getExecutor().adapter;
    const query = built.get(ledger) ?? build(db, given).compile();
    built.set(ledger, query);
    const parameters = query.parameters.map((parameter) => (parameter instanceof Given ? values[parameter.name] : parameter));
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
