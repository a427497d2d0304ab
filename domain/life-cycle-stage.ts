/** The life cycle stage of a contact as the source's deals and leads give it. HubSpot moves it forward only: a write that would move it back is answered as if it had worked and changes nothing. */
import type { MigrationDefinition } from './migration-definition.schema';
import type { PortalObject } from './portal-snapshot.schema';

export const LIFE_CYCLE_PROPERTY = 'lifecyclestage';

/** HubSpot's own stages in their order, 2026-09; a portal's own order counts where it is known. */
export const LIFE_CYCLE_STAGES = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'] as const;

/** The stages that a source record can give, the later one last. */
export const GIVEN_STAGES = ['lead', 'salesqualifiedlead', 'opportunity', 'customer'] as const;
export type GivenStage = (typeof GIVEN_STAGES)[number];

const rankOf = (stage: string | null | undefined): number => GIVEN_STAGES.findIndex((given) => given === stage);

/** A won deal makes a customer, an open one an opportunity, a lost one nothing. */
export const stageOfDeal = (kind: 'open' | 'won' | 'lost'): GivenStage | null => (kind === 'won' ? 'customer' : kind === 'open' ? 'opportunity' : null);

export const stageOfLead = (status: string | null | undefined): GivenStage => (status?.trim().toLowerCase() === 'qualified' ? 'salesqualifiedlead' : 'lead');

export const isGivenStage = (stage: string | undefined): stage is GivenStage => rankOf(stage) !== -1;

/** Is the given stage later than this one? Any is later than none. */
export const isLaterGiven = (stage: GivenStage, than: string | undefined): boolean => rankOf(stage) > rankOf(than);

/** Would HubSpot carry out the move? A stage that the order does not know is no move that it refuses. */
export function movesForward(order: readonly string[], before: string | null | undefined, after: string): boolean {
  const [from, to] = [order.indexOf(before ?? ''), order.indexOf(after)];
  return !before || from === -1 || to === -1 || to > from;
}

/** How a matched record's stage is written; `by-on-match` where the user maps the property like any other. */
export interface LifeCycleOnMatch {
  readonly rule: 'forward' | 'set' | 'off' | 'by-on-match';
  /** Stages of the portal in their order. */
  readonly order: readonly string[];
}

/** Do the source's deals and leads decide the stage, or does the user map the property, or leave it alone? */
export const isStageGiven = ({ objects: { contacts } }: Pick<MigrationDefinition, 'objects'>): boolean => !(LIFE_CYCLE_PROPERTY in contacts.properties);

export function lifeCycleOnMatch(definition: Pick<MigrationDefinition, 'objects'>, portal: Pick<PortalObject, 'objectType' | 'properties'>): LifeCycleOnMatch {
  const options = portal.properties.find(({ name, archived }) => name === LIFE_CYCLE_PROPERTY && !archived)?.options ?? [];
  return {
    rule: portal.objectType === 'contacts' && isStageGiven(definition) ? definition.objects.contacts.lifecycle.matched : 'by-on-match',
    order: options.length > 0 ? options.map(({ value }) => value) : LIFE_CYCLE_STAGES,
  };
}
