/** The worker as it is, with its crash points watched: `PORTAGE_TEST_CRASH_ORDERS` is a file with CrashOrders. No file: nothing happens, so that the worker started after a killed one runs on. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { runWorker } from '../../../worker/run-worker';
import { watchWith } from './crash-orders';
import type { CrashOrders } from './crash-orders';

const file = process.env['PORTAGE_TEST_CRASH_ORDERS'] ?? '';
let orders: CrashOrders = {};
if (existsSync(file)) {
  orders = JSON.parse(readFileSync(file, 'utf8')) as CrashOrders;
  // An order is for one worker.
  renameSync(file, `${file}.taken`);
}

void runWorker({ environment: process.env, crashWatch: watchWith(orders) });
