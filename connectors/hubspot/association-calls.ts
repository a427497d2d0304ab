import type { AttachedObjectType, ObjectType } from '../../domain/object-type';
import type { CallContext, TargetAssociation, TargetConnector } from '../connector';
import { acceptedBody, refuseIncomplete, requireAtMost, type HubspotClient, type HubspotRequest } from './client';
import { incompleteAnswer, toCallError } from './errors';
import { associationsPath } from './paths';
import { archiveSchema, associationCreateSchema, associationReadSchema } from './responses';
import { toAssociationArchiveInputs, toAssociationInput, toAssociations, toAssociationWriteAnswer, toRefusedInput } from './wire';

/** Sources of one association read. Source: changelog of 10 Feb 2025, all tiers. */
export const MAX_ASSOCIATION_SOURCES = 1_000;
/** Pairs of one association create. Source: as above. */
export const MAX_ASSOCIATION_PAIRS = 2_000;
/** Sources of one association archive: stated nowhere, so the limit of an object batch is kept (open point 2 of the API). */
export const MAX_ARCHIVE_SOURCES = 100;

export type AssociationCalls = Pick<TargetConnector, 'readAssociations' | 'createAssociations' | 'archiveAssociations' | 'archiveAssociationKinds'>;

export function createAssociationCalls(client: HubspotClient): AssociationCalls {
  return {
    async readAssociations(from, to, fromIds, call) {
      const associations: TargetAssociation[] = [];
      let inputs: readonly { readonly id: string; readonly after?: string }[] = fromIds.map((id) => ({ id }));
      requireAtMost({ kind: 'association-read', what: `${from}-${to} associations batch/read` }, MAX_ASSOCIATION_SOURCES, inputs.length);
      while (inputs.length > 0) {
        const page = await readPage(client, from, to, inputs, call);
        associations.push(...page.associations);
        inputs = page.unfinished;
      }
      return associations;
    },

    async createAssociations(from, to, associations, call) {
      const request: HubspotRequest = {
        kind: 'association-write',
        what: `${from}-${to} associations batch/create`,
        method: 'POST',
        path: associationsPath(from, to, '/batch/create'),
        body: { inputs: associations.map(toAssociationInput) },
      };
      requireAtMost(request, MAX_ASSOCIATION_PAIRS, associations.length);
      const answer = await client.send(request, call);
      if (answer.verdict === 'accepted') {
        return toAssociationWriteAnswer(acceptedBody(request, answer, associationCreateSchema), associations, answer.correlationId);
      }
      if (answer.status === 404 && answer.envelope.category !== 'OBJECT_NOT_FOUND') {
        throw toCallError(request, { ...answer, retryAfterMs: null });
      }
      return { landed: [], refused: [], refusedWhole: toRefusedInput(answer.envelope, answer.correlationId) };
    },

    archiveAssociations: (from, to, pairs, call) => archive(from, to, '/batch/archive', toAssociationArchiveInputs(pairs), call),

    archiveAssociationKinds: (from, to, associations, call) => archive(from, to, '/batch/labels/archive', associations.map(toAssociationInput), call),
  };

  async function archive(from: ObjectType, to: ObjectType, path: string, inputs: readonly { readonly from: { readonly id: string } }[], call: CallContext): Promise<void> {
    if (inputs.length === 0) {
      return;
    }
    const request: HubspotRequest = { kind: 'association-write', what: `${from}-${to} associations ${path.slice(1)}`, method: 'POST', path: associationsPath(from, to, path), body: { inputs } };
    requireAtMost(request, MAX_ARCHIVE_SOURCES, new Set(inputs.map((input) => input.from.id)).size);
    // 204 without a body or 200 with an envelope, by version. What is not there needs no removal.
    const failure = (await client.read(request, archiveSchema, call))?.errors.find(({ category }) => category !== 'OBJECT_NOT_FOUND');
    if (failure !== undefined) {
      throw incompleteAnswer(request, failure.category ?? 'no category', failure.correlationId);
    }
  }
}

async function readPage(client: HubspotClient, from: ObjectType, to: ObjectType | AttachedObjectType, inputs: readonly { readonly id: string; readonly after?: string }[], call: CallContext): Promise<ReturnType<typeof toAssociations>> {
  const request: HubspotRequest = {
    kind: 'association-read',
    what: `${from}-${to} associations batch/read`,
    method: 'POST',
    path: associationsPath(from, to, '/batch/read'),
    body: { inputs },
  };
  const batch = await client.read(request, associationReadSchema, call);
  // OBJECT_NOT_FOUND with NO_ASSOCIATIONS_FOUND is the normal answer for a source that has none; an id that does not exist looks the same (recorded 2025, 2026).
  refuseIncomplete(request, batch);
  return toAssociations(batch);
}
