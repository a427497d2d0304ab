const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** How far the account's local time is ahead of UTC at that instant. */
export function utcOffsetMs(atMs: number, timeZone: string): number {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
      .formatToParts(new Date(atMs))
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(atMs / 1_000) * 1_000;
}

/** The first midnight of the account after that instant; right on days of 23 and 25 hours too. */
export function nextMidnightMs(afterMs: number, timeZone: string): number {
  const localMs = afterMs + utcOffsetMs(afterMs, timeZone);
  const localMidnightMs = (Math.floor(localMs / (24 * HOUR_MS)) + 1) * 24 * HOUR_MS;
  const guessMs = localMidnightMs - utcOffsetMs(afterMs, timeZone);
  return localMidnightMs - utcOffsetMs(guessMs, timeZone);
}

/** `-05:00` */
export function formatUtcOffset(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const two = (figure: number): string => String(Math.floor(figure)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
