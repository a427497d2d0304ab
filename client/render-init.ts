import type { TypeProposal } from '../domain/mapping-proposal';
import type { ProposedFile } from '../domain/proposed-file';
import { OBJECT_WORDS } from '../domain/words';
import { countOf, formatCount } from './words';

export interface InitSummary {
  /** As the person named it. */
  readonly out: string;
  readonly isNew: boolean;
  readonly isChanged: boolean;
  readonly proposed: ProposedFile;
  readonly proposals: readonly TypeProposal[];
  readonly unread: readonly { readonly name: string; readonly object: string | null; readonly rowCount: number }[];
  /** The command that comes next. */
  readonly next: string;
}

export function renderInit({ out, isNew, isChanged, proposed, proposals, unread, next }: InitSummary): readonly string[] {
  const columns = proposals.flatMap((proposal) => proposal.columns);
  const suggested = columns.filter(({ advice }) => advice === 'suggest').length;
  const lines = Object.entries(proposed.added).filter(([, count]) => count > 0);
  const parts = [
    lines.length === 0 ? null : `${countOf(lines.reduce((sum, [, count]) => sum + count, 0), 'further column')} mapped (${lines.map(([type, count]) => `${type} ${count}`).join(', ')})`,
    suggested === 0 ? null : `${formatCount(suggested)} suggested in comments`,
  ].filter((part) => part !== null);
  return [
    ...proposals.flatMap(({ objectType, surveys }) =>
      surveys.map(({ sourceObject, rowCount, columnCount, mapped, structuralCount, systemCount, emptyCount, yoursCount }) =>
        `${sourceObject} → ${OBJECT_WORDS[objectType]}: ${countOf(rowCount, 'row')}, ${countOf(columnCount, 'column')}: ${mapped.length} known, ${structuralCount} for ids and associations, ${yoursCount} mapped by your file, ${systemCount} kept by Salesforce itself, ${emptyCount} empty, ${columnCount - mapped.length - structuralCount - yoursCount - systemCount - emptyCount} others (below).`,
      ),
    ),
    ...(unread.length === 0 ? [] : [`Not moved: ${unread.map(({ name, rowCount }) => `${name} (${countOf(rowCount, 'row')})`).join(', ')}.`]),
    '',
    isNew ? `Wrote ${out}: every known column by the preset${parts.length === 0 ? '' : `, ${parts.join(', ')}`}.` : isChanged ? `Added to ${out}: ${parts.join(', ')}. Every line of yours stays as it was.` : `${out} says all there is to say: nothing was added.`,
    ...proposed.skipped.flatMap(({ path, lines: byHand }) => [`${path.join('.')} is written in braces, where nothing can be added without changing your line. By hand, if you like:`, ...byHand.map((line) => `  ${line}`)]),
    `Look at it in an editor, then: ${next}`,
  ];
}
