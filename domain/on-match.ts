import { LIFE_CYCLE_PROPERTY, movesForward } from './life-cycle-stage';
import type { LifeCycleOnMatch } from './life-cycle-stage';
import { isBlank, meansTheSame } from './value-comparison';

export type OnMatch = 'fill-blanks' | 'overwrite' | 'leave';

/**
 * Which of the planned properties are written to a record that is already there: the same rule in the plan and right before each send.
 * Migration key and stamp are not its business; they are always written. A life cycle stage has a rule of its own, because the portal would ignore a move back without a word.
 */
export function applyOnMatch(
  onMatch: OnMatch,
  planned: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, string | null>>,
  propertyTypes: Readonly<Record<string, string>>,
  lifeCycle: LifeCycleOnMatch,
): Readonly<Record<string, string>> {
  const isWritten = (name: string, value: string): boolean => {
    switch (onMatch) {
      case 'leave':
        return false;
      case 'fill-blanks':
        return isBlank(existing[name]) && !isBlank(value);
      case 'overwrite':
        return !meansTheSame({ name, type: propertyTypes[name] ?? 'string' }, existing[name], value);
    }
  };
  const isStageWritten = (value: string): boolean => {
    const [before, rule] = [existing[LIFE_CYCLE_PROPERTY], lifeCycle.rule];
    const isMove = isBlank(before) || before !== value;
    switch (rule) {
      case 'off':
        return false;
      case 'set':
        return isMove;
      case 'forward':
        return isMove && movesForward(lifeCycle.order, before, value);
      case 'by-on-match':
        return isWritten(LIFE_CYCLE_PROPERTY, value) && movesForward(lifeCycle.order, before, value);
    }
  };
  return Object.fromEntries(Object.entries(planned).filter(([name, value]) => (name === LIFE_CYCLE_PROPERTY ? isStageWritten(value) : isWritten(name, value))));
}
