import { PassThrough } from 'node:stream';
import { CommandError } from '../../client/command-error';
import { describeReason, followMigration, progressLine } from '../../client/follow';
import type { MigrationStatus } from '../../client/migration-status';
import type { Migration } from '../../client/portage-client';
import { createTerminal, type Terminal } from '../../client/terminal';
import { PAUSE_REASONS } from '../../domain/phase';
import { anAssociationTally, aReason, aRecordTally, aStatus } from '../support/client-values';

describe('progressLine', () => {
  it('shows phase, rate, calls left today and the expected end', () => {
    const status = aStatus({ phase: 'contacts', calls: { made: 100, forecast: 480 }, quota: { dailyLimit: 625_000, dailyRemaining: 524_900 } });

    expect(progressLine(status, 19)).toBe('writing contacts · 19.0 calls/s · 524,900 calls left today · done in about 20 s');
  });

  it('promises no end before a rate or a forecast is known', () => {
    expect(progressLine(aStatus({ calls: { made: 100, forecast: 480 } }), null)).toBe('writing contacts');
    expect(progressLine(aStatus({ calls: { made: 100, forecast: null } }), 19)).toBe('writing contacts · 19.0 calls/s');
    expect(progressLine(aStatus({ calls: { made: 100, forecast: 480 } }), 0)).toBe('writing contacts · 0.0 calls/s');
  });

  it('expects the end now, not in the past, when there were more calls than forecast', () => {
    expect(progressLine(aStatus({ calls: { made: 500, forecast: 480 } }), 19)).toContain('done in about 0 s');
  });

  it.each(['open', 'rollback'] as const)('promises no end by the forecast of the way forward in phase %s', (phase) => {
    expect(progressLine(aStatus({ phase, calls: { made: 100, forecast: 480 } }), 19)).not.toContain('done in');
  });

  it('shows each reason to wait, and promises no end while it waits', () => {
    const reasons = [aReason({ kind: 'operator' }), aReason({ kind: 'quota', until: '2026-11-23T05:00:00.000Z' })];

    const line = progressLine(aStatus({ reasons, calls: { made: 100, forecast: 480 } }), 19);

    expect(line).toContain('WAITS: paused by a person');
    expect(line).toMatch(/WAITS: the day's share of API calls is used up, goes on by itself at 2026-11-2[234] \d\d:\d\d/);
    expect(line).not.toContain('done in');
  });
});

describe('describeReason', () => {
  it.each(PAUSE_REASONS.map((kind) => [kind]))('has words for %s', (kind) => {
    expect(describeReason(aReason({ kind }))).toMatch(/^[a-zA-Z].{10,}/);
  });

  it('tells the code, so that it can be looked up', () => {
    expect(describeReason(aReason({ kind: 'authorization', code: 'token-expired' }))).toContain('(token-expired)');
  });
});

/** A run whose status is the next of these each time it is asked; the last one stays. Nothing else of it may be used. */
function runThrough(statuses: readonly MigrationStatus[]): Migration {
  let asked = 0;
  const unused = () => Promise.reject(new Error('following only reads the status'));
  return {
    run: 'acme-2026.1',
    row: { run: 'acme-2026.1' } as Migration['row'],
    pause: unused,
    resume: unused,
    rollback: unused,
    throttle: unused,
    finalize: unused,
    live: unused,
    workflow: unused,
    report: unused,
    ended: unused,
    status: async () => statuses[Math.min(asked++, statuses.length - 1)]!,
  };
}

function pipe(): { readonly terminal: Terminal; readonly text: () => string } {
  const err = new PassThrough();
  let text = '';
  err.on('data', (chunk: Buffer) => void (text += chunk.toString('utf8')));
  return { terminal: createTerminal({ input: new PassThrough(), out: new PassThrough(), err }), text: () => text };
}

describe('followMigration', () => {
  it('ends with the status in which the run ended', async () => {
    const { terminal } = pipe();

    const status = await followMigration(runThrough([aStatus(), aStatus({ phase: 'open', state: 'verified' })]), terminal);

    expect(status.state).toBe('verified');
  });

  it('writes a plain line with counts for each phase where there is no terminal', async () => {
    const { terminal, text } = pipe();
    const objects = { contacts: aRecordTally({ created: 900, folded: 13, pending: 87, inDoubt: 24 }) };
    const associations = { 'deals-contacts': anAssociationTally({ added: 50, pending: 50 }) };

    await followMigration(runThrough([aStatus({ objects }), aStatus({ objects }), aStatus({ phase: 'relink', objects, associations }), aStatus({ phase: 'open', state: 'verified' })]), terminal);

    expect(text().trimEnd().split('\n')).toEqual([
      'writing contacts · Contacts 900/1,011',
      expect.stringMatching(/^writing associations.* · Contacts 900\/1,011 · Deal to contact 50\/100$/),
      expect.stringContaining('done, open for rollback'),
    ]);
  });

  it('ends with exit code 9 and the remedy when the run waits for a person and nobody is there', async () => {
    const { terminal } = pipe();
    const waiting = aStatus({ state: 'paused', reasons: [aReason({ kind: 'approval', remedy: 'Approve it.' })] });

    const failure = await followMigration(runThrough([waiting]), terminal).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({ exitCode: 9, remedy: 'Approve it.' });
  });

  it('goes on following a wait that ends by itself', async () => {
    const { terminal, text } = pipe();
    const waiting = aStatus({ state: 'paused', reasons: [aReason({ kind: 'quota', until: '2026-11-23T05:00:00.000Z' })] });

    const status = await followMigration(runThrough([waiting, aStatus({ phase: 'open', state: 'verified' })]), terminal);

    expect(status.state).toBe('verified');
    expect(text()).toContain('WAITS');
  });

  it('stops following when told to, and leaves the run alone', async () => {
    const { terminal } = pipe();
    const stop = new AbortController();
    stop.abort();

    const status = await followMigration(runThrough([aStatus()]), terminal, { signal: stop.signal });

    expect(status.state).toBe('running');
  });
});
