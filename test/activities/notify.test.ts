import { createNotify } from '../../activities/notify';
import type { TellCommand } from '../../activities/notify';
import { aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

const NEWS = { key: 'quota 2026-11-22T08:00:00.000Z', event: 'waits' as const, state: 'paused' as const, reasons: [{ kind: 'quota' as const, code: 'daily-limit', since: '2026-11-22T08:00:00.000Z', until: '2026-11-23T00:00:00.000Z' }] };

describe('notify', () => {
  let scene: WritingScene;
  let told: { readonly command: string; readonly words: readonly string[]; readonly line: string }[];
  beforeEach(() => {
    told = [];
  });
  afterEach(() => scene.close());

  const tell = (problem: string | null = null): TellCommand => async (command, { words, line }) => {
    told.push({ command, words, line });
    return problem;
  };
  const notify = (tellCommand: TellCommand) => scene.perform(() => createNotify({ ...scene, tellCommand }).notify({ run: scene.row.run, ...NEWS }));

  it('tells reasons and counts, and not a value of a record', async () => {
    scene = await openWritingScene({}, { notify: { command: '/opt/tell-us.sh' } });
    await scene.plan([aPlannedRecord('contacts', 0, { email: 'ada@acme.com', lastname: 'Lovelace' })]);

    expect(await notify(tell())).toEqual({ told: true });

    expect(told).toEqual([{ command: '/opt/tell-us.sh', words: ['acme.1', 'waits', 'paused'], line: expect.any(String) as string }]);
    expect(JSON.parse(told[0]!.line)).toEqual({
      ...NEWS, run: 'acme.1', migration: 'acme', counts: { contacts: { source: 1, created: 0, updated: 0, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0, pending: 1 } },
    });
    expect(told[0]!.line).not.toMatch(/\n|ada@|Lovelace|contacts-0/);
  });

  it('tells the same news once, however often it is asked', async () => {
    scene = await openWritingScene({}, { notify: { command: '/opt/tell-us.sh' } });

    await notify(tell());
    await notify(tell());

    expect(told).toHaveLength(1);
  });

  it('makes a finding of a command that fails, and goes on', async () => {
    scene = await openWritingScene({}, { notify: { command: '/opt/tell-us.sh' } });

    expect(await notify(tell('exit-code-3'))).toEqual({ told: false });

    expect(await scene.ledger.runs.readFindings(scene.row.run)).toEqual([expect.objectContaining({ code: 'notify-failed', severity: 'warning', message: expect.stringContaining('exit-code-3') as string })]);
  });

  it('tells nobody where the migration file names none', async () => {
    scene = await openWritingScene();

    expect(await notify(tell())).toEqual({ told: false });

    expect(told).toEqual([]);
  });
});
