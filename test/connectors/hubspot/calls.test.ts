import { createFreePace } from '../../support/free-pace';
import { aCall, aConnector, errorOf } from './support/calling';
import { FROM_NOT_FOUND, NO_ASSOCIATIONS, UNKNOWN_PROPERTY } from './support/recorded-replies';
import { startStubHubspot, type StubHubspot, type StubReply, type StubRequest } from './support/stub-hubspot';

let stub: StubHubspot;
let script: StubReply[];
let first: number;
const connector = () => aConnector(stub.baseUrl, createFreePace());
const sent = (): readonly StubRequest[] => stub.requests.slice(first);

beforeAll(async () => {
  stub = await startStubHubspot(() => script.shift() ?? { status: 500, body: { message: 'the test has no reply left' } });
});
afterAll(async () => stub.close());
beforeEach(() => {
  first = stub.requests.length;
});

describe('readRecords', () => {
  const request = { ids: ['a@x.example', 'b@x.example'], idProperty: 'email', properties: ['email'], archived: true };
  const NOT_FOUND = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Could not get some CONTACT objects', context: { ids: ['b@x.example'] } };

  it('leaves unknown ids out', async () => {
    script = [{ status: 207, body: { status: 'COMPLETE', results: [{ id: 7, properties: { email: 'a@x.example' }, archived: true }], numErrors: 1, errors: [NOT_FOUND] } }];

    const records = await connector().readRecords('contacts', request, aCall());

    expect(records).toEqual([{ id: '7', properties: { email: 'a@x.example' }, archived: true }]);
    expect(sent()).toMatchObject([{ method: 'POST', path: '/crm/objects/2026-09/contacts/batch/read', query: { archived: 'true' }, body: { idProperty: 'email', inputs: [{ id: 'a@x.example' }, { id: 'b@x.example' }], properties: ['email'] } }]);
  });

  it.each`
    flaw                       | body
    ${'an entry of another kind'} | ${{ status: 'COMPLETE', results: [], errors: [{ status: 'error', category: 'VALIDATION_ERROR', message: 'x' }] }}
    ${'an unfinished batch'}   | ${{ status: 'PROCESSING', results: [] }}
  `('never takes $flaw for absence', async ({ body }: { body: unknown }) => {
    script = [{ status: 207, body }];

    expect(await errorOf(connector().readRecords('contacts', request, aCall()))).toMatchObject({ type: 'TransientError', details: { code: 'incomplete-answer', mayHaveLanded: false } });
  });

  it('costs nothing without ids', async () => {
    expect(await connector().readRecords('contacts', { ...request, ids: [] }, aCall())).toEqual([]);
    expect(sent()).toEqual([]);
  });
});

describe('updateRecords', () => {
  it('tells that the whole batch was refused, and by which code', async () => {
    script = [{ status: 400, body: UNKNOWN_PROPERTY }];

    const answer = await connector().updateRecords('deals', [{ traceId: 't1', id: '1', properties: { x: '1' } }], aCall());

    expect(answer).toMatchObject({ landed: [], refused: [], refusedWhole: { code: 'PROPERTY_DOESNT_EXIST', property: 'x', correlationId: 'c-400' } });
  });
});

describe('archiveRecords', () => {
  it('is done on 204, and also when some were gone', async () => {
    script = [{ status: 204 }, { status: 207, body: { results: [], errors: [{ category: 'OBJECT_NOT_FOUND' }] } }];

    await connector().archiveRecords('deals', ['1'], aCall());
    await connector().archiveRecords('deals', ['1'], aCall());

    expect(sent()).toMatchObject([{ path: '/crm/objects/2026-09/deals/batch/archive', body: { inputs: [{ id: '1' }] } }, {}]);
  });

  it('fails where HubSpot could not', async () => {
    script = [{ status: 207, body: { results: [], errors: [{ category: 'INTERNAL_ERROR' }] } }];

    expect(await errorOf(connector().archiveRecords('deals', ['1'], aCall()))).toMatchObject({ type: 'TransientError', details: { mayHaveLanded: true } });
  });
});

describe('listRecords', () => {
  it('hands the place of the next page on', async () => {
    script = [{ status: 200, body: { results: [{ id: '1', properties: { domain: null } }], paging: { next: { after: '2', link: '…' } } } }];

    const page = await connector().listRecords('companies', { after: '1', limit: 100, properties: ['domain', 'name'] }, aCall());

    expect(page).toEqual({ records: [{ id: '1', properties: { domain: null }, archived: false }], after: '2' });
    expect(sent()).toMatchObject([{ method: 'GET', path: '/crm/objects/2026-09/companies', query: { limit: '100', after: '1', properties: 'domain,name', archived: 'false' } }]);
  });
});

