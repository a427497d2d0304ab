import { decideRetry, retriedRecord } from '../../domain/retry-planning';
import type { RetryQuestion } from '../../domain/retry-planning';
import { furtherSchema, retriedPlan, withoutOwnLists } from '../../domain/retried-plan';
import type { CountsNow } from '../../domain/retried-plan';
import type { PlannedRecord } from '../../domain/planned-record';
import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';
import { aPlan } from '../support/client-values';

const aVerdict = (change: Partial<PlannedRecord> = {}): PlannedRecord => ({
  objectType: 'contacts', ordinal: 9, sourceObject: 'Contact', sourceId: 's4', action: 'create', reason: null, reasonCode: null, foldInto: null, targetId: null,
  properties: { salesforce_id: 's4', email: 'ada@acme.com', lastname: 'Lovelace' }, identity: { email: 'ada@acme.com', domain: null, name: '\nlovelace' }, cells: [], before: {}, ...change,
});
const decide = (change: Partial<RetryQuestion> = {}) => decideRetry({ ordinal: 4, was: 'refused', verdict: aVerdict(), landedFold: null, survivor: null, isEmailHeld: false, isTargetTaken: false, ...change });

describe('decideRetry', () => {
  it('takes what the new plan writes, at its own place', () => {
    expect(decide()).toEqual({ ordinal: 4, was: 'refused', plannedOrdinal: 9, foldInto: null, email: 'own' });
    expect(retriedRecord(aVerdict(), decide()!)).toMatchObject({ ordinal: 4, action: 'create' });
  });

  it.each([
    { what: 'the source has no more', change: { verdict: undefined } },
    { what: 'the new plan leaves out too', change: { verdict: aVerdict({ action: 'left-out', reason: 'missing-required' }) } },
    { what: 'would be matched with a record that another source record has', change: { isTargetTaken: true } },
    { what: 'would be combined with one that is nowhere', change: { verdict: aVerdict({ action: 'fold', foldInto: 's1' }), survivor: null } },
  ])('leaves alone what $what', ({ change }) => {
    expect(decide(change)).toBeNull();
  });

  it('combines it with a record that has landed, whichever of them the new plan would keep', () => {
    const byPlan = decide({ verdict: aVerdict({ action: 'fold', foldInto: 's1' }), survivor: 's1' });
    const againstPlan = decide({ landedFold: 's1' });

    expect([byPlan?.foldInto, againstPlan?.foldInto]).toEqual(['s1', 's1']);
    expect(retriedRecord(aVerdict(), againstPlan!)).toMatchObject({ ordinal: 4, action: 'fold', foldInto: 's1' });
  });

  it('writes it without an address that a landed record of another name has', () => {
    const record = retriedRecord(aVerdict(), decide({ isEmailHeld: true })!);

    expect(record.properties).toEqual({ salesforce_id: 's4', lastname: 'Lovelace', shared_email: 'ada@acme.com' });
  });
});

describe('retriedPlan', () => {
  const now: CountsNow = { byWord: () => ({ create: 3 }), leftOut: () => ({ 'malformed-row': 1 }), partitions: () => [{ partition: 1, firstBatch: 100, batchCounts: [3], round: 1 }] };
  const list = (values: readonly string[]) => ({
    ...aPlan().schema, keyProperty: 'salesforce_id',
    properties: [{ objectType: 'contacts' as const, definition: { name: 'source', label: 'Source', description: '', groupName: 'g', type: 'enumeration', fieldType: 'select', hasUniqueValue: false, options: values.map((value, displayOrder) => ({ label: value, value, displayOrder, hidden: false })) } }],
  });

  it('keeps the digest that was approved, takes the parts of the dry run, and adds the options that it needs', () => {
    const plan = retriedPlan(aPlan({ schema: list(['Web']) }), aPlan({ digest: 'mended', parts: { source: 's', mapping: 'mended', portal: 'p', version: 'v' }, schema: list(['Fair', 'Web']) }), now);

    expect([plan.digest, plan.parts.mapping]).toEqual(['3f9c', 'mended']);
    expect(plan.schema.properties[0]?.definition.options.map(({ value, displayOrder }) => `${displayOrder} ${value}`)).toEqual(['0 Web', '1 Fair']);
  });

  it('tells what the round adds to the schema: what the run has made is not in it', () => {
    const dryRun = list(['Fair', 'Web']);
    const size = { ...dryRun.properties[0]!, definition: { ...dryRun.properties[0]!.definition, name: 'size' } };

    const changes = furtherSchema(list(['Web']), { ...dryRun, properties: [...dryRun.properties, size] });

    expect(changes.map(({ kind, objectType, name }) => `${objectType} ${kind} ${name}`)).toEqual(['contacts property size', 'contacts option source:Fair']);
    expect(furtherSchema(list(['Web']), list(['Web']))).toEqual([]);
  });

  it('refuses to tie records to their source by another property', () => {
    const otherKey = aPlan({ schema: { ...list([]), keyProperty: 'salesforce_migration_id' } });

    expect(() => retriedPlan(otherKey, aPlan({ schema: list([]) }), now)).toThrow('salesforce_migration_id');
  });
});

describe('withoutOwnLists', () => {
  it('forgets the lists that the run has made, and nothing that stood in the portal before', () => {
    const [theirs, ours, text] = [aProperty('theirs', { type: 'enumeration' }), aProperty('ours', { type: 'enumeration' }), aProperty('text', { type: 'string' })];
    const snapshot = aSnapshot({ objects: [aPortalObject('contacts', { properties: [theirs, ours, text] })] });
    const intent = (name: string, state: 'created' | 'existed') => ({ kind: 'property' as const, objectType: 'contacts' as const, name, state });

    const known = withoutOwnLists(snapshot, [intent('theirs', 'existed'), intent('ours', 'created'), intent('text', 'created')]);

    expect(known.objects[0]?.properties.map(({ name }) => name)).toEqual(['theirs', 'text']);
  });
});
