/** What a round would take by the verdicts of a dry run, record by record. Reads only. */
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { PlannedRecord } from '../domain/planned-record';
import { isWritten } from '../domain/record-identity';
import { decideRetry } from '../domain/retry-planning';
import type { RetryTake } from '../domain/retry-planning';
import type { Ledger } from './ledger';
import type { RetryCandidate, RetryRow, RetryStore } from './retry-store';

/** Rows of one slice, as in planning. */
const PAGE_ROWS = 250;
/** A merge and a fold by e-mail: more steps there are not. */
const MAX_FOLD_STEPS = 4;

export interface Stores extends Pick<Ledger, 'plans' | 'writing'> {
  readonly retries: Pick<RetryStore, 'candidates' | 'heldEmails' | 'foldedInto'>;
}

export async function decideTakes(ledger: Stores, asked: Pick<RetryRow, 'run' | 'which' | 'reason'>, planningStagingId: string): Promise<Readonly<Record<ObjectType, readonly RetryTake[]>>> {
  const takes: Record<ObjectType, readonly RetryTake[]> = { companies: [], contacts: [], deals: [] };
  for (const objectType of OBJECT_TYPES) {
    const open: Open = { ledger, run: asked.run, objectType, planningStagingId, written: new Map(), folds: [] };
    for (const was of ['refused', 'left-out'] as const) {
      for (let after = -1; ; ) {
        const page = await ledger.retries.candidates(asked.run, objectType, was, asked, after, PAGE_ROWS);
        const last = page.at(-1);
        if (last === undefined) {
          break;
        }
        await decidePage(open, was, page);
        after = last.ordinal;
      }
    }
    takes[objectType] = [...open.written.values(), ...(await decideFolds(open))].sort((one, other) => one.ordinal - other.ordinal);
  }
  return takes;
}

interface Open {
  readonly ledger: Stores;
  readonly run: string;
  readonly objectType: ObjectType;
  readonly planningStagingId: string;
  /** Taken so far, by source id. */
  readonly written: Map<string, RetryTake>;
  /** Decided when all others are. */
  readonly folds: { readonly candidate: RetryCandidate; readonly was: RetryTake['was']; readonly verdict: PlannedRecord }[];
}

async function decidePage({ ledger, run, objectType, planningStagingId, written, folds }: Open, was: RetryTake['was'], page: readonly RetryCandidate[]): Promise<void> {
  const verdicts = await verdictsOf(ledger, planningStagingId, objectType, page.map(({ sourceId }) => sourceId));
  const landedFolds = await landedFoldsOf(ledger, run, objectType, planningStagingId, [...verdicts.keys()]);
  const targets = [...verdicts.values()].flatMap(({ targetId }) => targetId ?? []);
  const taken = new Map((targets.length === 0 ? [] : await ledger.writing.findByTargetIds(run, objectType, targets)).map(([sourceId, targetId]) => [targetId, sourceId]));
  const emails = objectType === 'contacts' ? [...verdicts.values()].flatMap(({ identity }) => identity.email ?? []) : [];
  const held = emails.length === 0 ? new Set<string>() : await ledger.retries.heldEmails(run, emails);
  for (const candidate of page) {
    const verdict = verdicts.get(candidate.sourceId);
    if (verdict?.action === 'fold') {
      folds.push({ candidate, was, verdict });
      continue;
    }
    const holder = taken.get(verdict?.targetId ?? '');
    const take = decideRetry({
      ordinal: candidate.ordinal, was, verdict, survivor: null,
      landedFold: landedFolds.get(candidate.sourceId) ?? null,
      isEmailHeld: held.has(verdict?.identity.email ?? ''),
      isTargetTaken: holder !== undefined && holder !== candidate.sourceId,
    });
    if (take !== null) {
      written.set(candidate.sourceId, take);
    }
  }
}

/** Where a fold leads is known once it is known what is taken. */
async function decideFolds({ ledger, run, objectType, planningStagingId, written, folds }: Open): Promise<readonly RetryTake[]> {
  const takes: RetryTake[] = [];
  for (const { candidate, was, verdict } of folds) {
    const survivor = await survivorOf(ledger, run, objectType, planningStagingId, verdict, written);
    const take = decideRetry({ ordinal: candidate.ordinal, was, verdict, survivor, landedFold: null, isEmailHeld: false, isTargetTaken: false });
    if (take !== null) {
      takes.push(take);
    }
  }
  return takes;
}

async function verdictsOf(ledger: Stores, stagingId: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<ReadonlyMap<string, PlannedRecord>> {
  const records = await ledger.plans.findRecords(stagingId, objectType, sourceIds);
  return new Map(records.flatMap((record) => (record.sourceId === null || record.reason === 'repeated-id' ? [] : [[record.sourceId, record]])));
}

/** Records that have landed and that the dry run would combine with these: by the id of the record that they would fold into. */
async function landedFoldsOf(ledger: Stores, run: string, objectType: ObjectType, planningStagingId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const folded = sourceIds.length === 0 ? [] : await ledger.retries.foldedInto(planningStagingId, objectType, sourceIds);
  const landed = new Set(folded.length === 0 ? [] : (await ledger.writing.findPairs(run, objectType, folded.map(({ sourceId }) => sourceId))).map(([sourceId]) => sourceId));
  return new Map(folded.filter(({ sourceId }) => landed.has(sourceId)).map(({ sourceId, foldInto }) => [foldInto, sourceId]));
}

async function survivorOf(ledger: Stores, run: string, objectType: ObjectType, planningStagingId: string, fold: PlannedRecord, written: ReadonlyMap<string, RetryTake>): Promise<string | null> {
  let place = fold;
  for (let step = 0; step < MAX_FOLD_STEPS && place.foldInto !== null; step += 1) {
    const into = place.foldInto;
    const taken = written.get(into);
    if (taken !== undefined) {
      return taken.foldInto ?? into;
    }
    if ((await ledger.writing.findPairs(run, objectType, [into])).length > 0) {
      return into;
    }
    const next = (await verdictsOf(ledger, planningStagingId, objectType, [into])).get(into);
    if (next === undefined || isWritten(next)) {
      return null;
    }
    place = next;
  }
  return null;
}
