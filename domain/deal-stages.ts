/** Stages of deals as the source has them, and the pipelines that the migration makes for them: one for each record type. */
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { parseBool } from './cell-transforms';
import type { Finding } from './finding';
import type { PortalPipeline } from './portal-snapshot.schema';
import type { PipelineDefinition } from './schema-plan';

export type StageKind = 'open' | 'won' | 'lost';

export interface SourceStage {
  readonly name: string;
  readonly kind: StageKind;
}

/**
 * What a deal's cells say of its stage; null without a stage name. `IsWon` and `IsClosed` are trusted; only where the export lacks them the default names of
 * Salesforce tell.
 */
export function sourceStageOf([stageName, isClosed, isWon]: readonly (string | null | undefined)[]): SourceStage | null {
  const name = stageName?.trim() ?? '';
  if (name === '') {
    return null;
  }
  const [closed, won] = [parseBool(isClosed), parseBool(isWon)];
  const byName: StageKind = /^(closed )?won$/i.test(name) ? 'won' : /^(closed )?lost$/i.test(name) ? 'lost' : 'open';
  if (won === true) {
    return { name, kind: 'won' };
  }
  if (closed === null) {
    return { name, kind: won === false && byName === 'won' ? 'open' : byName };
  }
  return { name, kind: !closed ? 'open' : won === null && byName === 'won' ? 'won' : 'lost' };
}

const keyOf = ({ name, kind }: SourceStage): string => `${kind}\n${name}`;

/** A stage as deals of one record type have it; the same stage of another record type is another one. */
export interface StageSighting {
  readonly stage: SourceStage;
  /** 18 characters; null for a deal without record type. */
  readonly recordTypeId: string | null;
}

export interface DealPipelines {
  /** Those that the portal does not have yet from an earlier start of the same migration. */
  readonly missing: readonly PipelineDefinition[];
  /** Null for a stage that was not sighted. */
  placeOf(sighting: StageSighting): { readonly pipelineId: string; readonly stageId: string } | null;
  readonly findings: readonly Finding[];
}

/** Recognisable as ours, the same in every run of a migration, and unlike any other migration's. Ids of 18 characters differ by more than case. */
export const dealPipelineId = (migrationId: string, recordTypeId: string | null = null): string =>
  ['portage', migrationId.replaceAll('-', '_'), ...(recordTypeId === null ? [] : [recordTypeId.toLowerCase()])].join('_');

function stageIdFor(pipelineId: string, stage: SourceStage): string {
  const slug = stage.name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '').slice(0, 24);
  return [pipelineId, slug, bytesToHex(sha256(utf8ToBytes(keyOf(stage)))).slice(0, 8)].filter((part) => part !== '').join('_');
}

const KIND_ORDER: readonly StageKind[] = ['open', 'won', 'lost'];

/** HubSpot takes probabilities in steps of 0.1; an open stage is neither 0 nor 1, which mean lost and won. */
const probabilityOf = (kind: StageKind, openIndex: number): string => (kind === 'won' ? '1.0' : kind === 'lost' ? '0.0' : (Math.min(9, openIndex + 1) / 10).toFixed(1));

/** Open stages by first sight, then won, then lost. */
function stagesOf(pipelineId: string, sightings: readonly SourceStage[]): { readonly stages: PipelineDefinition['stages']; readonly idByStage: ReadonlyMap<string, string> } {
  const ordered = KIND_ORDER.flatMap((kind) => sightings.filter((stage) => stage.kind === kind));
  const namesake = (stage: SourceStage): boolean => ordered.some((other) => other.kind !== stage.kind && other.name.toLowerCase() === stage.name.toLowerCase());
  const stages = ordered.map((stage, displayOrder) => ({
    stageId: stageIdFor(pipelineId, stage),
    label: namesake(stage) ? `${stage.name} (${stage.kind})` : stage.name,
    displayOrder,
    metadata: { probability: probabilityOf(stage.kind, displayOrder) },
  }));
  return { stages, idByStage: new Map(ordered.map((stage) => [keyOf(stage), stageIdFor(pipelineId, stage)])) };
}

export interface DealPipelinesInput {
  readonly migrationId: string;
  /** Name of the pipeline of deals without a record type. */
  readonly label: string;
  /** In the order of first sight, each once. */
  readonly sightings: readonly StageSighting[];
  /** Record type id → name, as far as the source says it. */
  readonly recordTypeNames: ReadonlyMap<string, string>;
  readonly mode: 'by-record-type' | 'single';
  readonly portalPipelines: readonly PortalPipeline[];
}

/** One pipeline for each record type that deals have, with the stages as found there, and one for the deals that have none. */
export function assembleDealPipelines({ migrationId, label, sightings, recordTypeNames, mode, portalPipelines }: DealPipelinesInput): DealPipelines {
  const typeOf = ({ recordTypeId }: StageSighting): string | null => (mode === 'single' ? null : recordTypeId);
  const live = portalPipelines.filter(({ archived }) => !archived);
  const labels = new Set<string>();
  const pipelines = [...new Set(sightings.map(typeOf))].map((recordTypeId, at) => {
    const pipelineId = dealPipelineId(migrationId, recordTypeId);
    const ofType = sightings.filter((sighting) => typeOf(sighting) === recordTypeId).map(({ stage }) => stage);
    const { stages, idByStage } = stagesOf(pipelineId, ofType.filter((stage, index) => ofType.findIndex((other) => keyOf(other) === keyOf(stage)) === index));
    const wanted = recordTypeId === null ? label : (recordTypeNames.get(recordTypeId) ?? `${label} ${recordTypeId}`);
    const isTaken = (text: string): boolean => labels.has(text.toLowerCase()) || live.some((other) => other.id !== pipelineId && other.label.toLowerCase() === text.toLowerCase());
    const own = [wanted, `${wanted} (${migrationId})`].find((text) => !isTaken(text)) ?? `${wanted} (${pipelineId})`;
    labels.add(own.toLowerCase());
    return { recordTypeId, idByStage, existing: live.find(({ id }) => id === pipelineId), definition: { pipelineId, label: own, displayOrder: live.length + at, stages } };
  });
  return {
    missing: pipelines.filter(({ existing }) => existing === undefined).map(({ definition }) => definition),
    placeOf: (sighting) => {
      const pipeline = pipelines.find(({ recordTypeId }) => recordTypeId === typeOf(sighting));
      const stageId = pipeline?.idByStage.get(keyOf(sighting.stage));
      return pipeline === undefined || stageId === undefined ? null : { pipelineId: pipeline.definition.pipelineId, stageId };
    },
    findings: pipelines.flatMap(({ existing, definition }) => lackingStages(existing, definition)),
  };
}

function lackingStages(existing: PortalPipeline | undefined, { pipelineId, stages }: PipelineDefinition): readonly Finding[] {
  const absent = existing === undefined ? [] : stages.filter(({ stageId }) => !existing.stages.some(({ id }) => id === stageId));
  return absent.length === 0
    ? []
    : [
        {
          code: 'pipeline-lacks-stage',
          severity: 'error',
          place: `pipeline ${pipelineId}`,
          message: `The pipeline from an earlier run of this migration lacks ${absent.length} of the stages that the source has now.`,
          remedy: 'Add the stages in HubSpot, or roll the earlier run back, which removes the pipeline.',
          count: absent.length,
          exitCode: 3,
        },
      ];
}
