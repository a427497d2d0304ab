import type { CallContext } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import { ATTACHED_OBJECT_TYPES } from '../domain/object-type';
import type { AttachedObjectType, ObjectType } from '../domain/object-type';
import { NOT_READABLE_CODE } from '../domain/report';
import type { FencedLedger } from '../ledger/ledger';
import type { PortalCollaborators } from './run-context';

/** 1,000 sources an association read (HubSpot, 2026-09) are ten batches of 100: the first of them asks for all. */
const BATCHES_A_READ = 10;
/** What was read for a neighbour is used for no longer than this: people go on working while a rollback runs. */
const REMEMBER_MS = 60_000;

export interface AttachmentReader {
  /** Those of a batch's records that have activities, tickets or line items. */
  ofBatch(ledger: FencedLedger, run: string, objectType: ObjectType, batch: number, ids: readonly string[], call: CallContext): Promise<readonly string[]>;
}

interface Attachments {
  readonly asked: ReadonlySet<string>;
  readonly attached: ReadonlySet<string>;
}

/**
 * Reads what people hang on records, six or seven calls for each thousand. A type that the token may not read, or that the portal does not have, is unknown: a
 * rollback without it is better than none, so the record goes, and the report says which type was not looked at (`attachments-not-readable`). Reads only.
 */
export function createAttachmentReader({ target, clock }: Pick<PortalCollaborators, 'target' | 'clock'>): AttachmentReader {
  const remembered = new Map<string, { readonly atMs: number; readonly found: Promise<Attachments> }>();

  const read = async (ledger: FencedLedger, run: string, objectType: ObjectType, ids: readonly string[], call: CallContext): Promise<Attachments> => {
    const attached = new Set<string>();
    for (const attachedType of ids.length === 0 ? [] : ATTACHED_OBJECT_TYPES[objectType]) {
      try {
        for (const { fromId } of await target.readAssociations(objectType, attachedType, ids, call)) {
          attached.add(fromId);
        }
      } catch (error) {
        if (!isNotReadable(error)) {
          throw error;
        }
        await ledger.runs.addFindings(run, [notReadable(objectType, attachedType)]);
      }
    }
    return { asked: new Set(ids), attached };
  };

  const readGroup = async (ledger: FencedLedger, run: string, objectType: ObjectType, firstBatch: number, call: CallContext): Promise<Attachments> => {
    const ids = new Set<string>();
    for (let batch = firstBatch; batch < firstBatch + BATCHES_A_READ; batch += 1) {
      for (const { origin, undo, targetId } of await ledger.writing.readUndo(run, objectType, batch)) {
        if (origin === 'c' && (undo === 'pending' || undo === 'sent' || undo === 'failed')) {
          ids.add(targetId);
        }
      }
    }
    return read(ledger, run, objectType, [...ids], call);
  };

  return {
    async ofBatch(ledger, run, objectType, batch, ids, call) {
      const firstBatch = batch - (batch % BATCHES_A_READ);
      const key = `${run} ${objectType} ${firstBatch}`;
      for (const [known, { atMs }] of remembered) {
        if (clock() - atMs >= REMEMBER_MS) {
          remembered.delete(known);
        }
      }
      const shared = remembered.get(key);
      const entry = shared ?? { atMs: clock(), found: readGroup(ledger, run, objectType, firstBatch, call) };
      remembered.set(key, entry);
      try {
        const { asked, attached } = await entry.found;
        // What landed after the group was read is asked for by itself.
        const late = ids.filter((id) => !asked.has(id));
        const more = late.length === 0 ? attached : (await read(ledger, run, objectType, late, call)).attached;
        return ids.filter((id) => attached.has(id) || more.has(id));
      } catch (error) {
        if (remembered.get(key) === entry) {
          remembered.delete(key);
        }
        if (shared === undefined) {
          throw error;
        }
        // Another batch's call failed or was cancelled; this one asks for itself.
        return [...(await read(ledger, run, objectType, ids, call)).attached];
      }
    },
  };
}

function isNotReadable(error: unknown): boolean {
  return error instanceof MigrationError && ['missing-scope', 'http-400', 'http-404'].includes(error.details.code);
}

const notReadable = (objectType: ObjectType, attachedType: AttachedObjectType) => ({
  code: NOT_READABLE_CODE,
  severity: 'warning' as const,
  place: `${objectType}: ${attachedType}`,
  message: `The token may not read which ${objectType} have ${attachedType}, so the rollback could not spare those that have any.`,
  remedy: `Archived records stand in HubSpot's recycle bin for 90 days. Give the token the right to read ${attachedType} before the next rollback.`,
  count: 1,
});
