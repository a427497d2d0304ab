import { exitCodeOf, explainNotStarted } from '../../client/outcome';
import type { Finding } from '../../domain/finding';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { RUN_STATES, type RunState } from '../../domain/phase';
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import { aPlan, aStatus } from '../support/client-values';

const CODES: Readonly<Record<Exclude<RunState, 'not-started'>, number>> = {
  planning: 0,
  planned: 0,
  running: 0,
  paused: 9,
  verified: 0,
  differs: 7,
  'finished-with-refusals': 6,
  'rolling-back': 0,
  'rolled-back': 0,
  finalized: 0,
};

const aFinding = (change: Partial<Finding>): Finding => ({ code: 'file-truncated', severity: 'error', place: 'Account.csv', message: 'It ends in the middle.', remedy: 'Export again.', count: 1, ...change });

/** A ledger with one run that has these findings. */
async function withFindings<T>(findings: readonly Finding[], action: (ledger: Ledger, run: string) => Promise<T>): Promise<T> {
  const ledger = await openLedger({ location: ':memory:' });
  try {
    const now = '2026-11-22T05:00:00.000Z';
    const definition = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: '/nowhere' }, target: { crm: 'hubspot' } });
    const { run } = await ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition, definitionDigest: 'd', now });
    await ledger.runs.addFindings(run, findings);
    return await action(ledger, run);
  } finally {
    await ledger.close();
  }
}

describe('exitCodeOf', () => {
  it.each(Object.entries(CODES))('is, for a run that is %s, %d', async (state, code) => {
    const known = RUN_STATES.find((each) => each === state) ?? 'running';

    expect(await withFindings([], (ledger) => exitCodeOf(aStatus({ state: known }), ledger))).toBe(code);
  });
});

describe('explainNotStarted', () => {
  const exitCode = async (findings: readonly Finding[]) => (await withFindings(findings, explainNotStarted)).exitCode;

  it('ends as the first error says that names an exit code', async () => {
    expect(await exitCode([aFinding({ severity: 'warning', exitCode: 5 }), aFinding({ code: 'a' }), aFinding({ code: 'b', exitCode: 4 })])).toBe(4);
  });

  it('ends as bad input does where no error names a code', async () => {
    expect(await exitCode([aFinding({})])).toBe(3);
  });

  it('ends as a bug does where a run did not start without any error', async () => {
    expect(await exitCode([aFinding({ severity: 'info' })])).toBe(1);
  });

  it('gives the words of a failed call where no finding tells why', async () => {
    const told = await withFindings([], async (ledger, run) => {
      await ledger.facts.recordError(run, { type: 'TransientError', code: 'unreachable', message: 'HubSpot does not answer. <- HubSpot does not answer. <- ECONNREFUSED', place: 'inspectPortal', at: '2026-11-22T05:00:01.000Z' });
      return explainNotStarted(ledger, run);
    });

    expect(told).toEqual({ lines: ['HubSpot does not answer. (unreachable)'], reason: 'HubSpot does not answer. (unreachable)', exitCode: 8 });
  });

  it('is refused by its plan, and says why, where open deals would lose their owner', async () => {
    const told = await withFindings([aFinding({ severity: 'warning' })], async (ledger, run) => {
      await ledger.plans.save((await ledger.runs.find(run))!.stagingId, aPlan({ openDealsToAccept: 35 }));
      return explainNotStarted(ledger, run);
    });

    expect(told).toMatchObject({ reason: expect.stringContaining('35 open deals would lose their owner') as string, exitCode: 5 });
  });
});