describe('readHistory', () => {
  it('gives the entries of each property by record id', async () => {
    const entry = { value: 'Oslo', timestamp: '2026-11-22T10:00:00.000Z', sourceType: 'CRM_UI', sourceId: 'userId:1', updatedByUserId: 1 };
    script = [{ status: 200, body: { status: 'COMPLETE', results: [{ id: '1', properties: {}, propertiesWithHistory: { city: [entry, { value: null, timestamp: '2026-11-21T10:00:00.000Z' }] } }] } }];

    const histories = await connector().readHistory('contacts', ['1'], ['city'], aCall());

    expect(histories.get('1')).toEqual({
      city: [
        { value: 'Oslo', timestamp: '2026-11-22T10:00:00.000Z', sourceType: 'CRM_UI', sourceId: 'userId:1', userId: '1' },
        { value: null, timestamp: '2026-11-21T10:00:00.000Z', sourceType: 'UNKNOWN', sourceId: null, userId: null },
      ],
    });
  });
});

describe('searchCreatedWithout', () => {
  const request = { createdSince: '2026-11-22T00:00:00Z', property: 'migration_provenance', after: null };

  it('asks for what was created since and lacks the property', async () => {
    script = [{ status: 200, body: { total: 300, results: [{ id: '5' }], paging: { next: { after: '200' } } } }];

    const page = await connector().searchCreatedWithout('deals', request, aCall());

    expect(page).toEqual({ total: 300, ids: ['5'], after: '200' });
    expect(sent()[0]?.body).toMatchObject({
      filterGroups: [{ filters: [{ propertyName: 'createdate', operator: 'GTE', value: '1795305600000' }, { propertyName: 'migration_provenance', operator: 'NOT_HAS_PROPERTY' }] }],
      limit: 200,
    });
  });

  it('ends at 10,000 results, where a further page would be refused', async () => {
    script = [{ status: 200, body: { total: 20_000, results: [], paging: { next: { after: '10000' } } } }];

    expect((await connector().searchCreatedWithout('deals', { ...request, after: '9800' }, aCall())).after).toBeNull();
  });
});

describe('searchHolding', () => {
  it('asks for the value in ascending ids, and goes on behind the last one seen', async () => {
    script = [{ status: 200, body: { total: 11_000, results: [{ id: '5' }, { id: '7' }], paging: { next: { after: '200' } } } }];

    const page = await connector().searchHolding('deals', { createdSince: '2026-11-22T00:00:00Z', property: 'migration_provenance', value: 'a.1:created', afterId: '4' }, aCall());

    expect(page).toEqual({ total: 11_000, ids: ['5', '7'] });
    expect(sent()[0]?.body).toEqual({
      filterGroups: [
        {
          filters: [
            { propertyName: 'createdate', operator: 'GTE', value: '1795305600000' },
            { propertyName: 'migration_provenance', operator: 'EQ', value: 'a.1:created' },
            { propertyName: 'hs_object_id', operator: 'GT', value: '4' },
          ],
        },
      ],
      properties: ['hs_object_id'],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 200,
    });
  });
});

describe('readAssociations', () => {
  const kind = { category: 'HUBSPOT_DEFINED', typeId: 341, label: null };

  it('reads every page of every source, and takes sources without any for empty', async () => {
    script = [
      { status: 207, body: { status: 'COMPLETE', results: [{ from: { id: '1' }, to: [{ toObjectId: 8, associationTypes: [kind] }], paging: { next: { after: 'p2' } } }], errors: [NO_ASSOCIATIONS('2')] } },
      { status: 200, body: { status: 'COMPLETE', results: [{ from: { id: '1' }, to: [{ toObjectId: 9, associationTypes: [kind] }] }] } },
    ];

    const associations = await connector().readAssociations('deals', 'companies', ['1', '2'], aCall());

    expect(associations.map(({ fromId, toId }) => [fromId, toId])).toEqual([['1', '8'], ['1', '9']]);
    expect(sent().map(({ path, body }) => [path, body])).toEqual([
      ['/crm/associations/2026-09/deals/companies/batch/read', { inputs: [{ id: '1' }, { id: '2' }] }],
      ['/crm/associations/2026-09/deals/companies/batch/read', { inputs: [{ id: '1', after: 'p2' }] }],
    ]);
  });
});

describe('createAssociations', () => {
  it('tells landed pairs from refused ones', async () => {
    script = [{ status: 207, body: { status: 'COMPLETE', results: [{ fromObjectId: 1, toObjectId: 2, labels: [] }], errors: [FROM_NOT_FOUND] } }];
    const kinds = [{ category: 'HUBSPOT_DEFINED', typeId: 279 } as const];

    const answer = await connector().createAssociations('contacts', 'companies', [{ fromId: '1', toId: '2', kinds }, { fromId: '9993051', toId: '2', kinds }], aCall());

    expect(answer).toMatchObject({ landed: [{ fromId: '1', toId: '2' }], refused: [{ fromId: '9993051', toId: null, code: 'FROM_OBJECT_NOT_FOUND' }], refusedWhole: null });
  });
});

describe('archiveAssociations', () => {
  it.each([204, 200])('is done on %i', async (status) => {
    script = [status === 204 ? { status } : { status, body: { status: 'COMPLETE', results: [] } }];

    await connector().archiveAssociations('contacts', 'companies', [{ fromId: '1', toId: '2' }], aCall());

    expect(sent()).toMatchObject([{ path: '/crm/associations/2026-09/contacts/companies/batch/archive', body: { inputs: [{ from: { id: '1' }, to: [{ id: '2' }] }] } }]);
  });
});

