import type { CallContext } from '../connectors/connector';
import { SIMULATED_PORTAL } from '../domain/finding';
import type { Finding } from '../domain/finding';
import { MigrationError } from '../domain/migration-error';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { portalDigest } from '../domain/plan-digest';
import { worstOf } from '../domain/preflight/preflight';
import { SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import type { FencedLedger, RunRow } from '../ledger/ledger';
import type { PortalActivities, PreflightTold } from './migration-activities';
import { findPreflight } from './preflight-findings';
import type { PreflightCollaborators } from './preflight-findings';
import { inPresentEpoch, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Exit codes of the command line: configuration, authorization, not reachable. */
const EXIT = { configuration: 3, authorization: 4, unreachable: 8 } as const;

export interface InspectPortalCollaborators extends PreflightCollaborators {
  readonly ledger: UnfencedLedger;
}

/** Reads only, so it may be repeated at will; each time it replaces the snapshot. */
export function createInspectPortal(collaborators: InspectPortalCollaborators): Pick<PortalActivities, 'inspectPortal'> {
  const { ledger } = collaborators;
  return {
    inspectPortal: ({ run, tell = 'mistakes' }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const row = await ledger.runs.find(run);
        if (row === null) {
          throw new MigrationError('InvariantError', `Run ${run} is not in the ledger.`, { code: 'unknown-run' });
        }
        const call: CallContext = { signal, countedFor: { run, phase: 'preflight' } };
        try {
          return await inspect({ ...collaborators, ledger }, row, tell, call);
        } catch (error) {
          throw await beforeFirstWrite(ledger, run, error);
        }
      })),
  };
}

async function inspect(collaborators: PreflightCollaborators & { readonly ledger: FencedLedger }, { run, kind, stagingId, definition, portalId: ownPortalId }: RunRow, tell: PreflightTold, call: CallContext): Promise<{ portalId: string }> {
  const { ledger, target } = collaborators;
  // A run that was recovered goes on in the portal in which it began, whatever the file leaves open.
  const wanted = definition.target.portal ?? (kind === 'migration' ? ownPortalId : null);
  const refuse = async (type: 'PlanError' | 'IdentityError' | 'AuthorizationError', finding: Finding): Promise<never> => {
    await ledger.runs.addFindings(run, [finding]);
    throw new MigrationError(type, `${finding.message} ${finding.remedy}`, { code: finding.code, exitCode: finding.exitCode ?? EXIT.configuration });
  };
  // Asked first: a portal that does not answer, or refuses the token, is told as that and not as a mistake in the file.
  const portalId = await target.portalId(call);
  const isSimulator = await target.isSimulator(call.signal);
  if (wanted === null && !isSimulator && tell !== 'nothing') {
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
  await ledger.plans.saveSnapshot(stagingId, snapshot, portalDigest(snapshot, new Set()));
  if (isSimulator && tell !== 'mistakes') {
    await ledger.runs.addFindings(run, [{ code: SIMULATED_PORTAL, severity: 'info', place: `portal ${portalId}`, message: 'This portal is a simulated one on this machine.', remedy: '', count: 1 }]);
  }
  const inspection = tell === 'nothing' ? null : await ledger.staging.readInspection(stagingId);
  if (inspection !== null) {
    const findings = await findPreflight(collaborators, definition, inspection, snapshot, call);
    // What is no mistake the plan tells itself, with the records that it concerns.
    await ledger.runs.addFindings(run, findings.filter(({ severity }) => tell === 'everything' || severity === 'error'));
    const worst = worstOf(findings);
    if (worst !== null) {
      const count = findings.filter(({ severity }) => severity === 'error').length;
      throw new MigrationError(worst.exitCode === EXIT.authorization ? 'AuthorizationError' : 'PlanError', `${count} mistake${count === 1 ? '' : 's'} in mapping or portal must be mended first, among them ${worst.code}.`, { code: worst.code, exitCode: worst.exitCode ?? EXIT.configuration });
    }
  }
  await ledger.runs.update(run, { portalId });
  return { portalId };
}

/** As far as it is known before the plan: types of which the source holds objects. Person accounts become contacts only in the plan; what binds is the claim before the first write. */
async function writtenTypes(ledger: FencedLedger, stagingId: string): Promise<readonly ObjectType[]> {
  const inspection = await ledger.staging.readInspection(stagingId);
  const isThere = (sourceObject: string): boolean => inspection === null || inspection.objects.some(({ object }) => object === sourceObject);
  return OBJECT_TYPES.filter((objectType) => SALESFORCE_PRESETS.some((preset) => preset.objectType === objectType && isThere(preset.sourceObject)));
}

const error = (code: string, place: string, message: string, remedy: string, exitCode: number): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode });

/** Nothing is written yet: says how the command line ends, and leaves words for a person where it is the portal that refuses. */
async function beforeFirstWrite(ledger: FencedLedger, run: string, thrown: unknown): Promise<unknown> {
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
        error(thrown.details.code, 'HUBSPOT_ACCESS_TOKEN', thrown.details.code === 'missing-scope' ? thrown.message : 'HubSpot refused the token.', 'Check that the worker was given a current service key of this portal, with the scopes of the README, by HUBSPOT_ACCESS_TOKEN or by the file of HUBSPOT_ACCESS_TOKEN_FILE; then start again.', EXIT.authorization),
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
