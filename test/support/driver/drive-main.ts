/**
 * The driver as a process that may be killed. It reads its options from standard input, up to the end, so that it can be started before they are known; what it does
 * at its crash points is among them. It says one line of JSON: `{ driven }` or `{ stopped }`.
 */
import { readFileSync } from 'node:fs';
import { watchWith } from './crash-orders';
import type { CrashOrders } from './crash-orders';
import { drive, DriveStopped } from './drive';
import type { DriveOptions } from './drive';

export type ChildOptions = DriveOptions & CrashOrders;

const options = JSON.parse(readFileSync(0, 'utf8')) as ChildOptions;

drive(options, watchWith(options)).then(
  (driven) => process.stdout.write(`${JSON.stringify({ driven })}\n`),
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ stopped: error instanceof DriveStopped ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`);
    process.exitCode = 1;
  },
);
