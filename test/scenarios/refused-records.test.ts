/** Some records of a batch are bad: all the others land, and exactly those are named, to the person and not to Temporal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { connectToTemporal } from '../../local/temporal-server';
import { problemsQuery } from '../../workflows/messages';
import { writeSmallExport } from '../support/driver/small-export';
import { startRehearsal, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

const SIZE = { accounts: 3, contacts: 121, opportunities: 1 };
/** Places in whichever of the two batches of contacts is sent first: the smaller one has twenty. */
const BAD = [3, 7, 17];

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await startRehearsal();
});
afterAll(() => rehearsal.end());

describe('a batch with bad records', () => {
  it('costs nobody else, and each of them is named with what the portal said', async () => {
    await rehearsal.portal.faults({ rules: [{ fault: { kind: 'refuse-inputs', inputs: BAD, code: 'INVALID_EMAIL' }, path: '^POST .*/objects/.*contacts/batch/create', times: 1 }] });
    const file = rehearsal.migrationFile(writeSmallExport(join(rehearsal.folder, 'export'), SIZE));
    const { environment } = rehearsal.stack;

    const started = await runCommand(['start', file, '--json'], environment, rehearsal.folder);
    const { err } = await runCommand(['report', '--out', 'report'], environment, rehearsal.folder);

    expect(err).toContain('Written to');
    expect(started.exitCode).toBe(6);
    const migration = await rehearsal.portage.migration();
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
  }, 120_000);
});

describe('a retry of them', () => {
  it('shows what it would do, then writes exactly those, in a round and a shard of their own', async () => {
    const { environment } = rehearsal.stack;
    const before = (await (await rehearsal.portage.migration()).report())!;
    const untouched = recordsBut(await rehearsal.portal.dump(), []);

    const asked = await runCommand(['retry', '--dry-run'], environment, rehearsal.folder);
    const retried = await runCommand(['retry', '--reason', 'INVALID_EMAIL', '--json'], environment, rehearsal.folder);

    expect(asked.out).toContain(`write ${BAD.length} contacts`);
    expect(retried).toMatchObject({ exitCode: 0 });
    const migration = await rehearsal.portage.migration();
    expect(migration.row).toMatchObject({ state: 'verified', phase: 'open', round: 1 });
    const report = (await migration.report())!;
    expect(report.objects.contacts).toEqual({ ...before.objects.contacts, created: SIZE.contacts - 1, refused: 0 });
    expect(report.associations['contacts-companies']).toMatchObject({ endNotWritten: 0, refused: 0, added: SIZE.contacts - 1 });
    expect(report.refused).toEqual([]);
    expect(report.verify).toMatchObject({ differences: 0, recordsCompared: SIZE.contacts - 1 + SIZE.accounts + SIZE.opportunities });
    const dump = await rehearsal.portal.dump();
    expect(recordsBut(dump, before.refused.map(({ sourceId }) => sourceId))).toEqual(untouched);
    expect(dump.records['contacts']).toHaveLength(SIZE.contacts - 1);
    const shards = await rehearsal.portage.ledger.writing.readShards(migration.run);
    expect(shards.filter(({ objectType }) => objectType === 'contacts').map(({ partition, pairCount }) => [partition, pairCount])).toEqual([[0, SIZE.contacts - BAD.length], [1, BAD.length]]);

    const again = await runCommand(['retry'], environment, rehearsal.folder);
    expect(again.exitCode).not.toBe(0);
  }, 120_000);

  it('is undone by a rollback like all else', async () => {
    const { environment } = rehearsal.stack;
    const { run } = await rehearsal.portage.migration();

    const undone = await runCommand(['rollback', '--confirm', run, '--json'], environment, rehearsal.folder);

    expect(undone.exitCode).toBe(0);
    expect((await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived) ?? []).toEqual([]);
  }, 120_000);
});

/** Live records without the bookkeeping of times, but for those of these source ids. */
function recordsBut({ records }: Awaited<ReturnType<Rehearsal['portal']['dump']>>, sourceIds: readonly (string | null)[]): unknown {
  return Object.fromEntries(Object.entries(records).map(([type, each]) => [type, each.filter(({ properties }) => !sourceIds.includes(properties['salesforce_id'] ?? ''))]));
}

/** Which of the words stand in a history of the run, and what its query names. */
async function toldToTemporal(run: string, words: readonly string[]): Promise<{ readonly words: readonly string[]; readonly problems: unknown }> {
  const connection = await connectToTemporal(rehearsal.stack.temporal().address);
  try {
    const client = new Client({ connection });
    const histories: string[] = [];
    for await (const { workflowId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      histories.push(JSON.stringify(events, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value)));
    }
    expect(histories.join('')).toContain(run);
    return { words: words.filter((word) => histories.some((history) => history.includes(word))), problems: await client.workflow.getHandle(`migration/${run}`).query(problemsQuery) };
  } finally {
    await connection.close();
  }
}
