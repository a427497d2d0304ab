import { associationCreateSchema, associationReadSchema, errorEnvelopeSchema, objectBatchSchema, propertySchema } from '../../../connectors/hubspot/responses';
import { toAssociationArchiveInputs, toAssociationInput, toAssociations, toAssociationWriteAnswer, toBatchWriteAnswer, toCreateInput, toPropertyInput, toRefusedBatch, toUpdateInput } from '../../../connectors/hubspot/wire';
import { CREATED_TWO_OF_FIVE, DUPLICATE_IDS, EMAIL_TAKEN, FROM_NOT_FOUND, INVALID_IDENTIFIER, MALFORMED_JSON, NO_ASSOCIATIONS, UNIQUE_VALUE_TAKEN, UNKNOWN_PROPERTY, UPDATE_UNKNOWN_ID } from './support/recorded-replies';

const UNLABELLED = { category: 'HUBSPOT_DEFINED', typeId: 279 } as const;

describe('toCreateInput, toUpdateInput', () => {
  it('carry properties as they are and the trace id under its own name', () => {
    expect(toCreateInput({ traceId: 't1', properties: { city: 'Oslo' } })).toEqual({ properties: { city: 'Oslo' }, objectWriteTraceId: 't1' });
    expect(toUpdateInput({ traceId: 't1', id: '501', properties: { city: '' } })).toEqual({ id: '501', properties: { city: '' }, objectWriteTraceId: 't1' });
  });
});

describe('toBatchWriteAnswer', () => {
  it('keeps landed records with their trace id where the answer echoes it', () => {
    const { landed } = toBatchWriteAnswer(objectBatchSchema.parse(CREATED_TWO_OF_FIVE), 'c-207');

    expect(landed).toEqual([
      { traceId: 't2', record: { id: '502', properties: { src_id: 'S-2', hs_object_id: '502' }, archived: false } },
      { traceId: null, record: { id: '501', properties: { src_id: 'S-1', hs_object_id: '501', city: null }, archived: false } },
    ]);
  });

  it('names each refused input by its trace id, with the validation code where there is exactly one', () => {
    const { refused } = toBatchWriteAnswer(objectBatchSchema.parse(CREATED_TWO_OF_FIVE), 'c-207');

    expect(refused.map(({ traceId, ids, code, category, property, correlationId }) => ({ traceId, ids, code, category, property, correlationId }))).toEqual([
      { traceId: 't3', ids: [], code: 'CONFLICT', category: 'CONFLICT', property: null, correlationId: 'c-207' },
      { traceId: 't4', ids: [], code: 'PROPERTY_DOESNT_EXIST', category: 'VALIDATION_ERROR', property: 'x', correlationId: 'c-207' },
      { traceId: 't5', ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, correlationId: 'c-207' },
    ]);
  });

  it('names unknown ids of an update, which come without a trace id', () => {
    const answer = toBatchWriteAnswer(objectBatchSchema.parse(UPDATE_UNKNOWN_ID), null);

    expect(answer.refused).toMatchObject([{ traceId: null, ids: ['999'], code: 'OBJECT_NOT_FOUND' }]);
    expect(answer.landed).toHaveLength(1);
  });

  it('takes a reply without errors, and one with ids and values that are no strings', () => {
    const answer = toBatchWriteAnswer(objectBatchSchema.parse({ status: 'COMPLETE', results: [{ id: 501, properties: { n: 7, flag: true } }] }), null);

    expect(answer).toEqual({ landed: [{ traceId: null, record: { id: '501', properties: { n: '7', flag: 'true' }, archived: false } }], refused: [], refusedWhole: null });
  });
});

describe('toRefusedBatch', () => {
  it.each`
    name                       | body                  | code                       | category              | property     | ids
    ${'an unknown property'}   | ${UNKNOWN_PROPERTY}   | ${'PROPERTY_DOESNT_EXIST'} | ${'VALIDATION_ERROR'} | ${'x'}       | ${[]}
    ${'a taken e-mail'}        | ${EMAIL_TAKEN}        | ${'CONFLICT'}              | ${'CONFLICT'}         | ${null}      | ${[]}
    ${'a taken unique value'}  | ${UNIQUE_VALUE_TAKEN} | ${'VALIDATION_ERROR'}      | ${'VALIDATION_ERROR'} | ${null}      | ${[]}
    ${'duplicate ids'}         | ${DUPLICATE_IDS}      | ${'VALIDATION_ERROR'}      | ${'VALIDATION_ERROR'} | ${null}      | ${['123456']}
    ${'a body that it cannot read'} | ${MALFORMED_JSON} | ${'NO_CATEGORY'}          | ${'NO_CATEGORY'}      | ${null}      | ${[]}
  `('tells of $name', ({ body, code, category, property, ids }: { body: { correlationId: string; message: string }; code: string; category: string; property: string | null; ids: string[] }) => {
    const answer = toRefusedBatch(errorEnvelopeSchema.parse(body), null);

    expect(answer).toMatchObject({ landed: [], refused: [], refusedWhole: { traceId: null, code, category, property, ids, correlationId: body.correlationId, message: body.message } });
  });
});

