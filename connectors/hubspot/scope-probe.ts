/** For tokens whose scopes nobody tells (service keys): asks for a change of a record that cannot exist, which is refused for the scope or for the id, and changes nothing. */
import type { ObjectType } from '../../domain/object-type';
import type { CallContext } from '../connector';
import { orNotAllowed } from './account-calls';
import type { HubspotClient, HubspotRequest } from './client';
import { objectsPath } from './paths';

/** HubSpot's ids are positive numbers. */
const NO_ID = '0';

export interface ScopeProbe {
  mayWrite(objectType: ObjectType, call: CallContext): Promise<boolean>;
}

export function createScopeProbe(client: HubspotClient): ScopeProbe {
  return {
    async mayWrite(objectType, call) {
      // Not counted among the writes: without an answer nothing is in doubt.
      const request: HubspotRequest = { kind: 'account', what: `${objectType} write probe`, method: 'POST', path: objectsPath(objectType, '/batch/update'), body: { inputs: [{ id: NO_ID, properties: {} }] } };
      return (await orNotAllowed(client.send(request, call))) !== null;
    },
  };
}
