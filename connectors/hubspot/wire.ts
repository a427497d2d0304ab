/** Between the engine's words and HubSpot's JSON, both ways. Answers are matched by trace id or id, never by position. */
import type { AssociationSpecAssociationCategoryEnum } from '@hubspot/api-client/lib/codegen/crm/associations/v4/models/AssociationSpec';
import type { SimplePublicObjectBatchInput } from '@hubspot/api-client/lib/codegen/crm/objects/models/SimplePublicObjectBatchInput';
import type { SimplePublicObjectBatchInputForCreate } from '@hubspot/api-client/lib/codegen/crm/objects/models/SimplePublicObjectBatchInputForCreate';
import type { z } from 'zod';
import type { AssociationWriteAnswer, BatchWriteAnswer, PropertyHistoryEntry, RefusedInput, TargetAssociation, TargetRecord } from '../connector';
import type { PipelineDefinition, PropertyDefinition } from '../../domain/schema-plan';
import { eachOnce } from './each-once';
import type { associationCreateSchema, associationReadSchema, ErrorEnvelope, objectBatchSchema, ObjectReply, PipelineReply, PropertyReply } from './responses';

// ---------------------------------------------------------------- records

export function toCreateInput(input: { readonly traceId: string; readonly properties: Readonly<Record<string, string>> }): SimplePublicObjectBatchInputForCreate {
  return { properties: { ...input.properties }, objectWriteTraceId: input.traceId };
}

export function toUpdateInput(input: { readonly traceId: string; readonly id: string; readonly properties: Readonly<Record<string, string>> }): SimplePublicObjectBatchInput {
  return { id: input.id, properties: { ...input.properties }, objectWriteTraceId: input.traceId };
}

export function toTargetRecord(reply: ObjectReply): TargetRecord {
  return { id: reply.id, properties: reply.properties, archived: reply.archived };
}

export function toHistory(reply: ObjectReply): Readonly<Record<string, readonly PropertyHistoryEntry[]>> {
  return Object.fromEntries(Object.entries(reply.propertiesWithHistory).map(([name, entries]) => [name, entries.map(({ updatedByUserId, ...entry }) => ({ ...entry, userId: updatedByUserId }))]));
}

/** A 200, 201 or 207 of a batch write. Inputs that neither list names are in doubt. */
export function toBatchWriteAnswer(batch: z.output<typeof objectBatchSchema>, correlationId: string | null): BatchWriteAnswer {
  return {
    landed: eachOnce(
      batch.results.map((reply) => ({ traceId: reply.objectWriteTraceId, record: toTargetRecord(reply) })),
      ({ traceId, record }) => `${record.id} ${traceId}`,
    ),
    refused: batch.errors.flatMap((envelope) => toRefusedInputs(envelope, correlationId)),
    refusedWhole: null,
  };
}

/** One refusal a trace id that the entry names; a single one without any where it names none. */
export function toRefusedInputs(envelope: ErrorEnvelope, correlationId: string | null): readonly RefusedInput[] {
  const refusal = toRefusedInput(envelope, correlationId);
  const traceIds = envelope.context['objectWriteTraceId'] ?? [];
  return traceIds.length === 0 ? [refusal] : traceIds.map((traceId) => ({ ...refusal, traceId }));
}

/** A refusal of a whole batch, or of an entry: the validation code where there is exactly one, else the category. */
export function toRefusedInput(envelope: ErrorEnvelope, correlationId: string | null): RefusedInput {
  const codes = distinct(envelope.errors.flatMap(({ code }) => (code === null ? [] : [code])));
  const properties = distinct([envelope.context, ...envelope.errors.map(({ context }) => context)].flatMap((context) => context['propertyName'] ?? []));
  const category = envelope.category ?? 'NO_CATEGORY';
  return {
    traceId: null,
    ids: distinct([...(envelope.context['ids'] ?? []), ...(envelope.context['id'] ?? []), ...(envelope.id === null ? [] : [envelope.id])]),
    code: only(codes) ?? category,
    category,
    property: only(properties),
    message: envelope.message ?? '',
    correlationId: correlationId ?? envelope.correlationId,
  };
}

/** A 400, 409 or 413 for a whole batch: nothing of it was written. */
export function toRefusedBatch(envelope: ErrorEnvelope, correlationId: string | null): BatchWriteAnswer {
  return { landed: [], refused: [], refusedWhole: toRefusedInput(envelope, correlationId) };
}

// ---------------------------------------------------------------- associations

export interface AssociationInput {
  from: { id: string };
  to: { id: string };
  types: { associationCategory: `${AssociationSpecAssociationCategoryEnum}`; associationTypeId: number }[];
}

export function toAssociationInput(association: TargetAssociation): AssociationInput {
  return {
    from: { id: association.fromId },
    to: { id: association.toId },
    types: association.kinds.map(({ category, typeId }) => ({ associationCategory: category, associationTypeId: typeId })),
  };
}

/** One input a source with all its targets. */
export function toAssociationArchiveInputs(pairs: readonly { readonly fromId: string; readonly toId: string }[]): { from: { id: string }; to: { id: string }[] }[] {
  const targets = new Map<string, Set<string>>();
  for (const { fromId, toId } of pairs) {
    const ends = targets.get(fromId);
    if (ends === undefined) {
      targets.set(fromId, new Set([toId]));
    } else {
      ends.add(toId);
    }
  }
  return [...targets].map(([fromId, toIds]) => ({ from: { id: fromId }, to: [...toIds].map((id) => ({ id })) }));
}

