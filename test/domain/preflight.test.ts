import { compileMapping } from '../../domain/compile-mapping';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { neededScopes } from '../../domain/needed-scopes';
import type { ObjectType } from '../../domain/object-type';
import type { PortalObject, PortalSnapshot } from '../../domain/portal-snapshot.schema';
import { preflight, worstOf } from '../../domain/preflight/preflight';
import type { PreflightInput, PreflightSource } from '../../domain/preflight/preflight-input';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import type { SourceObject } from '../../domain/source-inspection';
import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';

interface Scene {
  /** Source object → column → filled cells; the most of an object is its number of rows. */
  readonly source: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly definition?: Record<string, unknown>;
  readonly portal?: Partial<Record<ObjectType, Partial<PortalObject>>>;
  readonly snapshot?: Partial<PortalSnapshot>;
  readonly limits?: PreflightInput['limits'];
  readonly writeRefused?: readonly ObjectType[];
  readonly userEmails?: readonly string[] | null;
}

const rowsOf = (columns: Readonly<Record<string, number>>): number => Math.max(...Object.values(columns));

function findingsOf({ source, definition: more, portal = {}, snapshot: changes, limits = { records: {}, pipelines: {}, labels: {} }, writeRefused = [], userEmails = null }: Scene) {
  const definition = migrationDefinitionSchema.parse({ id: 'acme', target: { crm: 'hubspot' }, ...more, source: { crm: 'salesforce', files: '/export', currency: 'USD', ...(more?.source as object) } });
  const snapshot = aSnapshot({ objects: (['companies', 'contacts', 'deals'] as const).map((type) => aPortalObject(type, portal[type])), ...changes });
  const sources = SALESFORCE_PRESETS.filter(({ sourceObject }) => sourceObject in source).map((preset): PreflightSource => {
    const filled = source[preset.sourceObject]!;
    const { compiled } = compileMapping({ preset, mapping: definition.objects[preset.objectType], portal: snapshot.objects.find(({ objectType }) => objectType === preset.objectType)!, filled, reserved: new Set() });
    return { objectType: preset.objectType, sourceObject: preset.sourceObject, rowCount: rowsOf(filled), filled, mapping: compiled, custom: Object.keys(filled).filter((column) => column.endsWith('__c')) };
  });
  const objects = Object.entries(source).map(([object, filled]): SourceObject => ({
    object,
    dialect: 'data-loader',
    files: [{ name: `${object}.csv`, fileIndex: 0, encoding: 'utf-8', separator: ',', lineBreak: 'LF', sizeBytes: 1, digest: 'd', headings: Object.keys(filled), columns: Object.entries(filled).map(([name, filledCount]) => ({ name, filledCount })), rowCount: rowsOf(filled) }],
  }));
  const findings = preflight({ definition, inspection: { objects, unread: [], findings: [], digest: 'd' }, snapshot, limits, sources, writeRefused, userEmails });
  return { findings, of: (code: string) => findings.filter((finding) => finding.code === code), errors: findings.filter(({ severity }) => severity === 'error') };
}

const CONTACTS = { Contact: { Id: 10, LastName: 10, Email: 8 } };
const DEALS = { Opportunity: { Id: 5, Name: 5, StageName: 5, Amount: 5, CloseDate: 5 } };

