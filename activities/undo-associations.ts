import { parseKind, splitKinds } from '../domain/association-kind';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { BatchAssociation, UndoState } from '../ledger/ledger';
import { carryOutAssociations } from './carry-out-associations';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount, toIso } from './run-context';
import type { PortalCollaborators } from './run-context';
import { undoTallyOf } from './undo-records';

// 1,000 sources a batch read, 100 sources a batch archive (the latter assumed, hubspot states none): associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;
const MAX_SOURCES_AN_ARCHIVE = 100;

type UndoLink = BatchAssociation & { readonly undo: UndoState };

/**
 * Settles what was sent without an answer, removes what this run added, and gives a pair that had other kinds before exactly those back. Repeat-safe: pairs are read before they are touched, and those sent by an
 * attempt that died are found undone.
 */
export function createUndoAssociations(collaborators: PortalCollaborators): Pick<PortalActivities, 'undoAssociations'> {
  const { ledger, target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    undoAssociations: (input) =>
      inRun(collaborators, input, 'rollback', async ({ call }) => {
        const { run, associationType, batch } = input;
        const { from, to } = ASSOCIATION_ENDS[associationType];
        const assertQuota = (): Promise<void> => quota.assertLeft(input.portalId, input.reserve, call);
        const planned = await ledger.linking.readBatch(run, associationType, batch);
        requireCount(planned.length, input.count, `${associationType} batch ${batch}`);
        if (planned.some((link) => link.outcome === null && link.state === 'sent')) {
          await carryOutAssociations({ ledger, target, clock, call, run, associationType, assertQuota }, planned, 'settle');
        }
        const links = await ledger.linking.readUndo(run, associationType, batch);
        const settle = (chosen: readonly UndoLink[], state: UndoState, code: string | null): Promise<void> =>
          ledger.linking.settleUndo(run, associationType, chosen.map(({ ordinal }) => ({ ordinal, state, code })), toIso(clock()));

        const open = links.filter(isOpen);
        if (open.length > 0) {
          await assertQuota();
        }
        const there = new Set<string>();
        for (const sources of inChunks([...new Set(open.map((link) => link.fromTargetId ?? ''))], MAX_SOURCES_A_READ)) {
          for (const found of await target.readAssociations(from, to, sources, call)) {
            there.add(pairKey(found.fromId, found.toId));
          }
        }
        const isThere = (link: UndoLink): boolean => there.has(pairKey(link.fromTargetId ?? '', link.toTargetId ?? ''));
        const absent = open.filter((link) => !isThere(link));
        await settle(absent.filter((link) => link.undo === 'sent'), 'archived', null);
        await settle(absent.filter((link) => link.undo !== 'sent'), 'gone', 'deleted-since');

        const toRemove = open.filter((link) => isThere(link) && (link.preKinds ?? '') === '');
        for (const part of bySource(toRemove)) {
          await settle(part, 'sent', null);
          await target.archiveAssociations(from, to, part.map((link) => ({ fromId: link.fromTargetId ?? '', toId: link.toTargetId ?? '' })), call);
          await settle(part, 'archived', null);
        }
        const toRestore = open.filter((link) => isThere(link) && (link.preKinds ?? '') !== '');
        if (toRestore.length > 0) {
          await settle(toRestore, 'sent', null);
          const answer = await target.createAssociations(from, to, toRestore.map((link) => ({ fromId: link.fromTargetId ?? '', toId: link.toTargetId ?? '', kinds: splitKinds(link.preKinds ?? '').map(parseKind) })), call);
          const landed = new Set(answer.landed.map((pair) => pairKey(pair.fromId, pair.toId)));
          const isLanded = (link: UndoLink): boolean => landed.has(pairKey(link.fromTargetId ?? '', link.toTargetId ?? ''));
          await settle(toRestore.filter(isLanded), 'restored', null);
          await settle(toRestore.filter((link) => !isLanded(link)), 'failed', answer.refusedWhole?.code ?? 'refused');
        }
        return undoTallyOf(await ledger.linking.readUndo(run, associationType, batch));
      }),
  };
}

/** What was there before stays. */
function isOpen(link: UndoLink): boolean {
  return link.outcome === 'added' && link.fromTargetId !== null && link.toTargetId !== null && (link.undo === 'pending' || link.undo === 'sent' || link.undo === 'failed');
}

function bySource(links: readonly UndoLink[]): readonly (readonly UndoLink[])[] {
  const groups = new Map<string, UndoLink[]>();
  for (const link of links) {
    groups.set(link.fromTargetId ?? '', [...(groups.get(link.fromTargetId ?? '') ?? []), link]);
  }
  return inChunks([...groups.values()], MAX_SOURCES_AN_ARCHIVE).map((chunk) => chunk.flat());
}

function inChunks<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}

function pairKey(fromId: string, toId: string): string {
  return `${fromId} ${toId}`;
}
