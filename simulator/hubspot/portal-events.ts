import type { PortalEvent } from '../fault-plan';
import type { DueEvent, EventOutcome } from '../faults';
import { VendorError } from './errors';
import { editAsPerson } from './person-edit';
import type { Portal } from './portal';
import type { RateLimits } from './rate-limits';
import { createTokens } from './tokens';

/** Lets everything happen that a fault plan has for this moment. */
export function letHappen(due: readonly DueEvent[], portal: Portal, limits: RateLimits): void {
  for (const event of due) event.happen((what) => perform(what, portal, limits));
}

function perform(event: PortalEvent, portal: Portal, limits: RateLimits): EventOutcome {
  switch (event.kind) {
    case 'limits':
      limits.change(event.change);
      return { result: 'done' };
    case 'tokens':
      portal.tokens = createTokens(event.tokens);
      return { result: 'done' };
    case 'edit':
      try {
        return { result: 'done', id: editAsPerson(portal, event.edit).id };
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        return { result: error.status === 404 ? 'notThere' : 'refused', problem: error.message };
      }
  }
}
