import { z } from 'zod';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import { PHASES, RUN_STATES } from './phase';

const count = z.number().int().nonnegative();
const workType = z.enum([...OBJECT_TYPES, ...ASSOCIATION_TYPES]);

export const recordReportSchema = z.strictObject({ source: count, created: count, updated: count, unchanged: count, folded: count, leftOut: count, refused: count, inDoubt: count });
export const associationReportSchema = z.strictObject({
  source: count, duplicate: count, selfLink: count, planned: count, missingEnd: count, added: count, alreadyThere: count, refused: count, endNotWritten: count, inDoubt: count,
});

/** The final report: `portage report ID --json` and `portage demo --json` print exactly this. */
export const reportSchema = z.strictObject({
  migration: z.string(),
  run: z.string(),
  state: z.enum(RUN_STATES),
  objects: z.partialRecord(z.enum(OBJECT_TYPES), recordReportSchema),
  associations: z.partialRecord(z.enum(ASSOCIATION_TYPES), associationReportSchema),
  verify: z.strictObject({ recordsCompared: count, cellsCompared: count, associationsCompared: count, differences: count, causes: z.record(z.string(), count).default({}) }),
  /** Calls to the portal by kind, and how many of them were answered 429. */
  calls: z.strictObject({ total: count, tooManyRequests: count, byKind: z.record(z.string(), count), forecast: count.nullable() }),
  quota: z.strictObject({ dailyLimit: count.nullable(), dailyRemaining: count.nullable(), reserve: z.number() }),
  /** Milliseconds by phase, and in all. */
  durations: z.record(z.string(), count),
  /** Records that were to be created and that somebody had entered in the portal by then: they were matched under `onMatch`, and count as updated. */
  matchedSince: z.partialRecord(z.enum(OBJECT_TYPES), count).default({}),
  /** Records to which matching again at the start gave another verdict than the approved plan, by type and verdict. */
  verdictsChanged: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), planned: z.string(), found: z.string(), count })).default([]),
  /** Why records were left out or refused, and cells not written: code to count. */
  reasons: z.strictObject({ leftOut: z.record(z.string(), count), refused: z.record(z.string(), count), cells: z.record(z.string(), count) }),
  /** Sent, and no answer tells what became of them: each by type and ordinal, the first thousand of a type. Empty at the end of a run that was not stopped. */
  inDoubt: z.array(z.strictObject({ workType, count, ordinals: z.array(count) })).default([]),
  /** Failed and skipped records by cause, all of them, the largest first: examples by their place in the source, the likely remedy in words. */
  groups: z
    .array(z.strictObject({ what: z.enum(['failed', 'skipped']), workType, phase: z.enum(PHASES), code: z.string(), property: z.string().nullable(), count, ordinals: z.array(count), remedy: z.string() }))
    .default([]),
  /** What became of records and associations that were tried again, by round. `was`: before the round; `became`: after it, `folded` where it was combined. */
  retries: z
    .array(z.strictObject({ round: count, askedAt: z.string(), endedAt: z.string().nullable(), workType, was: z.enum(['refused', 'left-out', 'end-not-written', 'missing-end']), became: z.string(), count }))
    .default([]),
  /** The first thousand that the portal refused, with its own words. The words may quote a record: they stay on this machine. */
  refused: z
    .array(z.strictObject({ workType, ordinal: count, sourceId: z.string().nullable(), code: z.string(), category: z.string().nullable(), property: z.string().nullable(), message: z.string(), correlationId: z.string().nullable() }))
    .default([]),
  /** What the source holds and nothing read: place to count. */
  notMoved: z.array(z.strictObject({ place: z.string(), count, why: z.string() })),
  /** After a rollback: records that stayed, counted by reason and the first of them by id, and what could not be looked at. */
  rollback: z
    .strictObject({
      kept: z.record(z.string(), count),
      records: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), targetId: z.string(), why: z.string() })),
      notes: z.array(z.strictObject({ place: z.string(), why: z.string() })),
    })
    .optional(),
});
export type Report = z.infer<typeof reportSchema>;
