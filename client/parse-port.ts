import { InvalidArgumentError } from 'commander';

/** A port as a person types it; 0 stands for any free one. */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('Give a number from 0 to 65535.');
  }
  return Number(text);
}
