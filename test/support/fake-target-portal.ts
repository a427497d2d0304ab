import type { TargetConnector, TargetRecord } from '../../connectors/connector';
import type { PortalLabel } from '../../domain/association-label';
import type { ObjectType } from '../../domain/object-type';
import type { CallKind } from '../../domain/pace';
import type { PortalLimits } from '../../domain/portal-limits';
import type { PortalSnapshot } from '../../domain/portal-snapshot.schema';
import { aSnapshot } from './a-portal';

export interface FakePortal {
  readonly snapshot?: PortalSnapshot;
  readonly records?: Partial<Record<ObjectType, readonly TargetRecord[]>>;
  readonly limits?: PortalLimits;
  /** Of every pair of types. */
  readonly labels?: readonly PortalLabel[];
  readonly simulator?: boolean;
}

const unexpected = async (): Promise<never> => {
  throw new Error('Planning writes nothing and reads no more than this fake holds.');
};

/** What planning asks of a portal: account, snapshot, lists and batch reads, of which `asked` remembers the last two. An e-mail also finds its holder under `hs_additional_emails`. Every write is an error. */
export function aTargetPortal({ snapshot = aSnapshot(), records = {}, limits = { records: {}, pipelines: {}, labels: {} }, labels = [], simulator = true }: FakePortal = {}): TargetConnector & { readonly asked: readonly CallKind[] } {
  const asked: CallKind[] = [];
  const finds = (record: TargetRecord, idProperty: string | null, id: string): boolean =>
    idProperty === null ? record.id === id : record.properties[idProperty] === id || (idProperty === 'email' && (record.properties.hs_additional_emails ?? '').split(';').includes(id));
  return {
    asked,
    portalId: async () => snapshot.portalId,
    readSnapshot: async () => snapshot,
    mayWrite: async () => true,
    readLimits: async () => limits,
    readLabelLimits: async () => limits.labels,
    readSchema: async (objectType) => snapshot.objects.find((object) => object.objectType === objectType)!,
    readQuota: async () => snapshot.quota,
    isSimulator: async () => simulator,
    async readRecords(objectType, { ids, idProperty, archived }) {
      asked.push('read');
      return (records[objectType] ?? []).filter((record) => record.archived === archived && ids.some((id) => finds(record, idProperty, id))).reverse();
    },
    async listRecords(objectType, { after, limit }) {
      asked.push('list');
      const from = Number(after ?? 0);
      const live = (records[objectType] ?? []).filter(({ archived }) => !archived);
      return { records: live.slice(from, from + limit), after: from + limit < live.length ? String(from + limit) : null };
    },
    createRecords: unexpected, updateRecords: unexpected, archiveRecords: unexpected, readHistory: unexpected, searchCreatedWithout: unexpected, searchHolding: unexpected, readAssociations: unexpected,
    createAssociations: unexpected, archiveAssociations: unexpected, archiveAssociationKinds: unexpected, readPropertyGroups: unexpected, replaceOptions: unexpected, createPropertyGroup: unexpected, archivePropertyGroup: unexpected, createProperties: unexpected,
    readProperties: unexpected, archiveProperty: unexpected, createPipeline: unexpected, readPipelines: unexpected, archivePipeline: unexpected, readLabels: async () => labels, createLabel: unexpected, archiveLabel: unexpected,
  };
}
