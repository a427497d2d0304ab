/** A dry run and a real run differ in what is sent, and in nothing before that: by the types that planning is made of, by the calls that reach a portal, and by the activities that Temporal scheduled. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApplySchema } from '../../activities/apply-schema';
import { createInspectPortal } from '../../activities/inspect-portal';
import { createInspectSource } from '../../activities/inspect-source';
import { createPlanMigration } from '../../activities/plan-migration';
import { createStageSource } from '../../activities/stage-source';
import type { TargetConnector, TargetReader } from '../../connectors/connector';
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { openLedger } from '../../ledger/open-ledger';
import type { LoggedCall } from '../../simulator/control-plane';
import { createHubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace } from '../support/free-pace';
import { inActivity } from '../support/in-activity';
import { caseOf, PREDICTION_TOKEN } from '../support/prediction/prediction-runner';
import { aRowsSource } from '../support/rows-source';
import { simulatedPortal } from '../support/simulated-portal';

const ROOT = join(__dirname, '..', '..');

/** Whatever a target can do that changes something. A method that is added is missing here, or one too many in a plan's hands, and the types do not fit. */
const WRITING: Readonly<Record<Exclude<keyof TargetConnector, keyof TargetReader>, true>> = {
  createRecords: true, updateRecords: true, archiveRecords: true, createAssociations: true, archiveAssociations: true, archiveAssociationKinds: true, createPropertyGroup: true, archivePropertyGroup: true, createProperties: true, replaceOptions: true,
  archiveProperty: true, createPipeline: true, archivePipeline: true, createLabel: true, archiveLabel: true,
};

/** What a plan is made by, and whatever these load. */
function planningModules(): ReadonlyMap<string, string> {
  const loaded = new Map<string, string>();
  const load = (name: string): void => {
    const path = `activities/${name}.ts`;
    if (loaded.has(path)) {
      return;
    }
    const text = readFileSync(join(ROOT, path), 'utf8');
    loaded.set(path, text);
    [...text.matchAll(/^import (?!type )[^;]* from '\.\/([a-z-]+)';/gm)].forEach(([, imported]) => load(imported ?? ''));
  };
  ['inspect-source', 'inspect-portal', 'stage-source', 'plan-migration'].forEach(load);
  return loaded;
}

describe('what a plan is made of', () => {
  it('gets a target that can only be read', () => {
    const reader = (target: TargetReader) => createPlanMigration({ ledger: {} as never, target, version: '', clock: Date.now });

    expect(reader).toBeInstanceOf(Function);
    expect(Object.keys(WRITING).filter((name) => !/^(create|update|archive|replace)/.test(name))).toEqual([]);
  });

  it('names neither a target that can be written nor one of its writing methods, in any module that it loads', () => {
    const modules = planningModules();
    const words = ['TargetConnector', ...Object.keys(WRITING)];

    // The bracket that every activity stands in proves who writes; planning uses its heartbeat alone.
    const found = [...modules].filter(([path]) => path !== 'activities/run-context.ts').flatMap(([path, text]) => words.filter((word) => new RegExp(`\\b${word}\\b`).test(text)).map((word) => `${path} ${word}`));

    expect(modules.size).toBeGreaterThan(10);
    expect(found).toEqual([]);
  });
});

describe('the calls of a dry run', () => {
  it.each([3, 7, 21])('are the first calls of the real run, and each of them a look (seed %i)', async (seed) => {
    const simulator = createHubspotSimulator({ tier: 'off' });
    const { url } = await simulator.listen(0);
    const callsOf = async (kind: 'planning' | 'migration'): Promise<readonly LoggedCall[]> => {
      const drawn = caseOf(seed);
      const portal = simulatedPortal(url);
      await portal.load(drawn.portal);
      await Promise.all(drawn.edits.map((edit) => portal.edit(edit)));
      await portal.clearCalls();
      const target = createHubspotConnector({ baseUrl: url, readToken: async () => PREDICTION_TOKEN, pace: createFreePace() });
      const ledger = await openLedger({ location: ':memory:' });
      const definition = migrationDefinitionSchema.parse({ id: 'dry', target: { crm: 'hubspot' }, ...drawn.definition });
      const { run } = await ledger.runs.open({ migrationId: 'dry', kind, definition, definitionDigest: 'd', now: '2026-09-01T10:00:00.000Z' });
      const source = aRowsSource(drawn.objects);
      const collaborators = { ledger, target, clock: Date.now, openSource: () => source, version: '0.0.0' };
      await inActivity(() => createInspectSource(collaborators).inspectSource({ run }));
      const { portalId } = await inActivity(() => createInspectPortal(collaborators).inspectPortal({ run }));
      await inActivity(() => createStageSource(collaborators).stageSource({ run }));
      await inActivity(() => createPlanMigration(collaborators).planMigration({ run }));
      if (kind === 'migration') {
        await inActivity(async () => createApplySchema(collaborators).applySchema({ run, portalId, ...(await ledger.identity()) }));
      }
      await ledger.close();
      return (await portal.calls()).calls;
    };
    try {
      const [dry, real] = [await callsOf('planning'), await callsOf('migration')];

      // The reads of a snapshot go out side by side, in any order.
      const told = (calls: readonly LoggedCall[]): readonly string[] => calls.map(({ method, path, kind, inputCount, status }) => `${method} ${path} ${kind} ${inputCount} ${status}`).sort();
      expect(told(dry)).toEqual(told(real.slice(0, dry.length)));
      expect(dry.filter(({ kind }) => /create|update|upsert|archive|merge|delete/.test(kind))).toEqual([]);
      expect(dry.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([]);
      expect(real.slice(dry.length).some(({ kind }) => kind.includes('create'))).toBe(true);
    } finally {
      await simulator.close();
    }
  });
});

interface RecordedEvent {
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string }; readonly input?: { readonly payloads?: readonly { readonly data: string }[] } };
}

/** Activities in the order in which Temporal scheduled them, with the names of what they were given. */
function scheduled(name: string): readonly string[] {
  const { events } = JSON.parse(readFileSync(join(ROOT, 'test', 'histories', `${name}.json`), 'utf8')) as { readonly events: readonly RecordedEvent[] };
  return events.flatMap(({ activityTaskScheduledEventAttributes: activity }) => {
    if (activity === undefined) {
      return [];
    }
    const inputs = (activity.input?.payloads ?? []).map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as Record<string, unknown>);
    return [`${activity.activityType.name} ${inputs.map((input) => Object.keys(input).sort().join(', ')).join('; ')}`];
  });
}

describe('the activities of a dry run', () => {
  it('are the first activities of the real run, with the same inputs, up to the plan', () => {
    const untilPlanned = (name: string): readonly string[] => {
      // What is shown of a run meanwhile is no work on it.
      const worked = scheduled(name).filter((activity) => !activity.startsWith('recordState'));
      return worked.slice(0, worked.findIndex((activity) => activity.startsWith('planMigration')) + 1);
    };

    expect(untilPlanned('planning')).toEqual(['inspectSource run', 'inspectPortal run', 'stageSource run', 'planMigration expectedDigest, run']);
    expect(untilPlanned('migration-finalized')).toEqual(untilPlanned('planning'));
  });
});
