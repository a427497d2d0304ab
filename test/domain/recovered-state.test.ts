import { OBJECT_TYPES } from '../../domain/object-type';
import { PHASES } from '../../domain/phase';
import type { Phase } from '../../domain/phase';
import { hasBegun, hasBegunWriting, hasLostItsShards, toRunState } from '../../domain/migration-state';
import { finishedTypes, stateFromLedger, stateFromWorkflows } from '../../domain/recovered-state';
import type { LedgerMemory } from '../../domain/recovered-state';
import { aPlan } from '../support/plan-facts';

const NOW = '2026-11-22T08:00:00.000Z';
const aMemory = (phase: Phase, named: Partial<LedgerMemory> = {}): LedgerMemory => ({
  settings: { rate: 0.6, reserve: 0.4 },
  portalId: '4711',
  facts: aPlan(),
  phase,
  phases: PHASES.slice(0, PHASES.indexOf(phase) + 1).map((each) => ({ phase: each, startedAt: '2026-11-20T08:00:00.000Z' })),
  outcome: null,
  written: { companies: { created: 249, updated: 0, unchanged: 0, refused: 1 }, contacts: { created: 60, updated: 0, unchanged: 0, refused: 0 } },
  verified: { recordsCompared: 470 },
  rollbackWindowMs: 24 * 3_600_000,
  rounds: [],
  now: NOW,
  ...named,
});

describe('stateFromLedger', () => {
  it('keeps what is over, and counts nothing of the phase in the middle: its partitions tell it again', () => {
    const state = stateFromLedger(aMemory('contacts'));

    expect(state.done).toEqual(['preflight', 'stage', 'plan', 'properties', 'companies']);
    expect(state.progress).toMatchObject({ written: { companies: { created: 249, refused: 1 } }, batchesDone: 3, verified: {} });
    expect(state.progress.written.contacts).toBeUndefined();
    expect(finishedTypes(state)).toEqual(['companies']);
    expect(hasLostItsShards(state)).toBe(true);
  });

  it.each(PHASES)('starts paused by a person in the phase %s, with the settings of the file', (phase) => {
    const { controls } = stateFromLedger(aMemory(phase));

    expect(controls.control).toMatchObject({ rate: 0.6, reserve: 0.4, reasons: [{ kind: 'operator', since: NOW, code: 'recovered' }] });
  });

  it.each(['preflight', 'stage', 'plan'] as const)('has neither plan nor approval while it stood in the phase %s', (phase) => {
    const state = stateFromLedger(aMemory(phase));

    expect({ facts: state.facts, approved: state.approved, writing: hasBegunWriting(state) }).toEqual({ facts: null, approved: false, writing: false });
  });

  it('is open as long as it would have been, and ended as its report says', () => {
    const state = stateFromLedger(aMemory('open', { outcome: 'verified' }));

    expect({ phase: state.phase, outcome: state.outcome, openUntil: state.openUntil }).toEqual({ phase: 'open', outcome: 'verified', openUntil: '2026-11-21T08:00:00.000Z' });
    expect(state.progress).toMatchObject({ verified: { recordsCompared: 470 } });
  });

  it('goes on undoing what it was undoing, from as far as it had come', () => {
    const state = stateFromLedger(aMemory('rollback', { phases: ['properties', 'companies', 'rollback'].map((phase) => ({ phase: phase as Phase, startedAt: NOW })) }));

    expect({ phase: state.phase, rollback: state.rollback, stop: state.controls.control.stop }).toEqual({ phase: 'companies', rollback: { includeEdited: false }, stop: true });
    expect(OBJECT_TYPES.filter((objectType) => hasBegun(state, objectType))).toEqual(['companies']);
  });
});

describe('stateFromWorkflows', () => {
  const aState = (standing: 'running' | 'paused' | 'rolling-back') => stateFromWorkflows({ settings: { rate: 1, reserve: 0.25 }, portalId: '4711', expected: { source: 's', mapping: 'm' }, standing, now: NOW });

  it('goes on with a round of retry that was under way, whose other phases are over', () => {
    const state = stateFromLedger(aMemory('retry', { rounds: [2] }));

    expect(state.done).toEqual(stateFromLedger(aMemory('open')).done);
    expect(state.retry).toEqual({ rounds: [2], done: [] });
    expect(stateFromLedger(aMemory('open')).retry).toBeUndefined();
  });

  it('begins at the beginning, but as a run that has written: no mistake ends it, and all of it can be undone', () => {
    const state = aState('running');

    expect({ phase: state.phase, done: state.done, writing: hasBegunWriting(state), approved: state.approved, state: toRunState(state) }).toEqual({ phase: 'preflight', done: [], writing: true, approved: true, state: 'running' });
    expect(OBJECT_TYPES.every((objectType) => hasBegun(state, objectType))).toBe(true);
  });

  it.each([
    { standing: 'running' as const, expected: { reasons: 0, stop: false, rollback: null } },
    { standing: 'paused' as const, expected: { reasons: 1, stop: false, rollback: null } },
    { standing: 'rolling-back' as const, expected: { reasons: 1, stop: true, rollback: { includeEdited: false } } },
  ])('goes on as it stood: $standing', ({ standing, expected }) => {
    const { controls, rollback } = aState(standing);

    expect({ reasons: controls.control.reasons.length, stop: controls.control.stop, rollback }).toEqual(expected);
  });
});
