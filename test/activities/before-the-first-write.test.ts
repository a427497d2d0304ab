import { MockActivityEnvironment } from '@temporalio/testing';
import { createInspectPortal } from '../../activities/inspect-portal';
import type { SourceConnector, TargetConnector } from '../../connectors/connector';
import { MigrationError } from '../../domain/migration-error';
import { aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { aContactRow, anAccount, aRowsSource } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

async function planningOf(options: Partial<Parameters<typeof aPlanning>[0]> = {}): Promise<Planning> {
  const planning = await aPlanning({ source: aRowsSource({ Contact: [aContactRow(1)] }), ...options });
  opened.push(planning);
  return planning;
}

const failure = async (work: Promise<unknown>): Promise<MigrationError> => work.then(() => { throw new Error('It should have failed.'); }, (error: MigrationError) => error);
const findingsOf = ({ ledger, row }: Planning) => ledger.runs.readFindings(row.run);

describe('inspectPortal', () => {
  it('keeps the snapshot and the portal of the run', async () => {
    const planning = await planningOf();

    expect(await planning.inspectPortal()).toEqual({ portalId: '1234567' });
    expect((await planning.ledger.plans.readSnapshot(planning.row.stagingId))?.snapshot).toEqual(aSnapshot());
    expect((await planning.ledger.runs.find(planning.row.run))?.portalId).toBe('1234567');
  });

  const needed = ['companies', 'contacts', 'deals'].flatMap((type) => [`crm.objects.${type}.read`, `crm.objects.${type}.write`, `crm.schemas.${type}.write`]);
  const refusing = (error: MigrationError): TargetConnector => ({ ...aTargetPortal(), portalId: async () => { throw error; } });

  it.each<[string, Partial<Parameters<typeof aPlanning>[0]>, string, string, number]>([
    ['another portal than the file names', { definition: { target: { crm: 'hubspot', portal: 99 } } }, 'IdentityError', 'wrong-portal', 4],
    ['a file that names no portal, outside the simulator', { target: aTargetPortal({ simulator: false }) }, 'PlanError', 'portal-required', 3],
    ['a token without a scope', { target: aTargetPortal({ snapshot: aSnapshot({ scopes: needed }) }) }, 'AuthorizationError', 'missing-scope', 4],
    ['a token that is refused', { target: refusing(new MigrationError('AuthorizationError', 'no', { code: 'token-refused', exitCode: 4 })) }, 'AuthorizationError', 'token-refused', 4],
  ])('ends with a finding for %s', async (_, options, type, code, exitCode) => {
    const planning = await planningOf(options);

    await planning.inspectSource();
    const error = await failure(planning.inspectPortal());

    expect({ type: error.type, code: error.details.code, exitCode: error.details.exitCode }).toEqual({ type, code, exitCode });
    expect(await findingsOf(planning)).toEqual([expect.objectContaining({ code, severity: 'error' })]);
  });

  it('refuses while another run is writing to the same portal, but lets it be looked at', async () => {
    const looking = await planningOf();
    const { ledger, row } = looking;
    const { definition, definitionDigest } = row;
    const other = await ledger.runs.open({ migrationId: 'other', kind: 'migration', definition, definitionDigest, now: '2026-09-01T09:00:00.000Z' });
    await ledger.runs.update(other.run, { state: 'paused', phase: 'contacts' });
    await ledger.runs.claimPortal(other.run, { portalId: '1234567', keyProperty: 'salesforce_id', objectTypes: ['contacts'] });
    const { run } = await ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition, definitionDigest, now: '2026-09-01T10:00:00.000Z' });
    const inspect = () => new MockActivityEnvironment().run(() => createInspectPortal({ ledger, target: aTargetPortal(), openSource: () => looking.source }).inspectPortal({ run }));

    expect(await failure(inspect())).toMatchObject({ type: 'PlanError', details: { code: 'other-run-writing', exitCode: 3 } });
    expect((await ledger.runs.readFindings(run)).map(({ message }) => message)).toEqual(['Run other.1 is writing to portal 1234567, to object types that this source holds too.']);
    expect(await looking.inspectPortal()).toEqual({ portalId: '1234567' });
  });

  it('names the scope that is missing', async () => {
    const planning = await planningOf({ target: aTargetPortal({ snapshot: aSnapshot({ scopes: needed }) }) });
    await planning.inspectSource();
    await failure(planning.inspectPortal());

    expect((await findingsOf(planning))[0]?.message).toContain('crm.objects.owners.read');
  });

  it('says that the portal is not reachable, and leaves the repetition to the caller', async () => {
    const planning = await planningOf({ target: refusing(new MigrationError('TransientError', 'no answer', { code: 'connection-refused', mayHaveLanded: false })) });

    expect(await failure(planning.inspectPortal())).toMatchObject({ type: 'TransientError', details: { code: 'connection-refused', mayHaveLanded: false, exitCode: 8 } });
  });
});

