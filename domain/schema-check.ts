/** Is what stands in the portal's schema what the plan needs, and did this run make it? */
import type { PipelineDefinition, PropertyDefinition } from './schema-plan';

/** What we make says so in its description, so that a run that died before it could note the answer recognises it. */
export function markedDescription(description: string, run: string): string {
  return description.includes(markOf(run)) ? description : `${description} ${markOf(run)}`.trim();
}

export function isMadeBy(run: string, found: { readonly description: string }): boolean {
  return found.description.includes(markOf(run));
}

/** Made by this run or by another of the same migration: a property that a rollback archived comes back with the mark of the run that made it first. */
export function isMadeByMigrationOf(run: string, found: { readonly description: string }): boolean {
  const migration = run.slice(0, run.lastIndexOf('.') + 1);
  return found.description.split('(Portage run ').slice(1).some((rest) => rest.startsWith(migration) && /^\d+\)/.test(rest.slice(migration.length)));
}

/** With its end, or run 1 would take what run 12 made for its own. */
function markOf(run: string): string {
  return `(Portage run ${run})`;
}

/** @returns a code for what keeps the found property from being used as the planned one; null when it fits */
export function propertyMisfit(planned: PropertyDefinition, found: Pick<PropertyDefinition, 'type' | 'hasUniqueValue' | 'options'> | undefined): 'property-missing' | 'property-type' | 'key-not-unique' | 'option-missing' | null {
  if (found === undefined) {
    return 'property-missing';
  }
  if (found.type !== planned.type) {
    return 'property-type';
  }
  if (planned.hasUniqueValue && !found.hasUniqueValue) {
    return 'key-not-unique';
  }
  const values = new Set(found.options.map((option) => option.value));
  return planned.options.some((option) => !values.has(option.value)) ? 'option-missing' : null;
}

export function pipelineMisfit(planned: PipelineDefinition, found: Pick<PipelineDefinition, 'stages'> | undefined): 'pipeline-missing' | 'stage-missing' | null {
  if (found === undefined) {
    return 'pipeline-missing';
  }
  const stages = new Set(found.stages.map((stage) => stage.stageId));
  return planned.stages.some((stage) => !stages.has(stage.stageId)) ? 'stage-missing' : null;
}
