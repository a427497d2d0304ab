/** Who changed a value after us? Told from the property's own history. */
export interface HistoryEntry {
  readonly value: string | null;
  /** ISO-8601. */
  readonly timestamp: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  /** The portal's user who did it; null where it names none. */
  readonly userId: string | null;
}

/**
 * The portal's own doings: calculation, automation, enrichment. They are listed and protect nothing. The vendor publishes no closed list of source types, so that
 * every type that is not named here counts as somebody's wish and protects.
 */
const SOURCES_OF_THE_PORTAL = new Set(['CALCULATED', 'AUTOMATION_PLATFORM', 'WORKFLOWS', 'ENRICHMENT', 'COMPANY_INSIGHTS', 'DEFAULT']);

/**
 * @param ourValue what this run wrote, as the portal spelled it
 * @returns `person` when a user, an import or another app changed it after our value came in, `system` when only the portal did, `none` when ours is the newest
 */
export function changedSince(history: readonly HistoryEntry[], ourValue: string | null, isSame: (left: string | null, right: string | null) => boolean): 'person' | 'system' | 'none' {
  const newestFirst = [...history].sort((left, right) => Date.parse(right.timestamp) - Date.parse(left.timestamp));
  const our = newestFirst.find((entry) => entry.sourceType === 'INTEGRATION' && isSame(entry.value, ourValue));
  // Of two that came in within one millisecond nobody knows which was first: the other may be somebody's wish, and counts as later.
  const later = our === undefined ? newestFirst : newestFirst.filter(({ timestamp }) => Date.parse(timestamp) >= Date.parse(our.timestamp));
  const byOthers = later.filter((entry) => our === undefined || entry.sourceType !== our.sourceType || entry.sourceId !== our.sourceId);
  if (byOthers.some((entry) => !SOURCES_OF_THE_PORTAL.has(entry.sourceType))) {
    return 'person';
  }
  return byOthers.length > 0 ? 'system' : 'none';
}

/**
 * A value that a person, an import or another app set after the run had read the old one and before it wrote its own: between the two nothing guards it, because the
 * portal has no conditional update.
 * @param values `ours` as the portal spelled it, `before` as the run read it right before it wrote
 * @returns the value that was lost, null where none was
 */
export function overwrittenValue(history: readonly HistoryEntry[], { ours, before }: { readonly ours: string | null; readonly before: string | null }, isSame: (left: string | null, right: string | null) => boolean): string | null {
  const newestFirst = [...history].sort((left, right) => Date.parse(right.timestamp) - Date.parse(left.timestamp));
  const our = newestFirst.findIndex((entry) => entry.sourceType === 'INTEGRATION' && isSame(entry.value, ours));
  const isOurs = (entry: HistoryEntry): boolean => entry.sourceType === newestFirst[our]?.sourceType && entry.sourceId === newestFirst[our].sourceId;
  const lost = our === -1 ? undefined : newestFirst.slice(our).find((entry) => !isOurs(entry));
  if (lost === undefined || SOURCES_OF_THE_PORTAL.has(lost.sourceType)) {
    return null;
  }
  return [null, before, ours].some((known) => isSame(lost.value, known)) ? null : lost.value;
}

/**
 * Who filled in a property that this run never wrote?
 * @param stamps history of the stamp: its oldest entry is the creation, and names the source that our own writes come from
 * @returns `person` when a user, an import or another app set it after the creation; what came in with the creation is the portal's default, unless it names a user, who
 *   came within the same millisecond
 */
export function filledInSince(history: readonly HistoryEntry[], stamps: readonly HistoryEntry[]): 'person' | 'none' {
  const [creation] = [...stamps].sort((left, right) => Date.parse(left.timestamp) - Date.parse(right.timestamp));
  const isOurs = ({ sourceType, sourceId, userId, timestamp }: HistoryEntry): boolean =>
    creation !== undefined && ((sourceType === creation.sourceType && sourceId === creation.sourceId) || (userId === null && Date.parse(timestamp) <= Date.parse(creation.timestamp)));
  return history.some((entry) => !SOURCES_OF_THE_PORTAL.has(entry.sourceType) && !isOurs(entry)) ? 'person' : 'none';
}
