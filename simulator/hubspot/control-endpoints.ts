import { z } from 'zod';
import type { CallRecorder } from '../call-log';
import type { SimulatorClock } from '../clock';
import type { ClockState, FaultPlanState, PortalDefinition, PortalDump, PortalLoaded, SimulatorHealth, SwitchChanges, Switches, TokensState } from '../control-plane';
import type { FaultPlanner } from '../faults';
import type { Latency } from '../latency';
import { canonicalDump, DEFAULT_KEYS, fingerprint } from './canonical';
import { clockBody, editBody, latencyBody, limitsBody, portalBody, switchesBody, tokensBody } from './control-bodies';
import { VendorError } from './errors';
import { faultPlanBody } from './fault-plan-body';
import type { LateCommits } from './late-commits';
import { storedProperties } from './object-view';
import { findObjectType } from './object-types';
import { editAsPerson } from './person-edit';
import type { Portal } from './portal';
import type { RateLimits } from './rate-limits';
import { withSwitches } from './switches';
import { createTokens, toTokenDefinition } from './tokens';

export interface ControlledWorld {
  portal(): Portal;
  limits(): RateLimits;
  load(definition: PortalDefinition): PortalLoaded;
  readonly clock: SimulatorClock;
  readonly faults: FaultPlanner;
  readonly lateCommits: LateCommits;
  readonly latency: Latency;
  readonly calls: CallRecorder;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a path below `/_simulator/`. Bodies are checked; a wrong one is answered 400 with what is wrong. */
export function serveControlCall(world: ControlledWorld, method: string, url: URL, text: string): ControlAnswer {
  try {
    return { status: 200, body: answer(world, method, url, text) };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { problem: z.prettifyError(error) } };
    if (error instanceof Refusal) return { status: error.status, body: { problem: error.message } };
    if (error instanceof VendorError || error instanceof SyntaxError || error instanceof RangeError) return { status: 400, body: { problem: error.message } };
    throw error;
  }
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function answer(world: ControlledWorld, method: string, url: URL, text: string): unknown {
  const name = url.pathname.replace('/_simulator/', '');
  const body = (): unknown => JSON.parse(text === '' ? '{}' : text);
  switch (`${method} ${name}`) {
    case 'GET health':
      return { simulator: 'hubspot', portalId: world.portal().settings.portalId, lateCommits: faultState(world).lateCommits } satisfies SimulatorHealth;
    case 'GET faults':
      return faultState(world);
    case 'POST faults':
      world.faults.set(faultPlanBody.parse(body()));
      return faultState(world);
    case 'DELETE faults':
      world.faults.clear();
      return faultState(world);
    case 'GET clock':
      return clockState(world);
    case 'POST clock': {
      const change = clockBody.parse(body());
      if ('advanceMs' in change) {
        world.clock.advance(change.advanceMs);
        world.lateCommits.catchUp();
      } else world.limits().resetIn(change.resetsInMs);
      return clockState(world);
    }
    case 'GET limits':
      return world.limits().state();
    case 'POST limits':
      world.limits().change(limitsBody.parse(body()));
      return world.limits().state();
    case 'GET calls':
      return world.calls.log();
    case 'DELETE calls':
      world.calls.clear();
      return world.calls.log();
    case 'GET tokens':
      return tokensState(world);
    case 'POST tokens':
      world.portal().tokens = createTokens(tokensBody.parse(body()).tokens);
      return tokensState(world);
    case 'GET portal':
      return dumpPortal(world.portal());
    case 'POST portal':
      return world.load(portalBody.parse(body()));
    case 'POST edit':
      return editAsPerson(world.portal(), editBody.parse(body()));
    case 'GET fingerprint':
      return fingerprint(world.portal());
    case 'GET dump':
      return canonicalDump(world.portal(), keysIn(url));
    case 'GET switches':
      return world.portal().switches;
    case 'POST switches':
      return changeSwitches(world.portal(), switchesBody.parse(body()));
    case 'GET latency':
      return world.latency.setting();
    case 'POST latency':
      world.latency.set(latencyBody.parse(body()));
      return world.latency.setting();
    default:
      throw new Refusal(404, `The control plane has no ${method} ${name}.`);
  }
}

function keysIn(url: URL): readonly string[] {
  const keys = (url.searchParams.get('canonical') ?? '').split(',').filter((key) => key !== '');
  return keys.length > 0 ? keys : DEFAULT_KEYS;
}

function faultState({ faults, lateCommits }: ControlledWorld): FaultPlanState {
  return { ...faults.state(), lateCommits: { pending: lateCommits.pending, planned: faults.mayStrike('commits-late') } };
}

function tokensState(world: ControlledWorld): TokensState {
  return { tokens: [...world.portal().tokens.values()].map(toTokenDefinition) };
}

function clockState(world: ControlledWorld): ClockState {
  return { now: new Date(world.clock.nowMs()).toISOString(), offsetMs: world.clock.offsetMs(), resetsAt: world.limits().state().resetsAt };
}

function changeSwitches(portal: Portal, changes: SwitchChanges): Switches {
  portal.switches = withSwitches(portal.switches, changes);
  return portal.switches;
}

function dumpPortal(portal: Portal): PortalDump {
  const records = [...portal.objects.values()].map(({ type, records: store }) => [
    type.plural,
    [...store.inOrder()].map((record) => ({ id: String(record.id), archived: record.archivedMs > 0, properties: storedProperties(record) })),
  ] as const);
  const associations = [...portal.associations.allPairs()].map(({ fromTypeId, fromId, toTypeId, toId, types }) => ({
    from: findObjectType(fromTypeId)?.plural ?? fromTypeId,
    fromId: String(fromId),
    to: findObjectType(toTypeId)?.plural ?? toTypeId,
    toId: String(toId),
    typeIds: types.map(({ typeId }) => typeId),
  }));
  return { portalId: portal.settings.portalId, records: Object.fromEntries(records.filter(([, dumped]) => dumped.length > 0)), associations };
}