export function toAssociations(batch: z.output<typeof associationReadSchema>): { readonly associations: readonly TargetAssociation[]; readonly unfinished: readonly { readonly id: string; readonly after: string }[] } {
  const sources = eachOnce(batch.results, ({ from }) => from.id);
  return {
    associations: sources.flatMap(({ from, to }) => to.map(({ toObjectId, associationTypes }) => ({ fromId: from.id, toId: toObjectId, kinds: associationTypes }))),
    unfinished: sources.flatMap(({ from, paging }) => (paging === null ? [] : [{ id: from.id, after: paging }])),
  };
}

/** There is no trace id here: refusals are matched by the ids in their context, told apart by side. */
export function toAssociationWriteAnswer(batch: z.output<typeof associationCreateSchema>, inputs: readonly TargetAssociation[], correlationId: string | null): AssociationWriteAnswer {
  return {
    landed: eachOnce(
      batch.results.map(({ fromObjectId, toObjectId }) => ({ fromId: fromObjectId, toId: toObjectId })),
      ({ fromId, toId }) => `${fromId} ${toId}`,
    ),
    refused: batch.errors.map((envelope) => {
      const { code, message, correlationId: own } = toRefusedInput(envelope, correlationId);
      // `crm.associations.FROM_OBJECT_NOT_FOUND`: the last part says more than the category does.
      return { ...sidesOf(envelope, inputs), code: envelope.subCategory?.split('.').at(-1) ?? code, message, correlationId: own };
    }),
    refusedWhole: null,
  };
}

function sidesOf(envelope: ErrorEnvelope, inputs: readonly TargetAssociation[]): { readonly fromId: string | null; readonly toId: string | null } {
  const named = { fromId: only(envelope.context['fromObjectId'] ?? []), toId: only(envelope.context['toObjectId'] ?? []) };
  const ids = distinct([...(envelope.context['id'] ?? []), ...(envelope.context['ids'] ?? [])]);
  const id = only(ids);
  if (named.fromId !== null || named.toId !== null) {
    return named;
  }
  if (id !== null && envelope.subCategory?.endsWith('FROM_OBJECT_NOT_FOUND') === true) {
    return { fromId: id, toId: null };
  }
  if (id !== null && envelope.subCategory?.endsWith('TO_OBJECT_NOT_FOUND') === true) {
    return { fromId: null, toId: id };
  }
  // A record tied to itself, or an entry that names both ends.
  const [pair, ...otherPairs] = inputs.filter(({ fromId, toId }) => ids.includes(fromId) && ids.includes(toId));
  if (pair !== undefined && otherPairs.length === 0) {
    return { fromId: pair.fromId, toId: pair.toId };
  }
  const isFrom = inputs.some(({ fromId }) => fromId === id);
  const isTo = inputs.some(({ toId }) => toId === id);
  // The same number on both sides is two different records: then the entry names nobody.
  return isFrom === isTo ? { fromId: null, toId: null } : { fromId: isFrom ? id : null, toId: isTo ? id : null };
}

// ---------------------------------------------------------------- schema

export interface PropertyInput {
  name: string;
  label: string;
  description: string;
  groupName: string;
  type: string;
  fieldType: string;
  hasUniqueValue: boolean;
  /** Ours stand in no form. */
  formField: false;
  options?: { label: string; value: string; displayOrder: number; hidden: boolean }[];
}

export function toPropertyInput(property: PropertyDefinition): PropertyInput {
  const { name, label, description, groupName, type, fieldType, hasUniqueValue, options } = property;
  return {
    name,
    label,
    description,
    groupName,
    type,
    fieldType,
    hasUniqueValue,
    formField: false,
    ...(type === 'enumeration' ? { options: options.map((option) => ({ ...option })) } : {}),
  };
}

export function toPropertyDefinition(reply: PropertyReply): PropertyDefinition & { readonly archived: boolean } {
  const { name, label, description, groupName, type, fieldType, hasUniqueValue, options, archived } = reply;
  return { name, label, description, groupName, type, fieldType, hasUniqueValue, options, archived };
}

export interface PipelineInput {
  pipelineId: string;
  label: string;
  displayOrder: number;
  stages: { stageId: string; label: string; displayOrder: number; metadata: Record<string, string> }[];
}

export function toPipelineInput(pipeline: PipelineDefinition): PipelineInput {
  const { pipelineId, label, displayOrder, stages } = pipeline;
  return { pipelineId, label, displayOrder, stages: stages.map((stage) => ({ stageId: stage.stageId, label: stage.label, displayOrder: stage.displayOrder, metadata: { ...stage.metadata } })) };
}

/** Live stages only, in the order that people see. */
export function toPipelineDefinition(reply: PipelineReply): PipelineDefinition {
  return {
    pipelineId: reply.id,
    label: reply.label,
    displayOrder: reply.displayOrder,
    stages: reply.stages
      .filter(({ archived }) => !archived)
      .map(({ id, label, displayOrder, metadata }) => ({ stageId: id, label, displayOrder, metadata }))
      .sort((one, other) => one.displayOrder - other.displayOrder),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function only(texts: readonly string[]): string | null {
  return texts.length === 1 ? (texts[0] ?? null) : null;
}
