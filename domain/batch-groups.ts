import type { SendGroup } from './batch-state';

/** Splits a group that was refused as a whole, to find who is to blame. */
export function halves(group: SendGroup): readonly SendGroup[] {
  const middle = Math.ceil(group.ordinals.length / 2);
  return [
    { ...group, ordinals: group.ordinals.slice(0, middle), stage: 'half' },
    { ...group, ordinals: group.ordinals.slice(middle), stage: 'half' },
  ];
}
