/** What little runs of their own show, on one set of processes: an export without some of its objects, and a start that obeys its plan in a portal that changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import { SIMULATED_TOKEN } from '../../local/stack';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';
import { writeSmallExport } from '../support/driver/small-export';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await startRehearsal();
}, 120_000);
afterAll(() => rehearsal.end());

describe('an export that holds only some of the objects', () => {
  it('ends verified when there are companies alone, and nothing is made for the other types', async () => {
    const folder = rehearsal.sourceFolder('export', { 'Account.csv': 'Id,Name\n0015e0000000001AAA,Portage Test\n' });

    const migration = await rehearsal.portage.start(rehearsal.migrationFile(folder));
    const status = await until(migration, ({ state }) => state !== 'planning' && state !== 'running');

    expect({ state: status.state, reasons: status.reasons }).toEqual({ state: 'verified', reasons: [] });
    const { records } = await rehearsal.portal.canonicalDump();
    expect(Object.keys(records)).toEqual(['companies']);
    await migration.finalize();
    await until(migration, ({ state }) => state === 'finalized');
  }, 120_000);
});

describe('a start that names its plan, in a portal that changes', () => {
  it('asks about changed records, stops where an administrator changed the schema, and goes on when it is mended', async () => {
    const { stack, portage, portal, folder } = rehearsal;
    const command = (...words: readonly string[]) => runCommand(words, stack.environment, folder);
    const nickname = { name: 'nickname', label: 'Nickname', type: 'string', fieldType: 'text', groupName: 'contactinformation' };
    const makeNickname = async () => expect((await fetch(`${stack.simulatorUrl}/crm/properties/2026-09/contacts`, { method: 'POST', body: JSON.stringify(nickname), headers: { 'content-type': 'application/json', authorization: `Bearer ${SIMULATED_TOKEN}` } })).status).toBe(201);
    await makeNickname();
    const file = rehearsal.migrationFile(writeSmallExport(join(folder, 'small')), 'objects: { contacts: { properties: { nickname: Title } } }', 'obedient');
    const { digest } = (JSON.parse((await command('plan', file, '--json')).out) as { plan: PlanSummary }).plan;

    await portal.edit({ action: 'create', objectType: 'contacts', properties: { email: 'person-7@company-7.example.net', firstname: 'Somebody' } });
    const started = await command('start', file, '--plan', digest);
    expect(started).toMatchObject({ exitCode: 9, err: expect.stringContaining('--accept-drift') as string });
    const migration = await portage.migration('obedient');
    expect((await command('status', 'obedient', '--changes', join(folder, 'changes.csv'))).out).toMatch(/1 record of \d+ \(\d\.\d %\) would get another verdict[\s\S]*Contacts +create +update +1/);
    expect(readFileSync(join(folder, 'changes.csv'), 'utf8')).toBe('type,ordinal,source_id,planned,now\ncontacts,6,003000000000007AAA,create,update\n');

    await portal.edit({ action: 'archive-property', objectType: 'contacts', propertyName: 'nickname' });
    await command('resume', 'obedient', '--accept-drift');
    const paused = await until(migration, ({ reasons }) => reasons.some(({ kind }) => kind === 'portal-changed'));
    expect(paused).toMatchObject({ phase: 'contacts', reasons: [{ kind: 'portal-changed', code: 'property-gone contacts.nickname' }], objects: { companies: { pending: 0, created: 6 }, contacts: { created: 0, updated: 0 } } });

    await makeNickname();
    await command('resume', 'obedient');
    expect(await until(migration, ({ state }) => state !== 'paused' && state !== 'running')).toMatchObject({ state: 'verified' });
    expect((await migration.report())?.verdictsChanged).toEqual([{ objectType: 'contacts', planned: 'create', found: 'update', count: 1 }]);

    // Its own writing is drift of the portal: the plan is used up.
    await migration.finalize();
    await until(migration, ({ state }) => state === 'finalized');
    expect(await command('start', file, '--plan', digest)).toMatchObject({ exitCode: 5, err: expect.stringMatching(/the portal's schema or settings changed: .*contacts: property migration_provenance is new/) as string });
  }, 180_000);
});
