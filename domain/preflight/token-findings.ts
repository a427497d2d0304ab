import type { Finding } from '../finding';
import { missingScopes, neededScopes } from '../needed-scopes';
import type { ScopeNeeds } from '../needed-scopes';
import type { ObjectType } from '../object-type';
import { counted, info, notAuthorized } from './preflight-input';

/**
 * @param granted scopes of the token; null where HubSpot does not tell them, as for service keys
 * @param writeRefused types that a probe found it may not write
 */
export function tokenFindings(needs: ScopeNeeds, granted: readonly string[] | null, writeRefused: readonly ObjectType[]): readonly Finding[] {
  const needed = neededScopes(needs);
  const missing = granted === null ? writeRefused.map((objectType) => `crm.objects.${objectType}.write`) : missingScopes(needed, granted);
  const place = 'HUBSPOT_ACCESS_TOKEN';
  if (missing.length > 0) {
    return [notAuthorized({ code: 'missing-scope', place, message: `The token lacks the scope${missing.length === 1 ? '' : 's'} ${missing.join(', ')}.`, remedy: 'Add them to the service key or app in HubSpot, then start again.', count: missing.length })];
  }
  if (granted !== null) {
    return [info({ code: 'scopes', place, message: `The token has all ${counted(needed.length, 'scope')} that this plan needs.`, remedy: '', count: needed.length })];
  }
  const unproven = needed.filter((scope) => scope.startsWith('crm.schemas.'));
  return [info({ code: 'scopes-unknown', place, message: `HubSpot does not say which scopes this token has (it does so for private apps, not for service keys). Tried without changing anything: it may read, and write ${needs.written.join(', ')}.${unproven.length === 0 ? '' : ` Not tried: ${unproven.join(', ')}.`}`, remedy: unproven.length === 0 ? '' : 'Look them up under Development → Keys → Service keys: without them the run pauses when it makes the properties.', count: needed.length })];
}
