import { proxyActivities } from '@temporalio/workflow';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { IdPair } from '../domain/id-map';
import type { WorkType } from '../domain/phase';
import type { BatchPlace, WorkItem } from '../domain/window';
import type { BatchInput, PortalActivities, RunIdentity } from '../activities/migration-activities';
import { WRITE } from './activity-options';
import { taskQueues } from './messages';

export interface BatchDone {
  readonly pairs: readonly IdPair[];
  readonly counts: Readonly<Record<string, number>>;
}

/** The activity that does one batch of a work item, named in the Web UI by the ordinals it covers. */
export function batchWork({ item, includeEdited, ...given }: RunIdentity & { readonly item: WorkItem; readonly includeEdited: boolean }): (place: BatchPlace, reserve: number) => Promise<BatchDone> {
  const { run, ledgerId, epoch, portalId } = given;
  const portal = proxyActivities<PortalActivities>({ ...WRITE, taskQueue: taskQueues.portal(ledgerId) });
  const { kind, workType } = item;

  return async ({ batch, count, summary }, reserve) => {
    const input: BatchInput = { run, ledgerId, epoch, portalId, batch, count, reserve };
    const options = { summary };
    switch (kind) {
      case 'write-records': {
        const { pairs, tally } = await portal.writeRecords.executeWithOptions(options, [{ ...input, objectType: toObjectType(workType) }]);
        return { pairs, counts: { ...tally } };
      }
      case 'write-associations': {
        const { tally } = await portal.writeAssociations.executeWithOptions(options, [{ ...input, associationType: toAssociationType(workType) }]);
        return { pairs: [], counts: { ...tally } };
      }
      case 'verify-records':
        return { pairs: [], counts: { ...(await portal.verifyRecords.executeWithOptions(options, [{ ...input, objectType: toObjectType(workType) }])) } };
      case 'verify-associations':
        return { pairs: [], counts: { ...(await portal.verifyAssociations.executeWithOptions(options, [{ ...input, associationType: toAssociationType(workType) }])) } };
      case 'undo-associations':
        return { pairs: [], counts: await portal.undoAssociations.executeWithOptions(options, [{ ...input, associationType: toAssociationType(workType), includeEdited }]) };
      case 'undo-records':
        return { pairs: [], counts: await portal.undoRecords.executeWithOptions(options, [{ ...input, objectType: toObjectType(workType), includeEdited }]) };
    }
  };
}

export const toObjectType = (workType: WorkType): ObjectType => found(OBJECT_TYPES.find((known) => known === workType), workType);
const toAssociationType = (workType: WorkType): AssociationType => found(ASSOCIATION_TYPES.find((known) => known === workType), workType);

/** A work item whose kind and type do not fit is a mistake of ours: the execution holds until a mended worker arrives. */
function found<T>(value: T | undefined, workType: WorkType): T {
  if (value === undefined) {
    throw new Error(`No such work: ${workType}`);
  }
  return value;
}