describe('preflight', () => {
  it('finds no mistake where there is none, and says where it looked', () => {
    const { findings, errors } = findingsOf({ source: { ...CONTACTS, ...DEALS } });

    expect(errors).toEqual([]);
    expect(findings.map(({ code }) => code)).toEqual(['scopes-unknown', 'portal', 'source-time-zone', 'quota', 'properties-to-make', 'pipelines-to-make']);
  });

  it('gives every finding a place, a count, and a remedy where something can be done', () => {
    const { findings } = findingsOf({ source: { ...CONTACTS, Opportunity: { ...DEALS.Opportunity, OwnerId: 5 } }, definition: { source: { currency: 'XXX' } }, snapshot: { scopes: [] } });

    expect(findings.filter(({ place, count, message }) => place === '' || count < 1 || message === '')).toEqual([]);
    expect(findings.filter(({ severity, remedy }) => severity !== 'info' && remedy === '')).toEqual([]);
    expect(findings.filter(({ severity, exitCode }) => (severity === 'error') !== (exitCode !== undefined))).toEqual([]);
  });

  describe('scopes', () => {
    const all = neededScopes({ written: ['contacts'], schema: ['contacts'] });

    it('needs to write only the types that the source has', () => {
      expect(findingsOf({ source: CONTACTS, snapshot: { scopes: [...all] } }).of('scopes')).toHaveLength(1);
      expect(findingsOf({ source: { ...CONTACTS, ...DEALS }, snapshot: { scopes: [...all] } }).of('missing-scope')).toEqual([
        expect.objectContaining({ severity: 'error', exitCode: 4, count: 2, message: 'The token lacks the scopes crm.objects.deals.write, crm.schemas.deals.write.' }),
      ]);
    });

    it('are tried where nobody tells them', () => {
      expect(findingsOf({ source: CONTACTS }).of('scopes-unknown')[0]?.message).toContain('Not tried: crm.schemas.contacts.write.');
      expect(findingsOf({ source: CONTACTS, writeRefused: ['contacts'] }).errors).toEqual([expect.objectContaining({ code: 'missing-scope', exitCode: 4, message: 'The token lacks the scope crm.objects.contacts.write.' })]);
    });

    it('needs no schema scope where nothing must be made', () => {
      const made = [aProperty('salesforce_id', { hasUniqueValue: true }), aProperty('migration_provenance')];
      const portal = { contacts: { properties: [...aPortalObject('contacts').properties, ...made] } };
      const scopes = all.filter((scope) => !scope.includes('schemas'));

      expect(findingsOf({ source: CONTACTS, portal, snapshot: { scopes } }).errors).toEqual([]);
      expect(findingsOf({ source: CONTACTS, snapshot: { scopes } }).errors).toEqual([expect.objectContaining({ code: 'missing-scope', count: 1 })]);
    });
  });

  describe('the migration key', () => {
    const taken = (...names: readonly string[]): Partial<PortalObject> => ({ properties: [...aPortalObject('contacts').properties, ...names.map((name) => aProperty(name))] });

    it('tells a property of its name that is not unique, and that both names are taken', () => {
      expect(findingsOf({ source: CONTACTS, portal: { contacts: taken('salesforce_id') } }).of('key-property-not-unique')).toEqual([expect.objectContaining({ severity: 'warning', count: 1 })]);
      expect(findingsOf({ source: CONTACTS, portal: { contacts: taken('salesforce_id', 'salesforce_migration_id') } }).errors).toEqual([expect.objectContaining({ code: 'key-property-taken' })]);
    });

    it('needs one of the ten unique slots, and room for properties', () => {
      const unique = Array.from({ length: 10 }, (_, at) => aProperty(`unique_${at}`, { hasUniqueValue: true }));
      const full = { contacts: { properties: [...aPortalObject('contacts').properties, ...unique] } };

      expect(findingsOf({ source: CONTACTS, portal: full }).errors).toEqual([expect.objectContaining({ code: 'unique-slots-full', place: 'contacts' })]);
      expect(findingsOf({ source: DEALS, portal: full }).errors).toEqual([]);
      expect(findingsOf({ source: { Contact: { ...CONTACTS.Contact, A__c: 1, B__c: 1 } } }).of('properties-to-make')[0]?.count).toBe(4);
      expect(findingsOf({ source: CONTACTS, portal: { contacts: { customPropertyLimit: 10, customPropertyCount: 9 } } }).errors).toEqual([expect.objectContaining({ code: 'property-limit' })]);
    });
  });

  describe('the account', () => {
    it('misses a currency that nobody stated, and one that the portal does not have', () => {
      expect(findingsOf({ source: DEALS, definition: { source: { currency: undefined } } }).errors).toEqual([expect.objectContaining({ code: 'currency-unknown' })]);
      expect(findingsOf({ source: { Opportunity: { ...DEALS.Opportunity, CurrencyIsoCode: 5 } }, definition: { source: { currency: undefined } } }).errors).toEqual([]);
      expect(findingsOf({ source: DEALS, definition: { source: { currency: 'CHF' } } }).errors).toEqual([expect.objectContaining({ code: 'currency-not-in-portal' })]);
    });

    it('says in which zone times without an offset are read', () => {
      const told = (timeZone?: string) => findingsOf({ source: CONTACTS, definition: { source: timeZone === undefined ? {} : { timeZone } } }).of('source-time-zone')[0]?.message;

      expect([told(), told('Europe/Berlin')]).toEqual([expect.stringMatching(/read as UTC.*America\/New_York/), expect.stringContaining('read as Europe/Berlin;')]);
    });

    it('says when the calls of the day do not last', () => {
      const quota = (remaining: number | null) => findingsOf({ source: { Contact: { Id: 100_000, LastName: 100_000 } }, snapshot: { quota: { limit: 10_000, remaining, resetsAt: '2026-09-02T04:00:00.000Z' } } });

      expect(quota(4_000).of('quota-short')).toEqual([expect.objectContaining({ severity: 'warning', count: 3_000 })]);
      expect(quota(9_000).of('quota')).toHaveLength(1);
      expect(quota(null).of('quota-unknown')).toHaveLength(1);
    });

    it('counts the records that the portal has no room for', () => {
      const limits = { records: { '0-1': { limit: 1_000, usage: 996 } }, pipelines: {}, labels: {} };

      expect(findingsOf({ source: CONTACTS, limits }).errors).toEqual([expect.objectContaining({ code: 'record-limit', count: 6 })]);
    });
  });

  describe('the mapping', () => {
    it('names required properties that no column feeds, with the number of rows', () => {
      const portal = { contacts: { requiredOnCreate: ['jobtitle', 'email'] } };

      expect(findingsOf({ source: CONTACTS, portal }).of('required-not-mapped')).toEqual([expect.objectContaining({ severity: 'warning', place: 'objects.contacts.properties.jobtitle', count: 10 })]);
    });

    it('names what is required under a condition that the mapping may meet', () => {
      const when = (property: string) => ({ when: { property, values: ['a', 'b'] }, required: ['jobtitle', 'lastname'] });

      expect(findingsOf({ source: CONTACTS, portal: { contacts: { conditionalRequired: [when('email'), when('city')] } } }).of('conditional-required-not-mapped')).toEqual([expect.objectContaining({ place: 'objects.contacts.properties.jobtitle', count: 8 })]);
    });

    it("names what HubSpot itself requires", () => {
      expect(findingsOf({ source: { Opportunity: { Id: 3, Name: 3 } } }).of('minimum-not-mapped')).toEqual([expect.objectContaining({ count: 3 })]);
    });

    it('says once for each property that the portal checks it', () => {
      const rule = (ruleType: string) => ({ property: 'email', ruleType, arguments: [], normalizes: false });
      const { of } = findingsOf({ source: CONTACTS, portal: { contacts: { validationRules: [rule('EMAIL'), rule('MAX_LENGTH'), { property: 'zip', ruleType: 'REGEX', arguments: ['.'], normalizes: false }] } } });

      expect(of('validation-rules')).toEqual([expect.objectContaining({ place: 'contacts.email', count: 8, message: expect.stringContaining('EMAIL, MAX_LENGTH') as string })]);
    });
  });

  describe('pipelines', () => {
    const room = (usage: number) => ({ records: {}, pipelines: { '0-3': { limit: 2, usage } }, labels: {} });
    const byType = { Opportunity: { ...DEALS.Opportunity, RecordTypeId: 5 }, RecordType: { Id: 4, Name: 4 } };

    it('need room in the portal', () => {
      expect(findingsOf({ source: DEALS, limits: room(1) }).errors).toEqual([]);
      expect(findingsOf({ source: DEALS, limits: room(2) }).errors).toEqual([expect.objectContaining({ code: 'pipeline-limit' })]);
      expect(findingsOf({ source: byType, limits: room(0) }).of('pipeline-limit-near')).toEqual([expect.objectContaining({ severity: 'warning', count: 4 })]);
      expect(findingsOf({ source: byType, limits: room(0), definition: { objects: { deals: { pipelines: 'single' } } } }).of('pipelines-to-make')).toHaveLength(1);
    });

    it('of an earlier start are used again, whatever room there is', () => {
      const portal = { deals: { pipelines: [{ id: 'portage_acme', label: 'Salesforce', archived: false, stages: [] }] } };

      expect(findingsOf({ source: DEALS, portal, limits: room(2) })).toMatchObject({ errors: [] });
    });
  });

  describe('owners', () => {
    it('misses a stand-in whom the portal does not have, or has deactivated', () => {
      const standIn = (unmatched: string) => findingsOf({ source: CONTACTS, definition: { owners: { unmatched } }, snapshot: { owners: [{ id: '1', email: 'Ann@acme.example', archived: false }, { id: '2', email: 'bob@acme.example', archived: true }] } }).errors;

      expect([standIn('ann@acme.example'), standIn('leave-empty')]).toEqual([[], []]);
      expect([standIn('bob@acme.example'), standIn('cid@acme.example')]).toEqual([[expect.objectContaining({ code: 'owner-unknown', place: 'owners.unmatched', exitCode: 3 })], [expect.objectContaining({ code: 'owner-unknown' })]]);
    });

    it('says where open deals could keep the plan from being started', () => {
      const said = (definition: Record<string, unknown>) => findingsOf({ source: { ...DEALS, Opportunity: { ...DEALS.Opportunity, OwnerId: 5 } }, definition, userEmails: ['cid@acme.example'] }).of('owners-unknown')[0]?.message;

      expect(said({})).toContain('nothing can be started (openDealsWithoutOwner)');
      expect(said({ openDealsWithoutOwner: 'accept' })).not.toContain('nothing can be started');
    });

    const source = { Contact: { ...CONTACTS.Contact, OwnerId: 10 } };
    const owners = [{ id: '1', email: 'Ann@acme.example', archived: false }, { id: '2', email: 'bob@acme.example', archived: true }];

    it('without a file of users are one finding with a count', () => {
      expect(findingsOf({ source: { ...source, Account: { Id: 10_000, Name: 10_000, OwnerId: 10_000 } } }).of('owner-file-missing')).toEqual([expect.objectContaining({ severity: 'warning', count: 10_010 })]);
    });

    it('are told by whether the portal has them, had them, or never did', () => {
      const { of } = findingsOf({ source, snapshot: { owners }, userEmails: ['ann@acme.example', 'bob@acme.example', 'cid@acme.example', 'dan@acme.example'] });

      expect([of('owners'), of('owners-archived'), of('owners-unknown')].map(([finding]) => finding?.count)).toEqual([4, 1, 2]);
    });
  });

  it('says when roles find no room for their labels', () => {
    const source = { ...CONTACTS, OpportunityContactRole: { Id: 4, Role: 3 } };
    const labels = (usage: number) => ({ records: {}, pipelines: {}, labels: { '0-3>0-1': { limit: 10, usage } } });

    expect(findingsOf({ source, limits: labels(10) }).of('label-limit')).toEqual([expect.objectContaining({ count: 3 })]);
    expect(findingsOf({ source, limits: labels(9) }).of('label-limit')).toEqual([]);
    expect(findingsOf({ source, limits: labels(10), definition: { roles: 'off' } }).of('label-limit')).toEqual([]);
  });

  it('says when the subscription has no labels', () => {
    const source = { ...CONTACTS, OpportunityContactRole: { Id: 4, Role: 3 } };

    expect(findingsOf({ source, limits: { records: {}, pipelines: {}, labels: { '0-3>0-1': { limit: 0, usage: 0 } } } }).of('labels-not-allowed')).toEqual([expect.objectContaining({ severity: 'warning', count: 3 })]);
  });
});

describe('worstOf', () => {
  const finding = (exitCode: number) => ({ code: `c${exitCode}`, severity: 'error' as const, place: 'p', message: 'm', remedy: 'r', count: 1, exitCode });

  it('ends with what keeps everything else from being known', () => {
    expect(worstOf([finding(3), finding(4), { ...finding(8), severity: 'warning' }])).toMatchObject({ exitCode: 4 });
    expect(worstOf([finding(3), finding(5)])).toMatchObject({ exitCode: 5 });
    expect(worstOf([])).toBeNull();
  });
});
