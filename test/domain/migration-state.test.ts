import { reasonAdded, stopRequested, toPauseReason } from '../../domain/control';
import { hasBegun, initialState, missingApproval, toRunState } from '../../domain/migration-state';
import type { MigrationState } from '../../domain/migration-state';
import { aPlan } from '../support/plan-facts';

const aState = (named: Partial<MigrationState> = {}): MigrationState => ({ ...initialState({ rate: 1, reserve: 0.25 }), ...named });
const paused = reasonAdded(aState().controls, toPauseReason('operator', { since: '2026-11-22T05:00:00.000Z' }));

describe('toRunState', () => {
  it.each([
    { state: aState({ phase: 'stage' }), expected: 'planning' },
    { state: aState({ phase: 'properties' }), expected: 'running' },
    { state: aState({ phase: 'properties', controls: paused }), expected: 'paused' },
    { state: aState({ phase: 'open', outcome: 'differs' }), expected: 'differs' },
    { state: aState({ phase: 'open', outcome: 'differs', controls: paused }), expected: 'paused' },
    { state: aState({ phase: 'rollback', rollback: { includeEdited: false }, controls: stopRequested(paused) }), expected: 'rolling-back' },
    { state: aState({ phase: 'rollback', rollback: { includeEdited: false }, outcome: 'rolled-back' }), expected: 'rolled-back' },
    { state: aState({ phase: 'open', outcome: 'finalized', controls: paused }), expected: 'finalized' },
  ])('is $expected', ({ state, expected }) => {
    expect(toRunState(state)).toBe(expected);
  });
});

describe('hasBegun', () => {
  it('counts the phase that is under way and those that are over', () => {
    const state = aState({ phase: 'contacts', done: ['properties', 'companies'] });

    expect((['companies', 'contacts', 'deals'] as const).filter((phase) => hasBegun(state, phase))).toEqual(['companies', 'contacts']);
  });
});

describe('missingApproval', () => {
  it.each([
    { leftOut: 0, stated: null, missing: 'plan' },
    { leftOut: 0, stated: { approve: 'another' }, missing: 'plan' },
    { leftOut: 0, stated: { approve: 'plan-digest' }, missing: null },
    { leftOut: 37, stated: { approve: 'plan-digest' }, missing: 'left-out-number' },
    { leftOut: 37, stated: { approve: 'plan-digest', acceptLeftOut: 36 }, missing: 'left-out-number' },
    { leftOut: 37, stated: { approve: 'plan-digest', acceptLeftOut: 37 }, missing: null },
  ])('misses $missing for $stated with $leftOut left out', ({ leftOut, stated, missing }) => {
    expect(missingApproval(aPlan({ simulator: false, leftOutToAccept: leftOut }), stated)).toBe(missing);
  });

  it.each([
    { simulator: false, changed: 10, stated: { approve: 'plan-digest' }, missing: null },
    { simulator: false, changed: 11, stated: { approve: 'plan-digest' }, missing: 'record-drift' },
    { simulator: false, changed: 11, stated: { acceptDrift: true }, missing: 'plan' },
    { simulator: false, changed: 11, stated: { approve: 'plan-digest', acceptDrift: true }, missing: null },
    { simulator: true, changed: 10, stated: {}, missing: null },
    { simulator: true, changed: 11, stated: {}, missing: 'record-drift' },
    { simulator: true, changed: 11, stated: { acceptDrift: true }, missing: null },
  ])('misses $missing for $stated with $changed of 1,000 verdicts changed', ({ simulator, changed, stated, missing }) => {
    expect(missingApproval(aPlan({ simulator, recordDrift: { changed, written: 1_000 } }), stated)).toBe(missing);
  });
});
