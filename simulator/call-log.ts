import type { CallLog, LoggedCall } from './control-plane';

const MOST_KEPT = 100_000;

/** What was called, without any body. Counts cover every call since the log was cleared, the list only the newest. */
export class CallRecorder {
  private calls: LoggedCall[] = [];
  private total = 0;
  private byKind = new Map<string, number>();
  private byStatus = new Map<string, number>();
  private rateLimited = 0;

  record(call: Omit<LoggedCall, 'number'>): void {
    this.total += 1;
    this.calls.push({ number: this.total, ...call });
    if (this.calls.length > 2 * MOST_KEPT) this.calls = this.calls.slice(-MOST_KEPT);
    this.byKind.set(call.kind, (this.byKind.get(call.kind) ?? 0) + 1);
    this.byStatus.set(String(call.status), (this.byStatus.get(String(call.status)) ?? 0) + 1);
    if (call.status === 429 && call.fault === null) this.rateLimited += 1;
  }

  clear(): void {
    this.calls = [];
    this.total = 0;
    this.byKind = new Map();
    this.byStatus = new Map();
    this.rateLimited = 0;
  }

  log(): CallLog {
    return {
      total: this.total,
      byKind: Object.fromEntries([...this.byKind].sort()),
      byStatus: Object.fromEntries([...this.byStatus].sort()),
      rateLimited: this.rateLimited,
      calls: this.calls.slice(-MOST_KEPT),
    };
  }
}
