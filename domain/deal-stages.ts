/** Stages of deals as the source has them, and the pipeline that the migration makes for them. */
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

export interface DealPipeline {
  readonly definition: PipelineDefinition;
  /** The portal has it already, from an earlier start of the same migration. */
  readonly exists: boolean;
  stageIdOf(stage: SourceStage): string | null;
  readonly findings: readonly Finding[];
}

/** Recognisable as ours, the same in every run of a migration, and unlike any other migration's. */
export const dealPipelineId = (migrationId: string): string => `portage_${migrationId.replaceAll('-', '_')}`;

function stageIdFor(pipelineId: string, stage: SourceStage): string {
  const slug = stage.name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '').slice(0, 24);
  return [pipelineId, slug, bytesToHex(sha256(utf8ToBytes(keyOf(stage)))).slice(0, 8)].filter((part) => part !== '').join('_');
}

const KIND_ORDER: readonly StageKind[] = ['open', 'won', 'lost'];

/** HubSpot takes probabilities in steps of 0.1; an open stage is neither 0 nor 1, which mean lost and won. */
const probabilityOf = (kind: StageKind, openIndex: number): string => (kind === 'won' ? '1.0' : kind === 'lost' ? '0.0' : (Math.min(9, openIndex + 1) / 10).toFixed(1));

/**
 * One pipeline with the stages as found: open ones by first sight, then won, then lost.
 * @param sightings in the order of first sight, each once
 */
export function assembleDealPipeline(input: { readonly migrationId: string; readonly label: string; readonly sightings: readonly SourceStage[]; readonly portalPipelines: readonly PortalPipeline[] }): DealPipeline {
  const pipelineId = dealPipelineId(input.migrationId);
  const ordered = KIND_ORDER.flatMap((kind) => input.sightings.filter((stage) => stage.kind === kind));
  const namesake = (stage: SourceStage): boolean => ordered.some((other) => other.kind !== stage.kind && other.name.toLowerCase() === stage.name.toLowerCase());
  const stages = ordered.map((stage, displayOrder) => ({
    stageId: stageIdFor(pipelineId, stage),
    label: namesake(stage) ? `${stage.name} (${stage.kind})` : stage.name,
    displayOrder,
    metadata: { probability: probabilityOf(stage.kind, displayOrder) },
  }));
  const idByStage = new Map(ordered.map((stage, at) => [keyOf(stage), stages[at]?.stageId ?? null]));
  const live = input.portalPipelines.filter(({ archived }) => !archived);
  const existing = live.find(({ id }) => id === pipelineId);
  const isLabelTaken = live.some(({ id, label }) => id !== pipelineId && label.toLowerCase() === input.label.toLowerCase());
  const absent = existing === undefined ? [] : stages.filter(({ stageId }) => !existing.stages.some(({ id }) => id === stageId));
  return {
    definition: { pipelineId, label: isLabelTaken ? `${input.label} (${input.migrationId})` : input.label, displayOrder: live.length, stages },
    exists: existing !== undefined,
    stageIdOf: (stage) => idByStage.get(keyOf(stage)) ?? null,
    findings:
      absent.length === 0
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
          ],
  };
}
