/** What Temporal's list of workflows can show and filter. Ids, words and counts only: search attributes are never encrypted. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const PORTAGE_MIGRATION = defineSearchAttributeKey('PortageMigration', SearchAttributeType.KEYWORD);
export const PORTAGE_PHASE = defineSearchAttributeKey('PortagePhase', SearchAttributeType.KEYWORD);
export const PORTAGE_STATE = defineSearchAttributeKey('PortageState', SearchAttributeType.KEYWORD);
export const PORTAGE_DONE = defineSearchAttributeKey('PortageDone', SearchAttributeType.INT);
export const PORTAGE_TOTAL = defineSearchAttributeKey('PortageTotal', SearchAttributeType.INT);
