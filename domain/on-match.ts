import { isBlank, meansTheSame } from './value-comparison';

export type OnMatch = 'fill-blanks' | 'overwrite' | 'leave';

/**
 * Which of the planned properties are written to a record that is already there: the same rule in the plan and right before each send.
 * Migration key and stamp are not its business; they are always written.
 */
export function applyOnMatch(
  onMatch: OnMatch,
  planned: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, string | null>>,
  propertyTypes: Readonly<Record<string, string>>,
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
  return Object.fromEntries(Object.entries(planned).filter(([name, value]) => isWritten(name, value)));
}
