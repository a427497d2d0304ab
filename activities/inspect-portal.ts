import type { CallContext, TargetConnector } from '../connectors/connector';
import type { Finding } from '../domain/finding';
import { MigrationError } from '../domain/migration-error';
import { missingScopes, neededScopes } from '../domain/needed-scopes';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { portalDigest } from '../domain/plan-digest';
import { SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import type { Ledger, RunRow } from '../ledger/ledger';
import type { PortalActivities } from './migration-activities';
import { inPresentEpoch, withHeartbeat } from './run-context';

/** Exit codes of the command line: configuration, authorization, not reachable. */
const EXIT = { configuration: 3, authorization: 4, unreachable: 8 } as const;

/** Reads only, so it may be repeated at will; each time it replaces the snapshot. */
export function createInspectPortal({ ledger, target }: { readonly ledger: Ledger; readonly target: TargetConnector }): Pick<PortalActivities, 'inspectPortal'> {
  return {
    inspectPortal: ({ run }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async () => {
        const row = await ledger.runs.find(run);
        if (row === null) {
          throw new MigrationError('InvariantError', `Run ${run} is not in the ledger.`, { code: 'unknown-run' });
        }
        const call: CallContext = { signal, onCall: (fact) => ledger.facts.countCall(run, 'preflight', fact) };
        try {
          return await inspect({ ledger, target }, row, call);
        } catch (error) {
          throw await beforeFirstWrite(ledger, run, error);
        }
      })),
  };
}

async function inspect({ ledger, target }: { readonly ledger: Ledger; readonly target: TargetConnector }, { run, kind, stagingId, definition, portalId: ownPortalId }: RunRow, call: CallContext): Promise<{ portalId: string }> {
  // A run that was recovered goes on in the portal in which it began, whatever the file leaves open.
  const wanted = definition.target.portal ?? (kind === 'migration' ? ownPortalId : null);
  const refuse = async (type: 'PlanError' | 'IdentityError' | 'AuthorizationError', finding: Finding): Promise<never> => {
    await ledger.runs.addFindings(run, [finding]);
    throw new MigrationError(type, `${finding.message} ${finding.remedy}`, { code: finding.code, exitCode: finding.exitCode ?? EXIT.configuration });
  };
  // Asked first: a portal that does not answer, or refuses the token, is told as that and not as a mistake in the file.
  const portalId = await target.portalId(call);
  if (wanted === null && !(await target.isSimulator(call.signal))) {
    await refuse('PlanError', error('portal-required', 'target.portal', `The migration file does not say which portal it is for; the token belongs to portal ${portalId}.`, `If that is the one, add it: target: { crm: hubspot, portal: ${portalId} }.`, EXIT.configuration));
  }
  if (wanted !== null && wanted !== portalId) {
    await refuse('IdentityError', error('wrong-portal', 'target.portal', `The token belongs to portal ${portalId}, the migration file names ${wanted}.`, `Use a token of portal ${wanted}, or correct target.portal.`, EXIT.authorization));
  }
  const otherWriter = kind === 'planning' ? null : await ledger.runs.findOtherWriter(run, portalId, await writtenTypes(ledger, stagingId));
  if (otherWriter !== null) {
    await refuse('PlanError', error('other-run-writing', 'target.portal', `Run ${otherWriter} is writing to portal ${portalId}, to object types that this source holds too.`, `Let it end, or undo it with \`portage rollback --confirm ${otherWriter}\`, then start again.`, EXIT.configuration));
  }
  const snapshot = await target.readSnapshot(OBJECT_TYPES, call);
  const missing = missingScopes(neededScopes(OBJECT_TYPES), snapshot.scopes);
  if (missing.length > 0) {
    await refuse('AuthorizationError', error('missing-scope', 'HUBSPOT_ACCESS_TOKEN', `The token lacks the scopes ${missing.join(', ')}.`, 'Add them to the service key or app in HubSpot, then start again.', EXIT.authorization));
  }
  await ledger.plans.saveSnapshot(stagingId, snapshot, portalDigest(snapshot, new Set()));
  await ledger.runs.update(run, { portalId });
  return { portalId };
}

/** As far as it is known before the plan: types of which the source holds objects. Person accounts become contacts only in the plan; what binds is the claim before the first write. */
async function writtenTypes(ledger: Ledger, stagingId: string): Promise<readonly ObjectType[]> {
  const inspection = await ledger.staging.readInspection(stagingId);
  const isThere = (sourceObject: string): boolean => inspection === null || inspection.objects.some(({ object }) => object === sourceObject);
  return SALESFORCE_PRESETS.filter(({ sourceObject }) => isThere(sourceObject)).map(({ objectType }) => objectType);
}

const error = (code: string, place: string, message: string, remedy: string, exitCode: number): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode });

/** Nothing is written yet: says how the command line ends, and leaves words for a person where it is the portal that refuses. */
async function beforeFirstWrite(ledger: Ledger, run: string, thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof MigrationError)) {
    return thrown;
  }
  const isTold = (await ledger.runs.readFindings(run)).some(({ code, severity }) => severity === 'error' && code === thrown.details.code);
  if (isTold) {
    return thrown;
  }
  const retyped = (exitCode: number): MigrationError => new MigrationError(thrown.type, thrown.message, { ...thrown.details, exitCode }, { cause: thrown });
  switch (thrown.type) {
    case 'AuthorizationError':
    case 'IdentityError':
      await ledger.runs.addFindings(run, [
        error(thrown.details.code, 'HUBSPOT_ACCESS_TOKEN', 'HubSpot refused the token, or it lacks a scope.', 'Check that HUBSPOT_ACCESS_TOKEN holds a current service key of this portal with the scopes of the README, then start again.', EXIT.authorization),
      ]);
      return retyped(EXIT.authorization);
    case 'TransientError':
    case 'PortalUnavailableError':
      return retyped(EXIT.unreachable);
    case 'RateLimitedError':
    case 'QuotaExhaustedError':
    case 'PlanError':
    case 'InvariantError':
      return thrown;
  }
}
