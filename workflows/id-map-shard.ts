/** Keeps the sealed pairs of one finished partition: its input is its state, so that its history stays at four events for as long as it is open. */
import { condition, setHandler } from '@temporalio/workflow';
import type { IdPair } from '../domain/id-map';
import { closeShardSignal, idMapDigestQuery, idMapQuery } from './messages';

export interface IdMapShardInput {
  readonly pairs: readonly IdPair[];
  /** As the partition computed it; see domain/id-map.ts. */
  readonly digest: string;
}

export async function idMapShard({ pairs, digest }: IdMapShardInput): Promise<void> {
  let closed = false;
  setHandler(idMapQuery, () => pairs, { description: 'The sealed pairs: source id, target id, created or matched' });
  setHandler(idMapDigestQuery, () => digest, { description: 'SHA-256 over the sealed pairs' });
  setHandler(closeShardSignal, () => void (closed = true), { description: 'Ends the rollback window of these pairs' });

  await condition(() => closed);
}
