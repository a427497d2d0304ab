/** Random drift between a plan and its start: whatever changes of source, mapping, portal or version is refused by its name, and what does not matter is not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createAdoptPlan } from '../../activities/adopt-plan';
import { createInspectPortal } from '../../activities/inspect-portal';
import { createInspectSource } from '../../activities/inspect-source';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { MigrationDefinition } from '../../domain/migration-definition.schema';
import { MigrationError } from '../../domain/migration-error';
import type { PortalSnapshot } from '../../domain/portal-snapshot.schema';
import { createSeededRandom } from '../../simulator/seeded-random';
import { aPortalObject, aSnapshot } from '../support/a-portal';
import { copyExport, drawMapping, drawPortal, drawQuietPortal, drawSource } from '../support/drawn-drift';
import type { Random } from '../support/drawn-drift';
import { writeSmallExport } from '../support/driver/small-export';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';

const DRAWS = 120;
const QUIET_DRAWS = 24;
const SEED = Number(process.env.PORTAGE_TEST_SEED ?? 20_260_901);
const VERSION = '0.1.0';

const STAGES = ['a', 'b', 'c'].map((id) => ({ id, label: id.toUpperCase(), probability: '0.2', isClosed: false }));
const SNAPSHOT = aSnapshot({
  owners: [{ id: '1', email: 'sue@acme.com', archived: false }, { id: '2', email: 'nobody@acme.com', archived: false }],
  objects: [aPortalObject('companies'), aPortalObject('contacts', { validationRules: [{ ...({} as object), property: 'fax', ruleType: 'FORMAT', arguments: ['x'], normalizes: false }] }), aPortalObject('deals', { pipelines: [{ id: 'default', label: 'Sales', archived: false, stages: STAGES }] })],
});
const RULES = {
  id: 'acme',
  target: { crm: 'hubspot' },
  notify: { command: './tell.sh' },
  objects: { contacts: { properties: { jobtitle: { from: 'Title', values: { CEO: 'boss' }, otherwise: 'leave-out' } }, where: [{ field: 'LastName', operator: 'not-equals', value: 'Nobody' }] } },
};

interface Parts {
  readonly folder: string;
  readonly definition: MigrationDefinition;
  readonly snapshot: PortalSnapshot;
  readonly version: string;
}

let folder: string;
let planning: Planning;
let digest: string;
let usual: Parts;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portage-drift-'));
  const source = writeSmallExport(join(folder, 'export'));
  writeFileSync(join(source, 'User.csv'), '"Id","Name","Email"\n"005000000000001","Sue","sue@acme.com"\n"005000000000002","Bob","bob@acme.com"\n');
  const rules = { ...RULES, source: { crm: 'salesforce', files: source, currency: 'USD' } };
  planning = await aPlanning({ source: createSalesforceFileSource({ folder: source }), definition: rules, target: aTargetPortal({ snapshot: SNAPSHOT }) });
  digest = (await planning.all()).digest;
  usual = { folder: source, definition: migrationDefinitionSchema.parse(rules), snapshot: SNAPSHOT, version: VERSION };
}, 60_000);
afterAll(async () => {
  await planning.ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a start from these parts says: `adopted`, or the code of its refusal and what stands in its finding. */
async function startFrom({ folder: files, definition, snapshot, version }: Parts): Promise<{ readonly code: string; readonly exitCode: number | undefined; readonly message: string }> {
  const { ledger } = planning;
  const { run } = await ledger.runs.open({ migrationId: 'acme', kind: 'planning', definition, definitionDigest: 'd', now: '2026-09-02T10:00:00.000Z' });
  const openSource = () => createSalesforceFileSource({ folder: files });
  try {
    await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(async () => {
      await createInspectSource({ ledger, openSource }).inspectSource({ run });
      await createInspectPortal({ ledger, target: aTargetPortal({ snapshot }), openSource }).inspectPortal({ run, tell: 'nothing' });
      await createAdoptPlan({ ledger, version }).adoptPlan({ run, expectedDigest: digest });
    });
    return { code: 'adopted', exitCode: undefined, message: '' };
  } catch (error) {
    if (!(error instanceof MigrationError)) {
      throw error;
    }
    const { code, exitCode } = error.details;
    return { code, exitCode, message: (await ledger.runs.readFindings(run)).find((finding) => finding.code === code)?.message ?? '' };
  }
}

interface Draw {
  readonly part: 'source' | 'mapping' | 'portal' | 'version';
  readonly what: string;
  readonly parts: Parts;
}

function draw(random: Random, number: number): Draw {
  // In turn; of versions there is little to draw.
  const part = number % 40 === 39 ? 'version' : (['source', 'mapping', 'portal'] as const)[number % 3]!;
  switch (part) {
    case 'source': {
      const to = join(folder, 'drawn');
      return { part, what: drawSource(random, usual.folder, to), parts: { ...usual, folder: to } };
    }
    case 'mapping': {
      const { definition, what } = drawMapping(random, usual.definition, 'planned');
      return { part, what, parts: { ...usual, definition } };
    }
    case 'portal': {
      const { snapshot, what } = drawPortal(random, usual.snapshot);
      return { part, what, parts: { ...usual, snapshot } };
    }
    case 'version':
      return { part, what: 'version', parts: { ...usual, version: `0.1.${Math.floor(random() * 1_000) + 1}` } };
  }
}

describe(`drift between the plan and its start (seed ${SEED})`, () => {
  it(`is refused, by the name of the part and with what changed in it, in each of ${DRAWS} draws`, async () => {
    const random = createSeededRandom(SEED);
    const wrong: unknown[] = [];
    const counts: Record<string, number> = {};
    for (let number = 0; number < DRAWS; number += 1) {
      const { part, what, parts } = draw(random, number);
      const said = await startFrom(parts);
      counts[said.code] = (counts[said.code] ?? 0) + 1;
      // A version has no details; all else says what is new, gone or changed.
      if (said.code !== `drift-${part}` || said.exitCode !== 5 || (part !== 'version' && !/: .+ (is new|is gone|changed|rows in place of \d+)/.test(said.message))) {
        wrong.push({ number, part, what, said });
      }
    }
    expect(wrong).toEqual([]);
    expect(Object.keys(counts).sort()).toEqual(['drift-mapping', 'drift-portal', 'drift-source', 'drift-version']);
  }, 120_000);

  it(`goes unnoticed where nothing that the plan stands on changed, in each of ${QUIET_DRAWS} draws`, async () => {
    const random = createSeededRandom(SEED);
    const wrong: unknown[] = [];
    for (let number = 0; number < QUIET_DRAWS; number += 1) {
      const to = join(folder, 'touched');
      copyExport(usual.folder, to);
      const { definition, what } = drawMapping(random, usual.definition, 'not-planned');
      const said = await startFrom({ folder: to, definition, snapshot: drawQuietPortal(random, usual.snapshot), version: VERSION });
      if (said.code !== 'adopted') {
        wrong.push({ number, what, said });
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});
