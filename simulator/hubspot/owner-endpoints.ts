import type { OwnerDefinition } from '../control-plane';
import type { ApiAnswer, ApiRequest } from './api-request';
import { notFound } from './errors';
import { pagingTo } from './object-endpoints';
import type { Portal } from './portal';

const MAX_PAGE = 500;
const DEFAULT_PAGE = 100;

export function listOwners(portal: Portal, request: ApiRequest): ApiAnswer {
  const { query } = request;
  const email = query.get('email')?.toLowerCase();
  const archived = query.get('archived') === 'true';
  const after = Number(query.get('after') ?? 0) || 0;
  const limit = Math.min(MAX_PAGE, Number(query.get('limit') ?? DEFAULT_PAGE) || DEFAULT_PAGE);
  const rest = [...portal.owners.values()]
    .filter((owner) => (owner.archived ?? false) === archived && (email === undefined || owner.email.toLowerCase() === email) && Number(owner.id) >= after)
    .sort((a, b) => Number(a.id) - Number(b.id));
  const next = rest[limit];
  return { status: 200, body: { results: rest.slice(0, limit).map(viewOwner), ...(next ? { paging: pagingTo(request, next.id) } : {}) } };
}

export function readOwner(portal: Portal, request: ApiRequest, [id = '']: readonly string[]): ApiAnswer {
  const byUser = request.query.get('idProperty') === 'userId';
  const owner = [...portal.owners.values()].find((candidate) => (byUser ? String(candidate.userId) === id : candidate.id === id));
  if (!owner || (owner.archived ?? false) !== (request.query.get('archived') === 'true')) throw notFound();
  return { status: 200, body: viewOwner(owner) };
}

/** An archived owner is an inactive user: `userId` is null, `userIdIncludingInactive` stays. */
function viewOwner(owner: OwnerDefinition): unknown {
  const archived = owner.archived ?? false;
  const userId = owner.userId ?? Number(owner.id) + 1_000_000;
  return {
    id: owner.id,
    email: owner.email,
    type: 'PERSON',
    firstName: owner.firstName ?? '',
    lastName: owner.lastName ?? '',
    userId: archived ? null : userId,
    userIdIncludingInactive: userId,
    createdAt: '2020-01-01T00:00:00.000Z',
    updatedAt: '2020-01-01T00:00:00.000Z',
    archived,
    teams: [],
  };
}
