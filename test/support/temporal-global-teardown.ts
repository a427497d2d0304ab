/** Ends what temporal-global-setup.ts started. */
import { rm } from 'node:fs/promises';

export = async function tearDownTemporal(): Promise<void> {
  const started = globalThis.portageTestTemporal;
  if (started === undefined) return;
  // Nobody needs this store again: no reason to wait for a clean end.
  await started.server.kill();
  await rm(started.folder, { recursive: true, force: true });
};
