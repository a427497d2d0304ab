import type { Finding } from '../finding';
import { missingScopes, neededScopes } from '../needed-scopes';
import type { ScopeNeeds } from '../needed-scopes';
import { counted, info, notAuthorized } from './preflight-input';

/** @param granted scopes of the token; null where HubSpot does not tell them, as for service keys */
export function tokenFindings(needs: ScopeNeeds, granted: readonly string[] | null): readonly Finding[] {
  const needed = neededScopes(needs);
  const missing = missingScopes(needed, granted);
  const place = 'HUBSPOT_ACCESS_TOKEN';
  if (missing.length > 0) {
    return [notAuthorized({ code: 'missing-scope', place, message: `The token lacks the scope${missing.length === 1 ? '' : 's'} ${missing.join(', ')}.`, remedy: 'Add them to the service key or app in HubSpot, then start again.', count: missing.length })];
  }
  return granted === null
    ? [info({ code: 'scopes-unknown', place, message: `HubSpot does not say which scopes this token has (it does so for private apps, not for service keys). Reading works; this plan needs ${needed.join(', ')}.`, remedy: 'Compare with Development → Keys → Service keys: a scope that is missing would stop the run at the first call that needs it.', count: needed.length })]
    : [info({ code: 'scopes', place, message: `The token has all ${counted(needed.length, 'scope')} that this plan needs.`, remedy: '', count: needed.length })];
}
