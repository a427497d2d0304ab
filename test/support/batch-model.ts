/** The ledger in miniature, and what one command of the batch protocol does to portal and ledger: what the state machine is explored against. Nothing here changes an argument. */
import type { BatchCommand, BatchContext, BatchEvent, NullableValues, OwnedSettlement, PortalRefusal, RecordToWrite, Settlement, WriteAnswer } from '../../domain/batch-state';
import type { UndoStateOfRecord } from '../../domain/rollback-state';
import { readRecords, writeRecords } from './model-portal';
import type { Landing, ModelPortal, WriteInput } from './model-portal';

export interface LedgerRow {
  readonly record: RecordToWrite;
  readonly settlement: Settlement | null;
  /** Attempts under which it went out. */
  readonly sends: readonly number[];
  readonly undo: UndoStateOfRecord;
  readonly undoCode: string | null;
}

export type Rows = readonly LedgerRow[];

export function rowsOf(records: readonly RecordToWrite[]): Rows {
  return records.map((record) => ({ record, settlement: null, sends: [], undo: 'pending', undoCode: null }));
}

type Marks = readonly { readonly ordinal: number; readonly attempt: number }[];

/** The ledger's statements: each one transaction, each a compare-and-set. */
export interface LedgerParts {
  settle(rows: Rows, settlements: readonly OwnedSettlement[]): Rows;
  keepPreImages(rows: Rows, images: readonly { readonly ordinal: number; readonly targetId: string; readonly values: NullableValues }[]): Rows;
  markSent(rows: Rows, marks: Marks): { readonly rows: Rows; readonly taken: readonly number[] };
  clearSent(rows: Rows, marks: Marks): Rows;
}

const withoutAttempt = ({ ordinal, outcome, targetId, refusal, postImage }: OwnedSettlement): Settlement => ({ ordinal, outcome, targetId, refusal, postImage });

export const ledgerParts: LedgerParts = {
  settle: (rows, settlements) =>
    rows.map((row) => {
      const settlement = settlements.find((each) => each.ordinal === row.record.ordinal);
      return settlement === undefined || row.settlement !== null || (settlement.attempt !== undefined && row.record.attempt !== settlement.attempt) ? row : { ...row, settlement: withoutAttempt(settlement), record: { ...row.record, state: 'settled', targetId: settlement.targetId ?? row.record.targetId } };
    }),
  keepPreImages: (rows, images) =>
    rows.map((row) => {
      const image = images.find((each) => each.ordinal === row.record.ordinal);
      if (image === undefined || row.settlement !== null) {
        return row;
      }
      const kept = row.record.preImage ?? {};
      const newer = Object.entries(image.values).filter(([name, value]) => !Object.hasOwn(kept, name) || value !== row.record.properties[name]);
      return { ...row, record: { ...row.record, targetId: image.targetId, preImage: { ...kept, ...Object.fromEntries(newer) } } };
    }),
  markSent: (rows, marks) => {
    const isTaken = ({ record, settlement }: LedgerRow): boolean => settlement === null && record.state === 'unsent' && marks.some((mark) => mark.ordinal === record.ordinal && mark.attempt === record.attempt);
    return {
      rows: rows.map((row) => (isTaken(row) ? { ...row, record: { ...row.record, state: 'sent', attempt: row.record.attempt + 1 } } : row)),
      taken: rows.filter(isTaken).map(({ record }) => record.ordinal),
    };
  },
  clearSent: (rows, marks) =>
    rows.map((row) => {
      const isCleared = row.settlement === null && row.record.state === 'sent' && marks.some((mark) => mark.ordinal === row.record.ordinal && mark.attempt === row.record.attempt);
      return isCleared ? { ...row, record: { ...row.record, state: 'unsent' } } : row;
    }),
};

/** What can happen to a call out, beside its going well. `late`: nobody hears of it any more, and it arrives at some later time. */
export type CallFault = 'request-lost' | 'answer-lost' | 'late' | 'declined' | 'refused-whole' | 'result-missing' | 'result-repeated' | 'traces-swapped';

export function callFaultsOf(command: BatchCommand): readonly CallFault[] {
  if (command.do !== 'create' && command.do !== 'update') {
    return [];
  }
  // A record that is refused as a whole batch of its own is refused.
  return ['request-lost', 'answer-lost', 'late', 'declined', 'result-missing', ...(command.inputs.length > 1 ? (['refused-whole', 'result-repeated', 'traces-swapped'] as const) : [])];
}

export interface Effect {
  readonly portal: ModelPortal;
  readonly rows: Rows;
  readonly event: BatchEvent;
  readonly landings: readonly Landing[];
  /** Inputs that will arrive later. */
  readonly late: readonly WriteInput[];
}

