/** Pipelines of deals: what will be made of them, and whether there is room. Stages are known when the rows are staged. */
import { dealPipelineId } from '../deal-stages';
import type { Finding } from '../finding';
import { roomLeft } from '../portal-limits';
import { counted, filledInAll, info, mistake, warning, type PreflightInput } from './preflight-input';

export function pipelineFindings({ definition, inspection, snapshot, limits, sources }: PreflightInput): readonly Finding[] {
  const deals = sources.filter(({ objectType }) => objectType === 'deals');
  const portal = snapshot.objects.find(({ objectType }) => objectType === 'deals');
  if (portal === undefined || filledInAll(deals, 'StageName') === 0) {
    return [];
  }
  const own = portal.pipelines.filter(({ id, archived }) => !archived && id.startsWith(dealPipelineId(definition.id)));
  const isByType = definition.objects.deals.pipelines === 'by-record-type' && filledInAll(deals, 'RecordTypeId') > 0;
  const recordTypes = inspection.objects.find(({ object }) => object === 'RecordType')?.files.reduce((sum, { rowCount }) => sum + rowCount, 0) ?? null;
  const wanted = isByType ? 'One pipeline is made for each record type of the deals' : 'One pipeline is made';
  const room = roomLeft(limits.pipelines[portal.objectTypeId]);
  const place = 'pipelines';
  if (own.length > 0) {
    return [info({ code: 'pipelines-there', place, message: `The portal has ${counted(own.length, 'pipeline')} of an earlier start of this migration; ${own.length === 1 ? 'it is' : 'they are'} used again.`, remedy: '', count: own.length })];
  }
  if (room === 0) {
    return [mistake({ code: 'pipeline-limit', place, message: `${wanted}, and the portal has no room for another (${counted(limits.pipelines[portal.objectTypeId]?.limit ?? 0, 'pipeline')} allowed).`, remedy: 'Archive a pipeline that nobody uses (Settings → Objects → Deals → Pipelines), or raise the subscription.' })];
  }
  const message = `${wanted}, with the stages that the deals are in; the portal's own pipelines stay as they are${room === null ? '' : ` (room for ${room} more)`}.`;
  return isByType && room !== null && room < (recordTypes ?? 1)
    ? [warning({ code: 'pipeline-limit-near', place, message, remedy: 'Put all deals into one pipeline: objects: { deals: { pipelines: single } }, or archive pipelines that nobody uses.', count: recordTypes ?? 1 })]
    : [info({ code: 'pipelines-to-make', place, message, remedy: isByType ? 'objects: { deals: { pipelines: single } } makes one for all.' : '' })];
}