describe('property groups and properties', () => {
  const aText = (name: string) => ({ name, label: name, description: '', groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue: false, options: [] });
  const EXISTS: StubReply = { status: 409, body: { status: 'error', category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS', message: "A property named 'b' already exists." } };

  it('tell a new group from one that was there', async () => {
    script = [{ status: 201, body: { name: 'data_migration' } }, { status: 409, body: { status: 'error', category: 'OBJECT_ALREADY_EXISTS' } }];
    const group = { name: 'data_migration', label: 'Data migration' };

    expect(await connector().createPropertyGroup('contacts', group, aCall())).toBe('created');
    expect(await connector().createPropertyGroup('contacts', group, aCall())).toBe('existed');
  });

  it('are created together, and those that were not one by one', async () => {
    script = [
      { status: 207, body: { status: 'COMPLETE', results: [{ name: 'a', type: 'string' }], errors: [{ status: 'error', category: 'OBJECT_ALREADY_EXISTS' }, { status: 'error', category: 'VALIDATION_ERROR' }] } },
      EXISTS,
      { status: 400, body: { status: 'error', category: 'VALIDATION_ERROR', message: 'too many', correlationId: 'c-1' } },
      { status: 201, body: { name: 'd', type: 'string' } },
    ];

    const outcome = await connector().createProperties('contacts', ['a', 'b', 'c', 'd'].map(aText), aCall());

    expect(outcome).toMatchObject({ created: ['a', 'd'], existed: ['b'], refused: [{ property: 'c', code: 'VALIDATION_ERROR' }] });
    expect(sent().map(({ path }) => path)).toEqual(['/crm/properties/2026-09/contacts/batch/create', ...Array<string>(3).fill('/crm/properties/2026-09/contacts')]);
  });

  it('are not archived because some page said 200', async () => {
    script = [{ status: 200, text: '<html>' }];

    expect(await errorOf(connector().archiveProperty('contacts', 'tier', aCall()))).toMatchObject({ type: 'TransientError', details: { code: 'unreadable-answer', mayHaveLanded: true } });
  });

  it.each`
    answer                                                                                                        | outcome
    ${{ status: 204 }}                                                                                            | ${'archived'}
    ${{ status: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND' } }}                                   | ${'absent'}
    ${{ status: 400, body: { status: 'error', category: 'VALIDATION_ERROR', subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE' } }} | ${'in-use'}
    ${{ status: 400, body: { status: 'error', category: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES' } }}    | ${'in-use'}
  `('are archived: $outcome', async ({ answer, outcome }: { answer: StubReply; outcome: string }) => {
    script = [answer];

    expect(await connector().archiveProperty('contacts', 'tier', aCall())).toBe(outcome);
    expect(sent()).toMatchObject([{ method: 'DELETE', path: '/crm/properties/2026-09/contacts/tier', body: null }]);
  });
});

describe('pipelines', () => {
  const aPipeline = { pipelineId: 'ours', label: 'Salesforce', displayOrder: 1, stages: [{ stageId: 'ours_won', label: 'Won', displayOrder: 0, metadata: { probability: '1.0' } }] };
  const LIST = { results: [{ id: 'ours', label: 'Salesforce', displayOrder: 1, archived: false, stages: [{ id: 'ours_won', label: 'Won', displayOrder: 0, metadata: { probability: '1.0', isClosed: 'true' } }] }] };

  it('are created with ids of our own', async () => {
    script = [{ status: 201, body: { id: 'ours' } }];

    expect(await connector().createPipeline('deals', aPipeline, aCall())).toBe('created');
    expect(sent()).toMatchObject([{ method: 'POST', path: '/crm/pipelines/2026-09/deals', body: aPipeline }]);
  });

  it.each<[string, StubReply[]]>([
    ['a 409', [{ status: 409, body: {} }]],
    ['a 400 and the list', [{ status: 400, body: {} }, { status: 200, body: LIST }]],
  ])('that exist already are known by %s', async (_by, replies) => {
    script = [...replies];

    expect(await connector().createPipeline('deals', aPipeline, aCall())).toBe('existed');
  });

  it('that are refused are a plan that does not fit', async () => {
    script = [{ status: 400, body: { category: 'VALIDATION_ERROR' } }, { status: 200, body: { results: [] } }];

    expect(await errorOf(connector().createPipeline('deals', aPipeline, aCall()))).toMatchObject({ type: 'PlanError', details: { code: 'http-400' } });
  });

  it('are deleted only where nothing uses them', async () => {
    script = [{ status: 400, body: { category: 'VALIDATION_ERROR' } }];

    expect(await connector().archivePipeline('deals', 'ours', aCall())).toBe('in-use');
    expect(sent()).toMatchObject([{ method: 'DELETE', path: '/crm/pipelines/2026-09/deals/ours', query: { validateReferencesBeforeDelete: 'true', validateDealStageUsagesBeforeDelete: 'true' } }]);
  });
});
