import { missingApproval } from '../domain/migration-state';
import type { PlanFacts } from '../domain/plan-facts';
import { isDriftToAccept } from '../domain/verdict-changes';
import type { MigrationInput } from './messages';
import { toNotStarted } from './not-started';
import type { OwnedControl } from './own-control';

/** Against a portal that is not simulated nobody but a person starts the writing; nor anywhere, when much of an approved plan became otherwise. */
export async function approved(input: MigrationInput, own: OwnedControl, facts: PlanFacts): Promise<void> {
  if (facts.undecided > 0) {
    throw toNotStarted({ type: 'PlanError', details: { code: 'undecided-matches', exitCode: 5 } });
  }
  if ((facts.openDealsToAccept ?? 0) > 0) {
    throw toNotStarted({ type: 'PlanError', details: { code: 'open-deals-without-owner', exitCode: 5 } });
  }
  if (own.state().approved || (facts.simulator && !isDriftToAccept(facts.recordDrift))) {
    return;
  }
  const stated = input.approve === null ? {} : { approve: facts.digest, acceptLeftOut: input.approve.acceptLeftOut };
  const missing = missingApproval(facts, { ...stated, acceptDrift: input.acceptDrift });
  own.update({ approved: missing === null });
  if (missing !== null) {
    own.hold({ kind: 'approval', until: null, code: missing });
  }
  await own.ready();
}
