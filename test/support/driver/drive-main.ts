/**
 * The driver as a process that may be killed: `drive-main.ts OPTIONS_FILE`. What it does at its crash points is in its options. It says one line of JSON:
 * `{ driven }` or `{ stopped }`.
 */
import { readFileSync } from 'node:fs';
import { watchWith } from './crash-orders';
import type { CrashOrders } from './crash-orders';
import { drive, DriveStopped } from './drive';
import type { DriveOptions } from './drive';

export type ChildOptions = DriveOptions & CrashOrders;

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ChildOptions;

drive(options, watchWith(options)).then(
  (driven) => process.stdout.write(`${JSON.stringify({ driven })}\n`),
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ stopped: error instanceof DriveStopped ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`);
    process.exitCode = 1;
  },
);
