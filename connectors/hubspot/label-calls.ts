/** Labels of associations: HubSpot's association schema API, 2026-09. */
import { kindText, parseKind } from '../../domain/association-kind';
import type { TargetConnector } from '../connector';
import { acceptedBody, type HubspotClient, type HubspotRequest } from './client';
import { toCallError } from './errors';
import { associationsPath } from './paths';
import { labelListSchema } from './responses';

export type LabelCalls = Pick<TargetConnector, 'readLabels' | 'createLabel' | 'archiveLabel'>;

export function createLabelCalls(client: HubspotClient): LabelCalls {
  return {
    async readLabels(from, to, call) {
      const request: HubspotRequest = { kind: 'schema-read', what: `${from}-${to} association labels`, method: 'GET', path: associationsPath(from, to, '/labels') };
      const { results } = await client.read(request, labelListSchema, call);
      return results.filter(({ label }) => label !== '').map(({ category, typeId, label }) => ({ label, kind: kindText({ category, typeId }) }));
    },

    async createLabel(from, to, { label, name }, call) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${from}-${to} association label`, method: 'POST', path: associationsPath(from, to, '/labels'), body: { label, name } };
      const answer = await client.send(request, call);
      if (answer.verdict === 'accepted') {
        const { results } = acceptedBody(request, answer, labelListSchema);
        const [only] = results;
        return { created: only !== undefined && results.length === 1 ? kindText(only) : null };
      }
      if (answer.status === 404) {
        throw toCallError(request, { ...answer, retryAfterMs: null });
      }
      // Which answer a label gets that is there already is not documented.
      return { refused: { correlationId: answer.correlationId } };
    },

    async archiveLabel(from, to, kind, call) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${from}-${to} association label`, method: 'DELETE', path: associationsPath(from, to, `/labels/${parseKind(kind).typeId}`) };
      const answer = await client.send(request, call);
      if (answer.verdict === 'accepted') {
        return 'archived';
      }
      // Nor which answer, if any, keeps one that associations carry from being deleted: what else the portal says no to stays.
      return answer.status === 404 ? 'absent' : 'in-use';
    },
  };
}
