/** What planning begins with: the run's rows and rules, compiled against the portal as it was seen. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallContext, TargetConnector } from '../connectors/connector';
import { BOOKKEEPING_PROPERTIES, KEY_PROPERTY, OTHER_KEY_PROPERTY, RESERVED_PROPERTIES } from '../domain/bookkeeping-properties';
import { keyPropertyOf } from '../domain/assemble-schema-plan';
import { compileMapping } from '../domain/compile-mapping';
import type { Finding } from '../domain/finding';
import { MigrationError } from '../domain/migration-error';
import type { PortalObject } from '../domain/portal-snapshot.schema';
import { LINK_OBJECT_COLUMNS, PERSON_ACCOUNT_COLUMNS, SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import { unreadColumns } from '../domain/unread-source';
import type { Ledger } from '../ledger/ledger';
import type { ObjectScope, PlanningScope } from './planning-scope';
import type { QuotaGuard } from './quota-guard';

export async function openScope({ ledger, target, quota }: { readonly ledger: Ledger; readonly target: TargetConnector; readonly quota: QuotaGuard }, run: string, signal: AbortSignal): Promise<Omit<PlanningScope, 'ownRecords' | 'only'>> {
  const row = await ledger.runs.find(run);
  const [saved, inspection] = row === null ? [null, null] : [await ledger.plans.readSnapshot(row.stagingId), await ledger.staging.readInspection(row.stagingId)];
  if (row === null || saved === null || inspection === null) {
    throw new MigrationError('InvariantError', `Run ${run} cannot be planned: its row, snapshot or source inspection is not in the ledger.`, { code: 'nothing-to-plan' });
  }
  const { stagingId, definition } = row;
  const { snapshot } = saved;
  const counts = await ledger.staging.countRows(stagingId);
  const filled = Object.fromEntries(
    inspection.objects.map(({ object, files }) => [object, { ...Object.fromEntries(files.flatMap(({ columns }) => columns.map(({ name }) => [name, 0]))), ...counts[object]?.filled }]),
  );
  const findings: Finding[] = [];
  const keyProperty = keyPropertyOf(snapshot.objects);
  if (keyProperty === null) {
    findings.push({ code: 'key-property-taken', severity: 'error', place: KEY_PROPERTY, message: `The portal has properties ${KEY_PROPERTY} and ${OTHER_KEY_PROPERTY} that cannot carry a unique id.`, remedy: `Archive or rename ${OTHER_KEY_PROPERTY} in HubSpot.`, count: 1, exitCode: 3 });
  }
  const objects = snapshot.objects.map((portal): ObjectScope => {
    const preset = SALESFORCE_PRESETS.find(({ objectType }) => objectType === portal.objectType);
    if (preset === undefined) {
      throw new MigrationError('InvariantError', `There is no mapping for ${portal.objectType}.`, { code: 'no-mapping' });
    }
    const rules = definition.objects[portal.objectType];
    const columns = sourceColumns(preset.sourceObject, filled);
    const { compiled, readColumns, findings: mistakes } = compileMapping({ preset, mapping: rules, portal, filled: columns, reserved: RESERVED_PROPERTIES });
    // An object that the export lacks has no columns that could be missing.
    findings.push(...(preset.sourceObject in filled ? mistakes : []), ...unreadColumns(preset.sourceObject, filled[preset.sourceObject] ?? {}, personColumns(preset.sourceObject, readColumns, filled)));
    const creatable = Object.fromEntries(compiled.rules.flatMap(({ property, create }) => (create === null ? [] : [[property, create]])));
    return { objectType: portal.objectType, sourceObject: preset.sourceObject, portal, rules, mapping: compiled, creatable: { ...BOOKKEEPING_PROPERTIES, ...creatable }, usedProperties: new Set(), options: new Map(), listedValues: listedProperties(portal) };
  });
  for (const [object, read] of Object.entries(LINK_OBJECT_COLUMNS)) {
    findings.push(...unreadColumns(object, filled[object] ?? {}, new Set(read)));
  }
  const call: CallContext = { signal, onCall: (fact) => ledger.facts.countCall(run, 'plan', fact) };
  return {
    run,
    stagingId,
    ledger,
    target,
    call,
    assertQuota: () => quota.assertLeft(snapshot.portalId, definition.quota.reserve, call),
    definition,
    snapshot,
    inspection,
    keyProperty: keyProperty ?? KEY_PROPERTY,
    objects,
    filled,
    findings,
    breathe: async () => {
      signal.throwIfAborted();
      await nextTurn();
    },
  };
}

/** Properties whose values the portal lists, none of them used yet. */
const listedProperties = ({ properties }: PortalObject): Map<string, Set<string>> => new Map([...properties.filter(({ type }) => type === 'enumeration').map(({ name }) => name), 'dealstage'].map((name) => [name, new Set<string>()]));

type Filled = PlanningScope['filled'];

const hasPersonAccounts = (filled: Filled): boolean => ['IsPersonAccount', 'PersonContactId'].some((column) => (filled.Account?.[column] ?? 0) > 0);

/** A person account brings columns to its contact that the contact's own file may lack. */
function sourceColumns(sourceObject: string, filled: Filled): Readonly<Record<string, number>> {
  const own = filled[sourceObject] ?? {};
  if (sourceObject !== 'Contact' || !hasPersonAccounts(filled)) {
    return own;
  }
  const brought = Object.entries(PERSON_ACCOUNT_COLUMNS).map(([column, source]) => [column, (own[column] ?? 0) + (filled.Account?.[source] ?? 0)] as const);
  return { ...own, ...Object.fromEntries(brought.filter(([column, count]) => column in own || count > 0)) };
}

function personColumns(sourceObject: string, readColumns: ReadonlySet<string>, filled: Filled): ReadonlySet<string> {
  return sourceObject === 'Account' && hasPersonAccounts(filled) ? new Set([...readColumns, ...Object.values(PERSON_ACCOUNT_COLUMNS)]) : readColumns;
}
