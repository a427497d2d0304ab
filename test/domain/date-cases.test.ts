import { applyTransform } from '../../domain/transforms/apply-transform';

/**
 * The oracle is the runtime's own calendar of zones, asked the other way round: what do the clocks there show at this instant? It shares no code with what is tested,
 * and no library.
 */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

interface Wall {
  readonly day: string;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

function wallAt(instantMs: number, zone: string): Wall {
  const clock = CLOCKS.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  CLOCKS.set(zone, clock);
  const [day = '', time = ''] = clock.format(instantMs).split(' ');
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return { day, hour, minute, second };
}

const localMsOf = ({ day, hour, minute, second }: Wall): number => Date.parse(`${day}T00:00:00Z`) + ((hour * 60 + minute) * 60 + second) * 1000;
const offsetMsAt = (instantMs: number, zone: string): number => localMsOf(wallAt(instantMs, zone)) - Math.floor(instantMs / 1000) * 1000;

const ZONES = [
  'UTC', 'America/New_York', 'America/Chicago', 'America/Los_Angeles', 'America/St_Johns', 'America/Sao_Paulo', 'America/Havana', 'Europe/London', 'Europe/Berlin', 'Europe/Lisbon', 'Africa/Cairo',
  'Africa/Casablanca', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tokyo', 'Asia/Beirut', 'Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Apia', 'Pacific/Kiritimati', 'Pacific/Honolulu',
] as const;

/** Instants at which the clocks of a zone leap, to the second. */
function transitionsOf(zone: string, from: number, to: number): readonly number[] {
  const found: number[] = [];
  const STEP = 20 * 86_400_000;
  for (let at = from; at < to; at += STEP) {
    let [low, high] = [at, at + STEP];
    const before = offsetMsAt(low, zone);
    if (offsetMsAt(high, zone) !== before) {
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000;
        [low, high] = offsetMsAt(middle, zone) === before ? [middle, high] : [low, middle];
      }
      found.push(high);
    }
  }
  return found;
}

