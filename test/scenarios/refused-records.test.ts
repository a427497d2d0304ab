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
