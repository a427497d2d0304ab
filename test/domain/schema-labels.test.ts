import type { PortalLabel } from '../../domain/association-label';
import { advanceSchema, beginSchema } from '../../domain/schema-protocol';
import type { LabelAnswer, SchemaCommand, SchemaThingState } from '../../domain/schema-state';

const NAME = 'deals-contacts:Buyer';
const OURS: PortalLabel = { label: 'Buyer', kind: 'USER_DEFINED:7' };

/** Makes one label in a portal that shows these labels, look by look. @returns commands and the state that the ledger ends with */
function make({ isThere = false, looks, answer = { created: null }, state = 'intended' }: { isThere?: boolean; looks: readonly (readonly PortalLabel[])[]; answer?: LabelAnswer; state?: SchemaThingState }): { readonly did: readonly string[]; readonly ended: string; readonly kind: string | null; readonly failure: string | null } {
  const did: string[] = [];
  const rest = [...looks];
  let [ended, kind]: [SchemaThingState, string | null] = [state, null];
  let step = beginSchema('acme.1', { objectType: 'deals', things: [{ kind: 'label', name: NAME, definition: { associationType: 'deals-contacts', label: 'Buyer', name: 'buyer', isThere } }] });
  const carryOut = (command: SchemaCommand): Parameters<typeof advanceSchema>[1] => {
    switch (command.do) {
      case 'intend':
        return { on: 'intended', states: [{ kind: 'label', name: NAME, state }] };
      case 'check-quota':
        return { on: 'quota-suffices' };
      case 'read-labels':
        did.push('look');
        return { on: 'labels-read', labels: rest.shift() ?? [] };
      case 'create-label':
        did.push('create');
        return { on: 'label-made', answer };
      case 'settle':
        command.changes.forEach((change) => ([ended, kind] = [change.to, change.associationKind ?? kind]));
        return { on: 'settled', changed: command.changes };
      default:
        throw new Error(command.do);
    }
  };
  while (step.command.do !== 'done' && step.command.do !== 'fail') {
    step = advanceSchema(step.state, carryOut(step.command));
  }
  return { did, ended, kind, failure: step.command.do === 'fail' ? step.command.failure.code : null };
}

describe('making a label', () => {
  it('is asked for once, and its type read afterwards', () => {
    expect(make({ looks: [[], [OURS]] })).toEqual({ did: ['look', 'create', 'look'], ended: 'created', kind: 'USER_DEFINED:7', failure: null });
  });

  it('takes the type from the answer where that names it', () => {
    expect(make({ looks: [[]], answer: { created: 'USER_DEFINED:7' } })).toEqual({ did: ['look', 'create'], ended: 'created', kind: 'USER_DEFINED:7', failure: null });
  });

  it('is not done where the portal has it, however it is spelled', () => {
    expect(make({ looks: [[{ label: ' buyer', kind: 'USER_DEFINED:3' }]] })).toEqual({ did: ['look'], ended: 'existed', kind: 'USER_DEFINED:3', failure: null });
  });

  it('finds what an attempt that died had made', () => {
    expect(make({ looks: [[OURS]], state: 'sent' })).toEqual({ did: ['look'], ended: 'created', kind: 'USER_DEFINED:7', failure: null });
  });

  it('leaves one to the admin who was faster', () => {
    expect(make({ looks: [[], [OURS]], answer: { refused: { correlationId: 'c' } } })).toEqual({ did: ['look', 'create', 'look'], ended: 'existed', kind: 'USER_DEFINED:7', failure: null });
  });

  it('fails where the portal refuses it, with nothing in doubt', () => {
    expect(make({ looks: [[], []], answer: { refused: { correlationId: 'c' } } })).toEqual({ did: ['look', 'create', 'look'], ended: 'intended', kind: null, failure: 'schema-refused' });
  });

  it('makes none that the plan found in the portal and that is gone since', () => {
    expect(make({ isThere: true, looks: [[]] })).toEqual({ did: ['look'], ended: 'intended', kind: null, failure: 'label-gone' });
  });
});
