/** How much of something a portal's subscription allows, and how much of it is used; null where the portal does not say. */
export interface PortalLimit {
  readonly limit: number | null;
  readonly usage: number | null;
}

/** Limits that a plan may run into. They are looked at before the start and are no part of the plan: use of a live portal changes by the minute. */
export interface PortalLimits {
  /** Records by object type id, e.g. `0-1`; empty where they cannot be read. */
  readonly records: Readonly<Record<string, PortalLimit>>;
  /** Pipelines by object type id. */
  readonly pipelines: Readonly<Record<string, PortalLimit>>;
  /** Labels by pair of object type ids, e.g. `0-3>0-1`. A pair that the portal does not list has none yet. */
  readonly labels: Readonly<Record<string, PortalLimit>>;
}

/** How many more; null where that is not known. */
export const roomLeft = (limit: PortalLimit | undefined): number | null => (limit === undefined || limit.limit === null || limit.usage === null ? null : Math.max(0, limit.limit - limit.usage));
