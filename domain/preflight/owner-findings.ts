/** Whose records the portal has no owner for, as far as headings and the file of users tell: one finding each with a count, not one for each record. */
import type { Finding } from '../finding';
import { counted, filledInAll, info, mistake, warning, type PreflightInput } from './preflight-input';

const KEPT = "The owner's name or id stays in the property source_owner.";

export function ownerFindings(input: PreflightInput): readonly Finding[] {
  return [...standInFindings(input), ...matchFindings(input)];
}

/** The stand-in for owners whom the portal does not have must be one whom it has. */
export function standInFindings({ snapshot: { owners }, definition: { owners: { unmatched } } }: Pick<PreflightInput, 'snapshot' | 'definition'>): readonly Finding[] {
  const isThere = !unmatched.includes('@') || owners.some(({ email, archived }) => !archived && email.toLowerCase() === unmatched.toLowerCase());
  return isThere ? [] : [mistake({ code: 'owner-unknown', place: 'owners.unmatched', message: 'The portal has no owner with the e-mail address that owners.unmatched names.', remedy: 'Name a user of the portal, or use leave-empty.' })];
}

function matchFindings({ definition, snapshot, sources, userEmails }: PreflightInput): readonly Finding[] {
  const owned = filledInAll(sources, 'OwnerId');
  if (owned === 0) {
    return [];
  }
  const isRefused = definition.openDealsWithoutOwner === 'refuse' && !definition.owners.unmatched.includes('@') && sources.some(({ objectType, rowCount }) => objectType === 'deals' && rowCount > 0);
  const lost = isRefused ? ' While open deals are theirs, nothing can be started (openDealsWithoutOwner).' : '';
  if (userEmails === null) {
    return [warning({ code: 'owner-file-missing', place: 'User', message: `${counted(owned, 'record')} name an owner, but the export has no User file with e-mail addresses: none of them gets an owner. ${KEPT}${lost}`, remedy: 'Export the object User with Id, Name and Email into the same folder.', count: owned })];
  }
  const [live, archived] = [false, true].map((which) => new Set(snapshot.owners.filter((owner) => owner.archived === which).map(({ email }) => email.toLowerCase())));
  const users = [...new Set(userEmails)];
  const gone = users.filter((email) => live?.has(email) !== true && archived?.has(email) === true).length;
  const unknown = users.filter((email) => live?.has(email) !== true && archived?.has(email) !== true).length;
  return [
    info({ code: 'owners', place: 'User', message: `${users.length - gone - unknown} of ${counted(users.length, 'user')} of the source are owners in the portal, which has ${counted(live?.size ?? 0, 'owner')}.`, remedy: '', count: users.length }),
    ...(gone === 0 ? [] : [warning({ code: 'owners-archived', place: 'User', message: `${counted(gone, 'user')} of the source ${gone === 1 ? 'is' : 'are'} deactivated in the portal: HubSpot assigns nothing to them. ${KEPT}${lost}`, remedy: 'Activate them before the start (Settings → Users & Teams), or name a stand-in in owners.unmatched.', count: gone })]),
    ...(unknown === 0 ? [] : [warning({ code: 'owners-unknown', place: 'User', message: `${counted(unknown, 'user')} of the source ${unknown === 1 ? 'is' : 'are'} no owner in the portal. ${KEPT}${lost}`, remedy: 'Add those who own records before the start (Settings → Users & Teams), or name a stand-in in owners.unmatched. portage plan counts their records.', count: unknown })]),
  ];
}
