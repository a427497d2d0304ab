import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import { schemaDrift } from '../domain/schema-basis';
import type { SchemaDrift, SchemaDriftCode } from '../domain/schema-basis';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

/** A schema that was read so long ago, by whichever worker, is read again. */
const FRESH_MS = 60_000;

const WORDS: Readonly<Record<SchemaDriftCode, string>> = {
  'property-gone': 'is gone',
  'property-type': 'has another type',
  'property-read-only': 'is read-only by now',
  uniqueness: 'must be unique by now, or need not any more',
  'option-gone': 'lost an option that is written',
  'stage-gone': 'is gone, and deals are written to it',
  'requirement-added': 'is required, or has a rule, that it had not',
};

/** Reads only. A schema that was read within the last minute is not read again, unless it tells of a change: that may be mended by now. */
export function createCompareSchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'compareSchema'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  // Partitions of a phase begin together: one of them asks the portal, and the others find its answer.
  const turns = new Map<string, Promise<void>>();
  return {
    compareSchema: (input) =>
      inRun(collaborators, input, input.objectType, async ({ row, ledger, call }) => {
        const { portalId, objectType } = input;
        const kept = await ledger.drift.readSchemaBasis(row.stagingId, objectType);
        const compare = async (): Promise<void> => {
          const known = await ledger.drift.recallSchema(portalId, objectType);
          if (kept === null || (known !== null && clock() - known.readMs < FRESH_MS && schemaDrift(kept.basis, known.schema).length === 0)) {
            return;
          }
          await quota.assertLeft(portalId, input.reserve, call);
          const readMs = clock();
          const schema = await target.readSchema(objectType, call);
          await ledger.drift.rememberSchema(portalId, schema, readMs);
          refuseDrift(objectType, schemaDrift(kept.basis, schema));
        };
        const place = `${portalId} ${objectType}`;
        const turn = (turns.get(place) ?? Promise.resolve()).then(compare, compare);
        turns.set(place, turn);
        await turn;
      }),
  };
}

function refuseDrift(objectType: ObjectType, drift: readonly SchemaDrift[]): void {
  const [first] = drift;
  if (first === undefined) {
    return;
  }
  const more = drift.length === 1 ? '' : ` and ${drift.length - 1} more`;
  const words = drift.map(({ name, code }) => `${objectType}.${name} ${WORDS[code]}`).join('; ');
  throw new MigrationError('PlanError', `Since the plan was made, the portal was changed in what is written to it: ${words}. Put it back, then resume.`, { code: `${first.code} ${objectType}.${first.name}${more}` });
}
