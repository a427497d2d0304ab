/**
 * The wait that a `Retry-After` header asks for, in ms; null where there is none or it cannot be read. Seconds or an HTTP date (RFC 9110, 10.2.3).
 * @param nowMs our clock, against which a date is measured
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Math.ceil(Number(text) * 1000);
  }
  const atMs = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
