import type { SwitchChanges, Switches } from '../control-plane';

export const DEFAULT_SWITCHES: Switches = {
  archivedRecordsKeepUniqueValues: false,
  rejectedCreateLeavesHalfMadeRecord: false,
  retryAfterOn429: 0,
  searchLagMs: 5_000,
  associationBatchArchiveLimit: 100,
  associationDefaultBatchLimit: 100,
  associationLabelLimit: 50,
  deletingLabelsInUse: 'taken-from-pairs',
  traceIdEchoedInCreate: false,
  createdateWritable: false,
  batchUpdateSplitsByTraceId: true,
  uniqueValuesIgnoreCase: false,
  firstCompanyBecomesPrimary: 'always',
  newContactLifecycleStage: 'lead',
  bodyLimitBytes: 0,
  validationRulesEnforced: true,
  openRuleReadings: 'lenient',
  requirementsInValidations: false,
  archivedRecordsReappearInSearch: false,
  mergedIdsInAssociations: 'follow',
  companyEnrichment: false,
  lifecycleAutomation: '',
  companiesFromEmailDomains: false,
};

export function withSwitches(current: Switches, changes: SwitchChanges): Switches {
  return { ...current, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) };
}
