/** What the account's subscription allows: three reads of the limits API (2026-09), each answered by nothing where the token may not ask or the portal has no such page. */
import type { z } from 'zod';
import type { PortalLimit, PortalLimits } from '../../domain/portal-limits';
import type { CallContext } from '../connector';
import { orNotAllowed } from './account-calls';
import { acceptedBody, type HubspotClient, type HubspotRequest } from './client';
import { labelLimitsPath, pipelineLimitsPath, recordLimitsPath } from './paths';
import { labelLimitsSchema, objectLimitsSchema } from './responses';

export interface LimitsCalls {
  readLimits(call: CallContext): Promise<PortalLimits>;
  readLabelLimits(call: CallContext): Promise<PortalLimits['labels']>;
}

export function createLimitsCalls(client: HubspotClient): LimitsCalls {
  const readLabelLimits: LimitsCalls['readLabelLimits'] = async (call) => byKey((await read(client, 'label limits', labelLimitsPath(), labelLimitsSchema, call))?.results ?? [], ({ fromObjectType, toObjectType }) => `${fromObjectType.objectTypeId}>${toObjectType.objectTypeId}`);
  return {
    readLabelLimits,
    async readLimits(call) {
      const [records, pipelines, labels] = await Promise.all([read(client, 'record limits', recordLimitsPath(), objectLimitsSchema, call), read(client, 'pipeline limits', pipelineLimitsPath(), objectLimitsSchema, call), readLabelLimits(call)]);
      return {
        records: byKey(records?.hubspotDefinedObjectTypes ?? [], ({ objectTypeId }) => objectTypeId),
        pipelines: byKey(pipelines?.hubspotDefinedObjectTypes ?? [], ({ objectTypeId }) => objectTypeId),
        labels,
      };
    },
  };
}

/** These facts can be done without: the portal's refusals tell the same later. */
async function read<Schema extends z.ZodType>(client: HubspotClient, what: string, path: string, schema: Schema, call: CallContext): Promise<z.output<Schema> | null> {
  const request: HubspotRequest = { kind: 'schema-read', what, method: 'GET', path };
  const answer = await orNotAllowed(client.send(request, call));
  return answer?.verdict === 'accepted' ? acceptedBody(request, answer, schema) : null;
}

const byKey = <Row extends PortalLimit>(rows: readonly Row[], keyOf: (row: Row) => string): Readonly<Record<string, PortalLimit>> => Object.fromEntries(rows.map((row) => [keyOf(row), { limit: row.limit, usage: row.usage }]));
