import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection, Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { unparse } from 'papaparse';
import { startRehearsal, type Rehearsal } from '../support/rehearsal';

const CANARY = 'kanarienvogel';
const account = '0015e0000000001AAA';
const contact = '0035e0000000001AAA';
const deal = '0065e0000000001AAA';

/** Every column but the ids holds a value that can be found again. */
const FILES = {
  'Account.csv': unparse([{ Id: account, Name: `${CANARY} account`, Website: `https://${CANARY}.com`, Phone: `${CANARY} 1`, BillingStreet: `${CANARY} street`, BillingCity: `${CANARY} city`, Description: `${CANARY} text`, Odd__c: `${CANARY} odd` }]),
  'Contact.csv': unparse([{ Id: contact, AccountId: account, FirstName: `${CANARY}first`, LastName: `${CANARY}last`, Email: `${CANARY}@example.com`, Phone: `${CANARY} 2`, Title: `${CANARY} title`, MailingCity: `${CANARY} town`, LeadSource: `${CANARY} source` }]),
  'Opportunity.csv': unparse([{ Id: deal, AccountId: account, ContactId: contact, Name: `${CANARY} deal`, StageName: `${CANARY} stage`, Amount: '12.5', CloseDate: '2024-02-29', IsClosed: 'false', IsWon: 'false', Description: `${CANARY} note`, NextStep: `${CANARY} next` }]),
};

describe('customer values', () => {
  let rehearsal: Rehearsal;
  beforeAll(async () => {
    rehearsal = await startRehearsal();
  });
  afterAll(() => rehearsal.end());

  it('reach the portal, and neither a workflow history nor a log', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(rehearsal.sourceFolder('canary', FILES)));
    const status = await migration.ended();
    expect(status.state).toBe('verified');
    await migration.rollback({ confirm: migration.run });
    await migration.ended();

    expect(JSON.stringify(await rehearsal.portal.dump())).toContain(`${CANARY} deal`);
    const connection = await Connection.connect({ address: rehearsal.stack.environment['TEMPORAL_ADDRESS'] ?? '' });
    try {
      const client = new Client({ connection });
      const texts: string[] = [];
      for await (const { workflowId, runId } of client.workflow.list()) {
        const json = JSON.stringify(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
        // Payloads are base64 in the export: look at both forms.
        const payloads = [...json.matchAll(/"data":"([^"]+)"/g)].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
        texts.push(json, ...payloads);
      }
      expect(texts.length).toBeGreaterThan(10);
      expect(texts.filter((text) => text.toLowerCase().includes(CANARY))).toEqual([]);
    } finally {
      await connection.close();
    }
    for (const log of ['worker.log', 'simulator.log', 'temporal.log']) {
      expect(readFileSync(join(rehearsal.folder, log), 'utf8').toLowerCase()).not.toContain(CANARY);
    }
  }, 180_000);
});
