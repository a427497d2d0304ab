import type { PipelineDefinition } from '../control-plane';

export interface Stage {
  readonly id: string;
  label: string;
  displayOrder: number;
  metadata: Readonly<Record<string, string>>;
  readonly createdMs: number;
  updatedMs: number;
}

export interface Pipeline {
  readonly id: string;
  label: string;
  displayOrder: number;
  stages: Stage[];
  readonly createdMs: number;
  updatedMs: number;
}

const dealStage = (id: string, label: string, probability: string): { id: string; label: string; metadata: Record<string, string> } => ({
  id,
  label,
  metadata: { isClosed: String(probability === '1.0' || probability === '0.0'), probability },
});

/** What a fresh portal has. HubSpot docs, "Deals" and "Pipelines". */
const DEFAULT_PIPELINES: Readonly<Record<string, readonly PipelineDefinition[]>> = {
  deals: [
    {
      id: 'default',
      label: 'Sales Pipeline',
      stages: [
        dealStage('appointmentscheduled', 'Appointment Scheduled', '0.2'),
        dealStage('qualifiedtobuy', 'Qualified To Buy', '0.4'),
        dealStage('presentationscheduled', 'Presentation Scheduled', '0.6'),
        dealStage('decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'),
        dealStage('contractsent', 'Contract Sent', '0.9'),
        dealStage('closedwon', 'Closed Won', '1.0'),
        dealStage('closedlost', 'Closed Lost', '0.0'),
      ],
    },
  ],
  tickets: [
    {
      id: '0',
      label: 'Support Pipeline',
      stages: [
        { id: '1', label: 'New', metadata: { ticketState: 'OPEN', isClosed: 'false' } },
        { id: '2', label: 'Waiting on contact', metadata: { ticketState: 'OPEN', isClosed: 'false' } },
        { id: '3', label: 'Waiting on us', metadata: { ticketState: 'OPEN', isClosed: 'false' } },
        { id: '4', label: 'Closed', metadata: { ticketState: 'CLOSED', isClosed: 'true' } },
      ],
    },
  ],
};

/** Pipelines of one object type. */
export class PipelineStore {
  readonly pipelines = new Map<string, Pipeline>();

  constructor(objectType: string) {
    for (const definition of DEFAULT_PIPELINES[objectType] ?? []) this.define(definition, 0);
  }

  define(definition: PipelineDefinition, atMs: number): Pipeline {
    const pipeline: Pipeline = {
      id: definition.id,
      label: definition.label,
      displayOrder: definition.displayOrder ?? this.pipelines.size,
      stages: definition.stages.map((stage, place) => ({
        id: stage.id,
        label: stage.label,
        displayOrder: stage.displayOrder ?? place,
        metadata: stage.metadata ?? {},
        createdMs: atMs,
        updatedMs: atMs,
      })),
      createdMs: atMs,
      updatedMs: atMs,
    };
    this.pipelines.set(pipeline.id, pipeline);
    return pipeline;
  }

  inOrder(): Pipeline[] {
    return [...this.pipelines.values()].sort((a, b) => a.displayOrder - b.displayOrder || (a.id < b.id ? -1 : 1));
  }

  /** The pipeline that holds this stage; stage ids are unique over the pipelines of a type. */
  pipelineOfStage(stageId: string): Pipeline | undefined {
    for (const pipeline of this.pipelines.values()) if (pipeline.stages.some(({ id }) => id === stageId)) return pipeline;
    return undefined;
  }

  stage(stageId: string): Stage | undefined {
    return this.pipelineOfStage(stageId)?.stages.find(({ id }) => id === stageId);
  }

  stages(): Stage[] {
    return this.inOrder().flatMap(({ stages }) => stages);
  }
}

/** Stages in their order. */
export function stagesInOrder(pipeline: Pipeline): Stage[] {
  return [...pipeline.stages].sort((a, b) => a.displayOrder - b.displayOrder);
}