/** Carries out one command of the batch protocol, like the activity; commands that end an attempt have no effect. */
export function carryOut(command: BatchCommand, { keyProperty }: BatchContext, portal: ModelPortal, rows: Rows, parts: LedgerParts, fault: CallFault | 'none'): Effect {
  const effect = (event: BatchEvent, change: Partial<Effect> = {}): Effect => ({ portal, rows, event, landings: [], late: [], ...change });
  switch (command.do) {
    case 'settle': {
      const settled = parts.settle(rows, command.settlements);
      return effect({ on: 'settled', ordinals: settled.flatMap(({ record, settlement }) => (settlement === null ? [] : [record.ordinal])) }, { rows: settled });
    }
    case 'read':
      return effect({ on: 'records-read', records: readRecords(portal, command.by === 'key' ? keyProperty : command.by, command.ids, command.archived) });
    case 'keep-pre-images':
      return effect({ on: 'pre-images-kept' }, { rows: parts.keepPreImages(rows, command.images) });
    case 'compare-schema':
      return effect({ on: 'schema-compared', changed: command.properties.filter((name) => portal.changedProperties.includes(name)) });
    case 'check-quota':
      return effect({ on: 'quota-suffices' });
    case 'mark-sent': {
      const marked = parts.markSent(rows, command.records);
      return effect({ on: 'marked', ordinals: marked.taken }, { rows: marked.rows });
    }
    case 'clear-sent':
      return effect({ on: 'cleared' }, { rows: parts.clearSent(rows, command.records) });
    case 'create':
    case 'update':
      return carryOutWrite(command.inputs, portal, effect, fault);
    default:
      throw new Error(`${command.do} ends an attempt and is not carried out`);
  }
}

function carryOutWrite(inputs: readonly WriteInput[], portal: ModelPortal, effect: (event: BatchEvent, change?: Partial<Effect>) => Effect, fault: CallFault | 'none'): Effect {
  switch (fault) {
    case 'request-lost':
      return effect({ on: 'no-answer' });
    case 'late':
      return effect({ on: 'no-answer' }, { late: inputs });
    case 'declined':
      return effect({ on: 'not-carried-out' });
    case 'refused-whole':
      return effect({ on: 'answered', answer: { landed: [], refused: [], refusedWhole: WITHOUT_CULPRIT } });
    default: {
      const { answer, ...landed } = writeRecords(portal, inputs);
      return effect(fault === 'answer-lost' ? { on: 'no-answer' } : { on: 'answered', answer: distorted(answer, fault) }, landed);
    }
  }
}

const WITHOUT_CULPRIT: PortalRefusal = { traceId: null, ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: 'words of the portal', correlationId: 'c' };

function distorted(answer: WriteAnswer, fault: CallFault | 'none'): WriteAnswer {
  const { landed } = answer;
  switch (fault) {
    case 'result-missing':
      return { ...answer, landed: landed.slice(1) };
    case 'result-repeated':
      return { ...answer, landed: [...landed.slice(0, 1), ...landed.slice(0, 1), ...landed.slice(2)] };
    case 'traces-swapped': {
      // Each result under the trace id of the other.
      const ordinals = landed.map(({ record }) => record.properties.salesforce_id?.split('-')[1] ?? null);
      return { ...answer, landed: landed.map(({ record }, index) => ({ traceId: ordinals[(index + 1) % ordinals.length] ?? null, record })) };
    }
    default:
      return answer;
  }
}

/** Answers questions from a fixed list, then with 0, and remembers how many answers there were: enough to visit every path once. */
export class Choices {
  private place = 0;
  readonly taken: { chosen: number; of: number }[] = [];

  constructor(private readonly fixed: readonly number[]) {}

  choose(of: number): number {
    const chosen = this.fixed[this.place] ?? 0;
    this.place += 1;
    this.taken.push({ chosen, of });
    return chosen;
  }

  /** The next path in order; null after the last. */
  next(): readonly number[] | null {
    for (let index = this.taken.length - 1; index >= 0; index -= 1) {
      const { chosen, of } = this.taken[index]!;
      if (chosen + 1 < of) {
        return [...this.taken.slice(0, index).map((each) => each.chosen), chosen + 1];
      }
    }
    return null;
  }
}

export function everyPath(visit: (choices: Choices) => void): number {
  let paths = 0;
  for (let fixed: readonly number[] | null = []; fixed !== null; ) {
    const choices: Choices = new Choices(fixed);
    visit(choices);
    paths += 1;
    fixed = choices.next();
  }
  return paths;
}
