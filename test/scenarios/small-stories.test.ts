/** Stories that each need a migration of a few records, on one rehearsal: each has a fresh portal, and leaves it to the next one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { unparse } from 'papaparse';
import type { Migration } from '../../client/portage-client';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import { SIMULATED_TOKEN } from '../../local/stack';
import type { Report } from '../../domain/report.schema';
import { connectToTemporal } from '../../local/temporal-server';
import { problemsQuery } from '../../workflows/messages';
import { writeSmallExport } from '../support/driver/small-export';
import { readmeScriptFromAnywhere } from '../support/readme-script';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await startRehearsal();
}, 120_000);
beforeEach(async () => {
  await rehearsal.portal.faults(null);
  await rehearsal.portal.load({});
});
afterAll(() => rehearsal.end());

/** The portal is free for the next migration. */
async function finalized(migration: Migration): Promise<void> {
  await migration.finalize();
  await until(migration, ({ state }) => state === 'finalized');
}

async function withTemporal<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  const connection = await connectToTemporal(rehearsal.stack.temporal().address);
  try {
    return await ask(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe('an export that holds only some of the objects', () => {
  it('ends verified when there are companies alone, and nothing is made for the other types', async () => {
    const folder = rehearsal.sourceFolder('partial', { 'Account.csv': 'Id,Name\n0015e0000000001AAA,Portage Test\n' });

    const migration = await rehearsal.portage.start(rehearsal.migrationFile(folder, '', 'partial'));
    const status = await until(migration, ({ state }) => state !== 'planning' && state !== 'running');

    expect({ state: status.state, reasons: status.reasons }).toEqual({ state: 'verified', reasons: [] });
    const { records } = await rehearsal.portal.canonicalDump();
    expect(Object.keys(records)).toEqual(['companies']);
    await finalized(migration);
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

const CANARY = 'kanarienvogel';
const account = '0015e0000000001AAA';
const contact = '0035e0000000001AAA';
const deal = '0065e0000000001AAA';

/** Every column but the ids holds a value that can be found again. */
const CANARY_FILES = {
  'Account.csv': unparse([{ Id: account, Name: `${CANARY} account`, Website: `https://${CANARY}.com`, Phone: `${CANARY} 1`, BillingStreet: `${CANARY} street`, BillingCity: `${CANARY} city`, Description: `${CANARY} text`, Odd__c: `${CANARY} odd` }]),
  'Contact.csv': unparse([{ Id: contact, AccountId: account, FirstName: `${CANARY}first`, LastName: `${CANARY}last`, Email: `${CANARY}@example.com`, Phone: `${CANARY} 2`, Title: `${CANARY} title`, MailingCity: `${CANARY} town`, LeadSource: `${CANARY} source` }]),
  'Opportunity.csv': unparse([{ Id: deal, AccountId: account, ContactId: contact, Name: `${CANARY} deal`, StageName: `${CANARY} stage`, Amount: '12.5', CloseDate: '2024-02-29', IsClosed: 'false', IsWon: 'false', Description: `${CANARY} note`, NextStep: `${CANARY} next` }]),
};

describe('customer values', () => {
  it('reach the portal, and neither a workflow history nor a log', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(rehearsal.sourceFolder('canary', CANARY_FILES), '', 'canary'));
    const status = await migration.ended();
    expect(status.state).toBe('verified');
    await migration.rollback({ confirm: migration.run });
    await until(migration, ({ state }) => state === 'rolled-back');

    expect(JSON.stringify(await rehearsal.portal.dump())).toContain(`${CANARY} deal`);
    const texts = await withTemporal(async (client) => {
      const found: string[] = [];
      for await (const { workflowId, runId } of client.workflow.list()) {
        const json = JSON.stringify(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
        // Payloads are base64 in the export: look at both forms.
        const payloads = [...json.matchAll(/"data":"([^"]+)"/g)].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
        found.push(json, ...payloads);
      }
      return found;
    });
    expect(texts.join('')).toContain(migration.run);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((text) => text.toLowerCase().includes(CANARY))).toEqual([]);
    for (const log of ['worker.log', 'simulator.log', 'temporal.log']) {
      expect(readFileSync(join(rehearsal.folder, log), 'utf8').toLowerCase()).not.toContain(CANARY);
    }
  }, 180_000);
});

/** Some records of a batch are bad: all the others land, and exactly those are named, to the person and not to Temporal. */
const SIZE = { accounts: 3, contacts: 121, opportunities: 1 };
/** Places in whichever of the two batches of contacts is sent first: the smaller one has twenty. */
const BAD = [3, 7, 17];

describe('a batch with bad records', () => {
  it('costs nobody else, and each of them is named with what the portal said', async () => {
    await rehearsal.portal.faults({ rules: [{ fault: { kind: 'refuse-inputs', inputs: BAD, code: 'INVALID_EMAIL' }, path: '^POST .*/objects/.*contacts/batch/create', times: 1 }] });
    const file = rehearsal.migrationFile(writeSmallExport(join(rehearsal.folder, 'refused'), SIZE), '', 'refused');
    const { environment } = rehearsal.stack;

    const started = await runCommand(['start', file, '--json'], environment, rehearsal.folder);
    const { err } = await runCommand(['report', 'refused', '--out', 'report'], environment, rehearsal.folder);

    expect(err).toContain('Written to');
    expect(started.exitCode).toBe(6);
    const migration = await rehearsal.portage.migration('refused');
    const report = (await migration.report())!;
    // One of the contacts is another once more, and combined with it.
    expect(report.objects.contacts).toMatchObject({ source: SIZE.contacts, created: SIZE.contacts - 1 - BAD.length, folded: 1, refused: BAD.length, inDoubt: 0 });
    expect(report.inDoubt).toEqual([]);
    expect(report.refused).toHaveLength(BAD.length);
    for (const refused of report.refused) {
      expect(refused).toMatchObject({ workType: 'contacts', code: 'INVALID_EMAIL', category: 'VALIDATION_ERROR', sourceId: expect.stringMatching(/^003/) as string });
      expect(refused.message).not.toBe('');
      expect(refused.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    }
    const there = new Set((await rehearsal.portal.dump()).records['contacts']?.map(({ properties }) => properties['salesforce_id']));
    expect(report.refused.filter(({ sourceId }) => there.has(sourceId ?? ''))).toEqual([]);

    const lines = readFileSync(join(rehearsal.folder, 'report', 'refused.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('type,ordinal,source_id,category,code,property,message,correlation_id');
    expect(lines).toHaveLength(1 + BAD.length);
    expect(await toldToTemporal(migration.run, report.refused.flatMap(({ message, correlationId }) => [message, correlationId ?? message]))).toEqual({
      words: [],
      problems: [{ code: 'refused', workType: 'contacts', count: BAD.length, ordinals: report.refused.map(({ ordinal }) => ordinal), since: null }],
    });
    await retried(report);
  }, 240_000);
});

/** Tried again, exactly these are written, in a round and a shard of their own; a rollback undoes them with the rest. */
async function retried(before: Report): Promise<void> {
  const { environment } = rehearsal.stack;
  const recordsBut = async (sourceIds: readonly (string | null)[]) =>
    Object.fromEntries(Object.entries((await rehearsal.portal.dump()).records).map(([type, each]) => [type, each.filter(({ properties }) => !sourceIds.includes(properties['salesforce_id'] ?? ''))]));
  const untouched = await recordsBut([]);

  const asked = await runCommand(['retry', 'refused', '--dry-run'], environment, rehearsal.folder);
  const ended = await runCommand(['retry', 'refused', '--reason', 'INVALID_EMAIL', '--json'], environment, rehearsal.folder);

  expect(asked.out).toContain(`write ${BAD.length} contacts`);
  expect({ exitCode: ended.exitCode, err: ended.exitCode === 0 ? '' : ended.err }).toEqual({ exitCode: 0, err: '' });
  const migration = await rehearsal.portage.migration('refused');
  expect(migration.row).toMatchObject({ state: 'verified', phase: 'open', round: 1 });
  const report = (await migration.report())!;
  expect(report.objects.contacts).toEqual({ ...before.objects.contacts, created: SIZE.contacts - 1, refused: 0 });
  expect(report.associations['contacts-companies']).toMatchObject({ endNotWritten: 0, refused: 0, added: SIZE.contacts - 1 });
  expect({ refused: report.refused, groups: report.groups }).toEqual({ refused: [], groups: [] });
  expect(report.verify).toMatchObject({ differences: 0, recordsCompared: SIZE.contacts - 1 + SIZE.accounts + SIZE.opportunities });
  expect(await recordsBut(before.refused.map(({ sourceId }) => sourceId))).toEqual(untouched);
  const shards = await rehearsal.portage.ledger.writing.readShards(migration.run);
  expect(shards.filter(({ objectType }) => objectType === 'contacts').map(({ partition, pairCount }) => [partition, pairCount])).toEqual([[0, SIZE.contacts - BAD.length], [1, BAD.length]]);

  const nothingLeft = await runCommand(['retry', 'refused'], environment, rehearsal.folder);
  expect(nothingLeft.exitCode).not.toBe(0);
  await migration.rollback({ confirm: migration.run });
  await until(migration, ({ state }) => state === 'rolled-back');
  expect((await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived) ?? []).toEqual([]);
}

/** Which of the words stand in a history of the run, and what its query names. */
async function toldToTemporal(run: string, words: readonly string[]): Promise<{ readonly words: readonly string[]; readonly problems: unknown }> {
  return withTemporal(async (client) => {
    const histories: string[] = [];
    for await (const { workflowId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      histories.push(JSON.stringify(events, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value)));
    }
    expect(histories.join('')).toContain(run);
    return { words: words.filter((word) => histories.some((history) => history.includes(word))), problems: await client.workflow.getHandle(`migration/${run}`).query(problemsQuery) };
  });
}

const ROOT = join(__dirname, '..', '..');

/** One of each. */
const ONE_OF_EACH = {
  'Account.csv': 'Id,Name\n0015e0000000001AAA,Portage Test\n',
  'Contact.csv': 'Id,AccountId,FirstName,LastName,Email\n0035e0000000001AAA,0015e0000000001AAA,Ada,Test,ada@example.com\n',
  'Opportunity.csv': 'Id,AccountId,Name,StageName,Amount,CloseDate,IsClosed,IsWon\n0065e0000000001AAA,0015e0000000001AAA,Test deal,Closed Won,12.5,2024-02-29,true,true\n',
};

/** Runs a script in a folder as a user would, with the settings of a rehearsal and of nothing else. */
async function runScript(path: string, folder: string, environment: Readonly<Record<string, string>>): Promise<{ readonly exitCode: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), path], {
    cwd: folder,
    env: { ...environment, PATH: process.env['PATH'], HOME: folder, XDG_CONFIG_HOME: folder, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const caught = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => void (caught.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (caught.err += chunk.toString('utf8')));
  // It polls for as long as the migration goes on: a test that gives up must not leave it behind.
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 120_000);
  await once(child, 'close');
  clearTimeout(tooLong);
  return { exitCode: child.exitCode, ...caught };
}

describe('the script in the README', () => {
  it('migrates what its migration file names, prints how it ended, and ends itself', async () => {
    const { folder, stack, portal } = rehearsal;
    rehearsal.migrationFile(rehearsal.sourceFolder('one-of-each', ONE_OF_EACH), '', 'migration');
    const script = join(folder, 'script.ts');
    writeFileSync(script, readmeScriptFromAnywhere());

    const { exitCode, out, err } = await runScript(script, folder, stack.environment);

    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/^verified /);
    expect(out).toMatch(/source: 1\b/);
    expect(out).toMatch(/created: 1\b/);
    const { records } = await portal.canonicalDump();
    expect(Object.keys(records['contacts'] ?? {})).toEqual(['0035e0000000001AAA']);
    await finalized(await rehearsal.portage.migration('migration'));
  }, 150_000);
});

describe('the way from an export to a migration', () => {
  it('goes from init to a start of the very plan, with what the commands themselves say', async () => {
    const { folder, stack, portal, sourceFolder } = rehearsal;
    sourceFolder('walk', {
      'Account.csv': 'Id,Name,Floor_Area__c\n0015e0000000002AAA,Walk Test,120\n0015e0000000003AAA,Walk Test Two,80\n',
      'Opportunity.csv': 'Id,Name,StageName,Amount,CloseDate,AccountId\n0065e0000000001AAA,A deal,Open,100,2026-01-31,0015e0000000002AAA\n',
    });
    const file = join(folder, 'walk.yaml');
    const portage = (...words: readonly string[]) => runCommand(words, { ...stack.environment, HOME: folder, XDG_CONFIG_HOME: folder }, folder);

    const init = await portage('init', '--files', 'walk', '--out', 'walk.yaml');
    expect({ exitCode: init.exitCode, out: init.out }).toEqual({ exitCode: 0, out: expect.stringContaining('portage check walk.yaml') as string });
    const proposed = readFileSync(file, 'utf8');
    expect(proposed).toContain('floor_area: { from: Floor_Area__c, create: { type: number, label: Floor Area } }');
    expect(proposed).not.toMatch(/Walk Test|A deal/);

    const refused = await portage('check', 'walk.yaml');
    expect(refused.exitCode).toBe(3);
    expect(refused.out).toMatch(/^To mend first \(1\):\n {2}walk\.yaml line \d+, source\.currency: /m);
    expect(refused.out.trimEnd().split('\n').at(-1)).toMatch(/^Not ready: 1 mistake to mend first/);

    writeFileSync(file, proposed.replace(/# currency: USD.*/, 'currency: USD'));
    const checked = await portage('check', 'walk.yaml', '--json');
    expect({ exitCode: checked.exitCode, ready: (JSON.parse(checked.out) as { ready: boolean }).ready }).toEqual({ exitCode: 0, ready: true });
    const mended = readFileSync(file, 'utf8');
    await portage('init', '--out', 'walk.yaml');
    expect(readFileSync(file, 'utf8')).toBe(mended);

    const planned = await portage('plan', 'walk.yaml');
    const [, digest = ''] = /--plan ([0-9a-f]{64})/.exec(planned.out) ?? [];
    expect({ exitCode: planned.exitCode, err: planned.exitCode === 0 ? '' : planned.err, length: digest.length }).toEqual({ exitCode: 0, err: '', length: 64 });

    const started = await portage('start', 'walk.yaml', '--plan', digest, '--yes', '--accept-left-out', '0');
    expect({ exitCode: started.exitCode, err: started.exitCode === 0 ? '' : started.err }).toEqual({ exitCode: 0, err: '' });
    const { records } = await portal.canonicalDump();
    expect(records['companies']?.['0015e0000000002AAA']).toMatchObject({ name: 'Walk Test', floor_area: '120' });
    await finalized(await rehearsal.portage.migration(/^id: (.+)$/m.exec(proposed)?.[1]));
  }, 120_000);

  it('does not write to a file that is no migration file', async () => {
    const { folder, stack } = rehearsal;
    writeFileSync(join(folder, 'compose.yaml'), 'services: {}\n');

    const { exitCode, err } = await runCommand(['init', '--files', 'walk', '--out', 'compose.yaml'], stack.environment, folder);

    expect({ exitCode, text: readFileSync(join(folder, 'compose.yaml'), 'utf8') }).toEqual({ exitCode: 3, text: 'services: {}\n' });
    expect(err).toContain('no migration file');
  });
});