describe('errorEnvelopeSchema', () => {
  it('takes whatever comes, because every member is optional', () => {
    expect(errorEnvelopeSchema.parse({})).toMatchObject({ category: null, errors: [], context: {} });
    expect(errorEnvelopeSchema.parse({ category: 7, errors: 'many', context: { id: 'abc', n: [1], o: { p: 1 } } })).toMatchObject({ category: null, errors: [], context: { id: ['abc'], n: ['1'], o: [] } });
  });
});

describe('toAssociations', () => {
  it('reads ids as strings, lists every kind, and says where there are more pages', () => {
    const batch = associationReadSchema.parse({
      status: 'COMPLETE',
      results: [{ from: { id: '1' }, to: [{ toObjectId: 9, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 279, label: null }, { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] }], paging: { next: { after: 'p2', link: '…' } } }],
      errors: [NO_ASSOCIATIONS('2')],
    });

    expect(toAssociations(batch)).toEqual({
      associations: [{ fromId: '1', toId: '9', kinds: [UNLABELLED, { category: 'HUBSPOT_DEFINED', typeId: 1 }] }],
      unfinished: [{ id: '1', after: 'p2' }],
    });
  });
});

describe('toAssociationWriteAnswer', () => {
  const inputs = [
    { fromId: '9993051', toId: '7', kinds: [UNLABELLED] },
    { fromId: '1', toId: 'unknown_id', kinds: [UNLABELLED] },
    { fromId: '2', toId: '8', kinds: [UNLABELLED] },
  ];
  const parse = (errors: unknown[]) => associationCreateSchema.parse({ status: 'COMPLETE', results: [{ fromObjectTypeId: '0-1', fromObjectId: 2, toObjectTypeId: '0-2', toObjectId: '8', labels: [] }], errors });

  it('matches refusals by the ids in their context, told apart by side', () => {
    const answer = toAssociationWriteAnswer(parse([FROM_NOT_FOUND, INVALID_IDENTIFIER]), inputs, 'c-1');

    expect(answer.landed).toEqual([{ fromId: '2', toId: '8' }]);
    expect(answer.refused).toMatchObject([
      { fromId: '9993051', toId: null, code: 'FROM_OBJECT_NOT_FOUND', correlationId: 'c-1' },
      { fromId: null, toId: 'unknown_id', code: 'INVALID_IDENTIFIER' },
    ]);
  });

  it.each`
    what                    | ids             | fromId       | toId
    ${'a record tied to itself'} | ${['5']}   | ${'5'}       | ${'5'}
    ${'both ends'}          | ${['2', '8']}   | ${'2'}       | ${'8'}
    ${'ends of no pair'}    | ${['2', '7']}   | ${null}      | ${null}
    ${'no id'}              | ${[]}           | ${null}      | ${null}
  `('finds the pair where an entry names $what', ({ ids, fromId, toId }: { ids: string[]; fromId: string | null; toId: string | null }) => {
    const self = { fromId: '5', toId: '5', kinds: [UNLABELLED] };

    const answer = toAssociationWriteAnswer(parse([{ status: 'error', category: 'VALIDATION_ERROR', message: 'x', context: { id: ids } }]), [...inputs, self], null);

    expect(answer.refused).toMatchObject([{ fromId, toId }]);
  });

  it('names nobody where one number stands on both sides', () => {
    const answer = toAssociationWriteAnswer(parse([INVALID_IDENTIFIER]), [...inputs, { fromId: 'unknown_id', toId: '8', kinds: [UNLABELLED] }], null);

    expect(answer.refused).toMatchObject([{ fromId: null, toId: null }]);
  });
});

describe('association inputs', () => {
  it('state every kind of a pair', () => {
    expect(toAssociationInput({ fromId: '1', toId: '2', kinds: [UNLABELLED] })).toEqual({ from: { id: '1' }, to: { id: '2' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] });
  });

  it('remove pairs grouped by source, each once', () => {
    const pairs = [{ fromId: '1', toId: '2' }, { fromId: '3', toId: '2' }, { fromId: '1', toId: '4' }, { fromId: '1', toId: '2' }];

    expect(toAssociationArchiveInputs(pairs)).toEqual([
      { from: { id: '1' }, to: [{ id: '2' }, { id: '4' }] },
      { from: { id: '3' }, to: [{ id: '2' }] },
    ]);
  });
});

describe('toPropertyInput', () => {
  const aKey = { name: 'salesforce_id', label: 'Salesforce ID', description: 'run acme.1', groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue: true, options: [] };

  it('keeps our properties out of forms, and sends options for enumerations only', () => {
    expect(toPropertyInput(aKey)).toEqual({ name: 'salesforce_id', label: 'Salesforce ID', description: 'run acme.1', groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue: true, formField: false });
    expect(toPropertyInput({ ...aKey, type: 'enumeration', fieldType: 'select', options: [{ label: 'A', value: 'a', displayOrder: 0, hidden: false }] }).options).toEqual([{ label: 'A', value: 'a', displayOrder: 0, hidden: false }]);
  });
});

describe('propertySchema', () => {
  it('takes a property without flags as plain, writable and live', () => {
    expect(propertySchema.parse({ name: 'x', type: 'string' })).toMatchObject({ hasUniqueValue: false, calculated: false, archived: false, options: [], modificationMetadata: { readOnlyValue: false } });
  });
});