describe('inspectSource', () => {
  it('counts files and names those that nothing reads', async () => {
    const planning = await planningOf({ source: aRowsSource({ Account: [anAccount(1)], Contact: [aContactRow(1)] }, { unread: [{ name: 'Case.csv', object: 'Case', rowCount: 12 }] }) });

    expect(await planning.inspectSource()).toEqual({ fileCount: 2 });
    expect(await findingsOf(planning)).toEqual([expect.objectContaining({ code: 'unread-object', severity: 'info', place: 'Case.csv', count: 12 })]);
  });

  it('ends with all findings when one of them is an error', async () => {
    const finding = { code: 'file-truncated', severity: 'error' as const, place: 'Contact.csv:9', message: 'The file ends in the middle of a row.', remedy: 'Copy it again.', count: 1, exitCode: 3 };
    const planning = await planningOf({ source: aRowsSource({}, { findings: [finding] }) });

    expect(await failure(planning.inspectSource())).toMatchObject({ type: 'PlanError', details: { code: 'file-truncated', exitCode: 3 } });
    expect(await findingsOf(planning)).toEqual([finding]);
  });
});

describe('sampleSource', () => {
  it('keeps how values are written and their type, and none of them', async () => {
    const planning = await planningOf({ source: aRowsSource({ Contact: [aContactRow(1, { Floor__c: '12', Since__c: '2024-01-31', Secret__c: 'Geheimnis' }), aContactRow(2, { Floor__c: '7', Since__c: null, Secret__c: 'Top Secret' })] }) });
    await planning.inspectSource();

    expect((await planning.sampleSource()).columnCount).toBeGreaterThan(3);

    const inspection = await planning.ledger.staging.readInspection(planning.row.stagingId);
    expect(inspection?.samples?.['Contact']).toMatchObject({
      Floor__c: { filledCount: 2, rowCount: 2, type: 'number', shapes: ['9', '99'] },
      Since__c: { filledCount: 1, type: 'date', shapes: ['9999-99-99'] },
      Secret__c: { type: 'string', shapes: ['Aa+', 'Aa+ Aa+'] },
    });
    expect(JSON.stringify(inspection?.samples)).not.toMatch(/Geheimnis|Secret[^_]/);
  });
});

describe('inspectPortal of a source that was looked at', () => {
  const source = aRowsSource({ Contact: [aContactRow(1)], Opportunity: [{ Id: '0065e0000000001AAA', Name: 'D', StageName: 'Open', Amount: '1' }] });
  const definition = { source: { crm: 'salesforce', files: '/export' }, objects: { contacts: { properties: { firstnam: 'FirstName' } } } };

  it('tells everything it found to a check, all mistakes at once', async () => {
    const planning = await planningOf({ source, definition });
    await planning.inspectSource();

    const error = await failure(planning.inspectPortal('everything'));

    expect(error).toMatchObject({ type: 'PlanError', details: { exitCode: 3 } });
    const findings = await findingsOf(planning);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code).sort()).toEqual(['currency-unknown', 'unknown-property']);
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['portal', 'quota', 'pipelines-to-make']));
  });

  it('tells mistakes alone to a plan, and nothing to a first look', async () => {
    const [plan, look] = [await planningOf({ source, definition }), await planningOf({ source, definition })];
    await plan.inspectSource();
    await look.inspectSource();
    await failure(plan.inspectPortal());

    expect((await findingsOf(plan)).map(({ severity }) => severity)).toEqual(['error', 'error']);
    expect(await look.inspectPortal('nothing')).toEqual({ portalId: '1234567' });
    expect((await findingsOf(look)).map(({ code }) => code)).toEqual(['simulated-portal']);
  });
});

describe('stageSource', () => {
  const rows = Array.from({ length: 7 }, (_, at) => aContactRow(at + 1));

  /** Fails once before it gives the page behind `after` pages. */
  function dyingAfter(source: SourceConnector, after: number): SourceConnector {
    let left = after;
    return {
      ...source,
      async *read(object, cursor, signal) {
        for await (const page of source.read(object, cursor, signal)) {
          if (left === 0) {
            left = -1;
            throw new Error('killed');
          }
          left -= 1;
          yield page;
        }
      },
    };
  }

  it.each([0, 1, 2, 3])('stages every row once, in order, when it dies behind page %i and is repeated', async (after) => {
    const planning = await planningOf({ source: dyingAfter(aRowsSource({ Contact: rows }, { pageRows: 2 }), after) });
    await planning.inspectSource();
    await failure(planning.stageSource());

    expect(await planning.stageSource()).toEqual({ rows: 7 });
    expect((await planning.ledger.staging.readPage(planning.row.stagingId, 'Contact', -1, 100)).map(({ sourceId }) => sourceId)).toEqual(rows.map(({ Id }) => Id));
  });

  it('changes nothing when it runs again', async () => {
    const planning = await planningOf({ source: aRowsSource({ Contact: rows }) });
    await planning.inspectSource();
    await planning.stageSource();

    expect(await planning.stageSource()).toEqual({ rows: 7 });
  });
});
