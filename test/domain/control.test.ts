import { initialControl, isBlockValid, isLiftedByResume, isPaused, newerControl, reasonAdded, reasonsLifted, stopLifted, stopRequested, throttled, toPauseReason } from '../../domain/control';
import type { ControlState } from '../../domain/control';
import { PAUSE_REASONS } from '../../domain/phase';
import type { PauseReasonKind } from '../../domain/phase';

const at = (since: string, until: string | null = null) => ({ since, until, code: null });
const running = () => initialControl({ rate: 1, reserve: 0.25 });
const pausedFor = (...kinds: PauseReasonKind[]): ControlState => kinds.reduce((state, kind) => reasonAdded(state, toPauseReason(kind, at('2026-11-22T05:00:00.000Z'))), running());
const kindsOf = ({ control }: ControlState) => control.reasons.map(({ kind }) => kind);

describe('reasonAdded', () => {
  it('pauses, under a new version', () => {
    const state = pausedFor('operator');

    expect(isPaused(state.control)).toBe(true);
    expect(state.control.version).toBe(running().control.version + 1);
  });

  it('changes nothing when the same reason is told again', () => {
    const state = pausedFor('quota');

    expect(reasonAdded(state, toPauseReason('quota', at('2026-11-22T06:00:00.000Z')))).toBe(state);
  });

  it('keeps when a wait began, and takes its new end', () => {
    const state = reasonAdded(pausedFor('quota'), toPauseReason('quota', at('2026-11-22T06:00:00.000Z', '2026-11-23T00:00:00.000Z')));

    expect(state.control.reasons).toMatchObject([{ since: '2026-11-22T05:00:00.000Z', until: '2026-11-23T00:00:00.000Z' }]);
  });

  it('says what to do about each kind', () => {
    expect(PAUSE_REASONS.map((kind) => toPauseReason(kind, at('x')).remedy.length > 20)).toEqual(PAUSE_REASONS.map(() => true));
  });
});

describe('toPauseReason', () => {
  it.each([
    { kind: 'portal-unavailable' as const, code: 'ledger-disk-full', word: /disk .* full/ },
    { kind: 'portal-unavailable' as const, code: 'ledger-locked', word: /ledger file locked/ },
    { kind: 'portal-changed' as const, code: 'ledger-not-writable', word: /ledger file cannot be written/ },
    { kind: 'identity' as const, code: 'ledger-unreadable', word: /ledger cannot be read/ },
  ])('blames the ledger, not the portal, for $code', ({ kind, code, word }) => {
    const { remedy } = toPauseReason(kind, { since: '2026-11-22T05:00:00.000Z', code });

    expect(remedy).toMatch(word);
    expect(remedy).not.toContain('The portal');
  });
});

describe('reasonsLifted', () => {
  it.each(PAUSE_REASONS.map((kind) => ({ kind })))('lifts $kind by resume unless it still holds', ({ kind }) => {
    const state = reasonsLifted(pausedFor(kind), (reason) => isLiftedByResume(reason, 'not-approved'));

    expect(kindsOf(state)).toEqual(kind === 'quota' || kind === 'approval' ? [kind] : []);
  });

  it('lifts an approval that was given', () => {
    expect(kindsOf(reasonsLifted(pausedFor('approval', 'operator'), (reason) => isLiftedByResume(reason, 'approved')))).toEqual([]);
  });

  it('does not lift what a person paused when a timer lifts its own', () => {
    expect(kindsOf(reasonsLifted(pausedFor('operator', 'quota'), ({ kind }) => kind === 'quota'))).toEqual(['operator']);
  });

  it('makes a block void that was met before it', () => {
    const paused = pausedFor('authorization');
    const lifted = reasonsLifted(paused, () => true);

    expect(isBlockValid(lifted, paused.control.version)).toBe(false);
    expect(isBlockValid(lifted, lifted.control.version)).toBe(true);
  });
});

describe('stopRequested', () => {
  it('asks for the drain and keeps only the quota', () => {
    const state = stopRequested(pausedFor('operator', 'quota', 'invariant'));

    expect(state.control.stop).toBe(true);
    expect(kindsOf(state)).toEqual(['quota']);
    expect(stopLifted(state).control).toMatchObject({ stop: false, version: state.control.version + 1 });
  });
});

describe('throttled', () => {
  it.each([
    { given: { rate: 0.6 }, rate: 0.6, reserve: 0.25 },
    { given: { reserve: 0.4 }, rate: 1, reserve: 0.4 },
    { given: { rate: 60, reserve: -1 }, rate: 1, reserve: 0 },
    { given: { rate: 0 }, rate: 0.01, reserve: 0.25 },
    { given: { rate: Number.NaN }, rate: 1, reserve: 0.25 },
  ])('takes $given as rate $rate and reserve $reserve', ({ given, rate, reserve }) => {
    expect(throttled(running(), given).control).toMatchObject({ rate, reserve });
  });
});

describe('newerControl', () => {
  it('keeps the highest version, whatever arrives last', () => {
    const older = running().control;
    const newer = pausedFor('operator').control;

    expect(newerControl(newer, older)).toBe(newer);
    expect(newerControl(older, newer)).toBe(newer);
  });

  it('takes another window of the same version', () => {
    const { control } = running();

    expect(newerControl(control, { ...control, window: 24 }).window).toBe(24);
  });
});
