import type { AssociationForecast, RecordForecast } from './plan-summary.schema';

/** What workflows need to know of a plan: counts and digests. The summary with its words is in the ledger. */
export interface PlanFacts {
  readonly digest: string;
  /** Digests of what a plan is made of beside the portal: told apart from another plan also where the ledger is lost. Absent in plans of older versions. */
  readonly parts?: { readonly source: string; readonly mapping: string };
  readonly portalId: string;
  /** The target is a simulator: no approval is needed. */
  readonly simulator: boolean;
  readonly records: readonly RecordForecast[];
  readonly associations: readonly AssociationForecast[];
  readonly leftOutToAccept: number;
  readonly undecided: number;
  /** Open deals that would lose their owner, unless the migration file accepts that. Absent in plans of older versions. */
  readonly openDealsToAccept?: number;
  /** Calls forecast for the whole run. */
  readonly calls: number;
}
