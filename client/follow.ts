import { setTimeout as sleep } from 'node:timers/promises';
import { MultiBar, type SingleBar } from 'cli-progress';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { PauseReason, Phase } from '../domain/phase';
import { CallRate } from './call-rate';
import { CommandError, EXIT } from './command-error';
import { ENDED_STATES, type MigrationStatus } from './migration-status';
import type { Migration } from './portage-client';
import type { Terminal } from './terminal';
import { ASSOCIATION_WORDS, OBJECT_WORDS, PHASE_WORDS, reasonWords } from '../domain/words';
import { formatCount, formatDuration, formatInstant } from './words';

const REDRAW_MS = 300;
const PLAIN_LINE_EVERY_MS = 5_000;
/** So long nothing may change before it is asked why. */
const STANDSTILL_MS = 10_000;

export interface FollowOptions {
  /** Asked once for each time the run stops for a person, when one is at the terminal. Without it, and without a terminal, following ends with exit code 9. */
  readonly onPersonNeeded?: (status: MigrationStatus) => Promise<void>;
  /** Called with each status that is read; the demo uses it to kill its worker in the middle. */
  readonly onStatus?: (status: MigrationStatus) => Promise<void>;
  /** Asked from time to time while nothing changes: why it does not, in words; null where it may just be slow. */
  readonly onStandstill?: () => Promise<string | null>;
  /** Stops following; the migration goes on. */
  readonly signal?: AbortSignal;
}

/** Follows a run to its end: bars on a terminal, a plain line every few seconds elsewhere. Reads the ledger only. */
export async function followMigration(migration: Migration, terminal: Terminal, options: FollowOptions = {}): Promise<MigrationStatus> {
  const display = terminal.interactive ? createBars(terminal) : createPlainLines(terminal);
  const rate = new CallRate();
  let askedAt: string | null = null;
  let lastSeen = { text: '', at: Date.now() };
  let trouble: string | null = null;
  try {
    for (;;) {
      const status = await migration.status();
      const text = JSON.stringify(status);
      if (text !== lastSeen.text) {
        lastSeen = { text, at: Date.now() };
        trouble = null;
      } else if (Date.now() - lastSeen.at > STANDSTILL_MS && !ENDED_STATES.has(status.state)) {
        lastSeen = { text, at: Date.now() };
        trouble = (await options.onStandstill?.()) ?? null;
      }
      display.show(status, [progressLine(status, rate.observe(status.calls.made, Date.now())), ...(trouble === null ? [] : [trouble])].join(' · '));
      await options.onStatus?.(status);
      if (ENDED_STATES.has(status.state) || options.signal?.aborted === true) {
        return status;
      }
      const waitsForPerson = status.reasons.find(({ until }) => until === null);
      if (waitsForPerson !== undefined && askedAt !== waitsForPerson.since) {
        askedAt = waitsForPerson.since;
        if (!terminal.interactive || options.onPersonNeeded === undefined) {
          throw new CommandError(EXIT.waitsForPerson, `Run ${status.run} waits: ${describeReason(waitsForPerson)}`, waitsForPerson.remedy);
        }
        display.stop();
        await options.onPersonNeeded(status);
      }
      await sleep(REDRAW_MS, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    display.stop();
  }
}

export function describeReason({ kind, until, code }: PauseReason): string {
  return `${reasonWords({ kind, code })}${code === null ? '' : ` (${code})`}${until === null ? '' : `, goes on by itself at ${formatInstant(until)}`}`;
}

/** Phase, rate, calls left today, expected end and the reason of any wait, in one line. */
export function progressLine(status: MigrationStatus, callsPerSecond: number | null): string {
  const callsLeft = status.calls.forecast === null ? null : Math.max(0, status.calls.forecast - status.calls.made);
  return [
    PHASE_WORDS[status.phase],
    ...(callsPerSecond === null ? [] : [`${callsPerSecond.toFixed(1)} calls/s`]),
    ...(status.quota.dailyRemaining === null ? [] : [`${formatCount(status.quota.dailyRemaining)} calls left today`]),
    ...(callsLeft === null || callsPerSecond === null || callsPerSecond === 0 || !isForecast(status) ? [] : [`done in about ${formatDuration((callsLeft / callsPerSecond) * 1000)}`]),
    ...status.reasons.map((reason) => `WAITS: ${describeReason(reason)}`),
  ].join(' · ');
}

/** The plan's calls say when the work will be done while it is done: not while it waits, and not of undoing it. */
function isForecast({ phase, reasons }: MigrationStatus): boolean {
  return reasons.length === 0 && phase !== 'open' && phase !== 'rollback';
}

interface Counter {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** Of what is to be written: what is skipped or combined is done before the first write, and would look like progress. */
function countersOf(status: MigrationStatus): readonly Counter[] {
  return [
    ...OBJECT_TYPES.flatMap((type) => {
      const tally = status.objects[type];
      const total = tally === undefined ? 0 : tally.source - tally.folded - tally.leftOut;
      return tally === undefined || total === 0 ? [] : [{ name: OBJECT_WORDS[type], done: total - tally.pending - tally.inDoubt, total }];
    }),
    ...ASSOCIATION_TYPES.flatMap((type) => {
      const tally = status.associations[type];
      return tally === undefined || tally.planned === 0 ? [] : [{ name: ASSOCIATION_WORDS[type], done: tally.planned - tally.pending - tally.inDoubt, total: tally.planned }];
    }),
  ];
}

interface Display {
  show(status: MigrationStatus, line: string): void;
  stop(): void;
}

function createBars(terminal: Terminal): Display {
  let bars: MultiBar | null = null;
  const byName = new Map<string, SingleBar>();
  return {
    show(status, line) {
      bars ??= new MultiBar({ stream: terminal.err, clearOnComplete: false, hideCursor: true, linewrap: false, barsize: 28, format: '{name} {bar} {value}/{total}', noTTYOutput: false });
      for (const { name, done, total } of countersOf(status)) {
        const bar = byName.get(name);
        if (bar === undefined) {
          byName.set(name, bars.create(total, done, { name: name.padEnd(24) }));
        } else {
          bar.setTotal(total);
          bar.update(done);
        }
      }
      const summary = byName.get('');
      if (summary === undefined) {
        byName.set('', bars.create(1, 0, { line }, { format: '{line}' }));
      } else {
        summary.update(0, { line });
      }
    },
    stop() {
      bars?.stop();
      bars = null;
      byName.clear();
    },
  };
}

function createPlainLines(terminal: Terminal): Display {
  let lastLineAt = Number.NEGATIVE_INFINITY;
  let lastPhase: Phase | null = null;
  let lastReasons = '';
  let lastLine = '';
  return {
    show(status, line) {
      const reasons = status.reasons.map(({ kind }) => kind).join(',');
      const changed = status.phase !== lastPhase || reasons !== lastReasons;
      if (!changed && Date.now() - lastLineAt < PLAIN_LINE_EVERY_MS) {
        return;
      }
      lastLineAt = Date.now();
      lastPhase = status.phase;
      lastReasons = reasons;
      const told = [line, ...countersOf(status).map(({ name, done, total }) => `${name} ${formatCount(done)}/${formatCount(total)}`)].join(' · ');
      if (told !== lastLine) {
        lastLine = told;
        terminal.remark(told);
      }
    },
    stop: () => undefined,
  };
}