/** mulberry32: the same cases on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let random = randomFrom(0);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;

const two = (number: number): string => String(number).padStart(2, '0');
const parts = (day: string): readonly [string, string, string] => {
  const [year = '', month = '', date = ''] = day.split('-');
  return [year, month, date];
};
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Days as columns write them: the format in the mapping, or none for what needs none. */
const DAY_STYLES: readonly { readonly format: string | null; readonly write: (day: string) => string }[] = [
  { format: null, write: (day) => day },
  { format: null, write: (day) => `${day} 00:00:00` },
  { format: 'dd.MM.yyyy', write: (day) => parts(day).toReversed().join('.') },
  { format: 'M/d/yyyy', write: (day) => `${Number(parts(day)[1])}/${Number(parts(day)[2])}/${parts(day)[0]}` },
  { format: 'd/M/yyyy', write: (day) => `${Number(parts(day)[2])}/${Number(parts(day)[1])}/${parts(day)[0]}` },
  { format: 'd MMM yyyy', write: (day) => `${parts(day)[2]} ${MONTHS[Number(parts(day)[1]) - 1]} ${parts(day)[0]}` },
  { format: 'excel', write: (day) => String((Date.parse(`${day}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000) },
];

const halfDay = ({ hour, minute, second }: Wall): string => `${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}:${two(second)} ${hour < 12 ? 'AM' : 'pm'}`;
const clock = ({ hour, minute, second }: Wall): string => `${two(hour)}:${two(minute)}:${two(second)}`;

/** Local times as columns write them. */
const TIME_STYLES: readonly { readonly format: string | null; readonly write: (wall: Wall) => string }[] = [
  { format: null, write: (wall) => `${wall.day} ${clock(wall)}` },
  { format: null, write: (wall) => `${wall.day}T${clock(wall)}.000` },
  { format: 'dd.MM.yyyy HH:mm:ss', write: (wall) => `${parts(wall.day).toReversed().join('.')} ${clock(wall)}` },
  { format: 'M/d/yyyy h:mm:ss a', write: (wall) => `${Number(parts(wall.day)[1])}/${Number(parts(wall.day)[2])}/${parts(wall.day)[0]} ${halfDay(wall)}` },
  { format: 'd/M/yyyy HH:mm:ss', write: (wall) => `${Number(parts(wall.day)[2])}/${Number(parts(wall.day)[1])}/${parts(wall.day)[0]} ${clock(wall)}` },
  { format: 'excel', write: (wall) => ((localMsOf(wall) - Date.UTC(1899, 11, 30)) / 86_400_000).toFixed(8) },
];

const offsetText = (offsetMs: number, colon: string): string => `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMs) / 3_600_000))}${colon}${two((Math.abs(offsetMs) / 60_000) % 60)}`;

/** Instants as machines write them, with the offset of some zone. */
const INSTANT_STYLES: readonly { readonly format: string | null; readonly write: (instantMs: number, zone: string) => string }[] = [
  { format: null, write: (instantMs) => new Date(instantMs).toISOString() },
  { format: null, write: (instantMs) => new Date(instantMs).toISOString().replace('Z', '+0000') },
  { format: null, write: (instantMs, zone) => `${wallAt(instantMs, zone).day}T${clock(wallAt(instantMs, zone))}${offsetText(offsetMsAt(instantMs, zone), ':')}` },
  { format: 'yyyy-MM-dd HH:mm:ss Z', write: (instantMs, zone) => `${wallAt(instantMs, zone).day} ${clock(wallAt(instantMs, zone))} ${offsetText(offsetMsAt(instantMs, zone), '')}` },
  { format: 'epoch-s', write: (instantMs) => String(instantMs / 1000) },
  { format: 'epoch-ms', write: (instantMs) => String(instantMs) },
];

const FROM = Date.UTC(1995, 0, 3);
const TO = Date.UTC(2037, 0, 1);
const TRANSITIONS = ZONES.flatMap((zone) => transitionsOf(zone, Date.UTC(2004, 0, 1), Date.UTC(2027, 0, 1)).map((instantMs) => ({ zone, instantMs })));

interface Case {
  readonly cell: string;
  readonly kind: 'day' | 'day-at' | 'datetime';
  readonly format: string | null;
  readonly sourceZone: string;
  readonly portalZone: string;
  readonly dateAt: string;
  readonly expected: string;
}

function written({ cell, kind, format, sourceZone, portalZone, dateAt }: Case): string {
  const transform = { kind };
  const target = { name: 'x', type: kind === 'day' ? 'date' : 'datetime', options: null, isMultiple: false, rules: [] };
  const result = applyTransform({ columns: ['C'], transform, target, dateFormats: format === null ? {} : { C: [format] } }, () => cell, { sourceTimeZone: sourceZone, portalTimeZone: portalZone, dateAt, ownerOf: () => null, stageOf: () => null, currencyOf: () => null, lookup: () => null });
  return result.kind === 'value' ? result.value : JSON.stringify(result);
}

const shiftsOf = (cases: readonly Case[]) => cases.map((one) => ({ ...one, written: written(one) })).filter((one) => one.written !== one.expected);

/** A whole second, of those at which the clocks show it twice the first. */
function firstShowing(instantMs: number, zone: string): number {
  const shown = localMsOf(wallAt(instantMs, zone));
  const earlier = [30, 60, 120, 180].map((minutes) => instantMs - minutes * 60_000).filter((other) => localMsOf(wallAt(other, zone)) === shown);
  return Math.min(instantMs, ...earlier);
}

const anyInstant = (): number => FROM + Math.floor((random() * (TO - FROM)) / 1000) * 1000;
const anyDay = (): string => new Date(anyInstant()).toISOString().slice(0, 10);
const anyZones = (): { readonly sourceZone: string; readonly portalZone: string } => ({ sourceZone: pick(ZONES), portalZone: pick(ZONES) });
/** Midnight of that day, a second to either side of it, and its last second. */
const atEdgeOfDay = (instantMs: number, zone: string): number => {
  const wall = wallAt(instantMs, zone);
  const sinceMidnightMs = localMsOf(wall) - Date.parse(`${wall.day}T00:00:00Z`);
  return instantMs - sinceMidnightMs + pick([0, 1000, -1000, 86_399_000]);
};

const COUNTS = { localTimes: 3_000, edges: 2_500, moments: 1_000, daysAsMoments: 2_000, daysOfMoments: 1_000, days: 1_000 };

describe('ten thousand dates', () => {
  beforeEach(() => {
    random = randomFrom(20_261_122);
  });

  it('are ten thousand and more', () => {
    expect(Object.values(COUNTS).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(10_000);
  });

  it('keeps local times the same moment, in every zone and format', () => {
    expect(shiftsOf(
      Array.from({ length: COUNTS.localTimes }, (): Case => {
        const zones = anyZones();
        const plainMs = anyInstant();
        const instantMs = below(5) === 0 ? atEdgeOfDay(plainMs, zones.sourceZone) : plainMs;
        const style = pick(TIME_STYLES);
        return { ...zones, cell: style.write(wallAt(instantMs, zones.sourceZone)), format: style.format, kind: 'datetime', dateAt: '12:00', expected: new Date(firstShowing(instantMs, zones.sourceZone)).toISOString() };
      }),
    )).toEqual([]);
  });

  it('keeps local times around both edges of daylight saving, those that are shown twice and those that never are', () => {
    let neverShown = 0;
    let shownTwice = 0;
    const cases = Array.from({ length: COUNTS.edges }, (): Case => {
      const { zone, instantMs: edgeMs } = pick(TRANSITIONS);
      const before = offsetMsAt(edgeMs - 1000, zone);
      const gapMs = offsetMsAt(edgeMs, zone) - before;
      const style = pick(TIME_STYLES);
      const common = { sourceZone: zone, portalZone: pick(ZONES), format: style.format, kind: 'datetime' as const, dateAt: '12:00' };
      if (gapMs > 0 && below(2) === 0) {
        neverShown += 1;
        // The clocks leap from the old local time of the edge to gapMs later.
        const localMs = edgeMs + before + Math.floor((random() * gapMs) / 1000) * 1000;
        const local = new Date(localMs).toISOString();
        const wall = { day: local.slice(0, 10), hour: Number(local.slice(11, 13)), minute: Number(local.slice(14, 16)), second: Number(local.slice(17, 19)) };
        return { ...common, cell: style.write(wall), expected: new Date(localMs - before).toISOString() };
      }
      const instantMs = edgeMs + Math.floor((random() - 0.5) * 4 * 3_600) * 1000;
      const first = firstShowing(instantMs, zone);
      shownTwice += first === instantMs ? 0 : 1;
      return { ...common, cell: style.write(wallAt(instantMs, zone)), expected: new Date(first).toISOString() };
    });

    expect(shiftsOf(cases)).toEqual([]);
    expect([neverShown > 300, shownTwice > 100]).toEqual([true, true]);
  });

  it('keeps moments that name their offset, whatever the zone of the source', () => {
    expect(shiftsOf(
      Array.from({ length: COUNTS.moments }, (): Case => {
        const instantMs = anyInstant();
        const style = pick(INSTANT_STYLES);
        return { ...anyZones(), cell: style.write(instantMs, pick(ZONES)), format: style.format, kind: 'datetime', dateAt: '12:00', expected: new Date(instantMs).toISOString() };
      }),
    )).toEqual([]);
  });

  it('writes days as moments of the same day in the portal, at the time of dateAt', () => {
    const cases = Array.from({ length: COUNTS.daysAsMoments }, (): Case => {
      const edge = below(3) === 0 ? pick(TRANSITIONS) : null;
      const portalZone = edge?.zone ?? pick(ZONES);
      const day = edge === null ? anyDay() : wallAt(edge.instantMs, edge.zone).day;
      const style = pick(DAY_STYLES);
      return { sourceZone: pick(ZONES), portalZone, cell: style.write(day), format: style.format, kind: 'day-at', dateAt: pick(['12:00', '09:30', '02:30', '00:00', '23:59']), expected: day };
    });

    const shifts = cases.filter((one) => {
      const instantMs = Date.parse(written(one));
      const wall = Number.isNaN(instantMs) ? null : wallAt(instantMs, one.portalZone);
      const [hour = 0, minute = 0] = one.dateAt.split(':').map(Number);
      const lateMs = wall === null ? NaN : localMsOf({ ...wall, day: '2000-01-01' }) - localMsOf({ day: '2000-01-01', hour, minute, second: 0 });
      // A time of day that the clocks leapt over that day is later by the leap; the first of two otherwise.
      const isLeap = lateMs > 0 && lateMs <= 3_600_000 && offsetMsAt(instantMs - 4 * 3_600_000, one.portalZone) !== offsetMsAt(instantMs, one.portalZone);
      return wall?.day !== one.expected || !(lateMs === 0 || isLeap) || firstShowing(instantMs, one.portalZone) !== instantMs;
    });
    expect(shifts).toEqual([]);
  });

  it('takes of moments the day that people in the source saw', () => {
    expect(shiftsOf(
      Array.from({ length: COUNTS.daysOfMoments }, (): Case => {
        const zones = anyZones();
        const instantMs = atEdgeOfDay(anyInstant(), zones.sourceZone);
        const [plain, named] = [pick(TIME_STYLES), pick(INSTANT_STYLES)];
        const { cell, format } = below(2) === 0 ? { cell: plain.write(wallAt(instantMs, zones.sourceZone)), format: plain.format } : { cell: named.write(instantMs, pick(ZONES)), format: named.format };
        return { ...zones, cell, format, kind: 'day', dateAt: '12:00', expected: wallAt(instantMs, zones.sourceZone).day };
      }),
    )).toEqual([]);
  });

  it('keeps days as days', () => {
    expect(shiftsOf(
      Array.from({ length: COUNTS.days }, (): Case => {
        const day = anyDay();
        const style = pick(DAY_STYLES);
        return { ...anyZones(), cell: style.write(day), format: style.format, kind: 'day', dateAt: '12:00', expected: day };
      }),
    )).toEqual([]);
  });
});
