/** Everything that can be said before the first record is read: findings with severity, place, count and remedy. */
import type { Finding } from '../finding';
import { OBJECT_TYPES } from '../object-type';
import { accountFindings } from './account-findings';
import { associationFindings } from './association-findings';
import { mappingFindings } from './mapping-findings';
import { ownerFindings } from './owner-findings';
import { pipelineFindings } from './pipeline-findings';
import type { PreflightInput } from './preflight-input';
import { forecastSchema } from './schema-findings';
import { tokenFindings } from './token-findings';

export function preflight(input: PreflightInput): readonly Finding[] {
  const schema = forecastSchema(input);
  const written = OBJECT_TYPES.filter((objectType) => input.sources.some((source) => source.objectType === objectType && source.rowCount > 0));
  return [
    ...tokenFindings({ written, schema: schema.objectTypes }, input.snapshot.scopes, input.writeRefused),
    ...accountFindings(input),
    ...schema.findings,
    ...mappingFindings(input),
    ...pipelineFindings(input),
    ...ownerFindings(input),
    ...associationFindings(input),
  ];
}

/** Which mistake a command ends with: who is not let in learns nothing else for sure. */
const BY_WEIGHT: readonly (number | undefined)[] = [8, 4, 5, 3];

export function worstOf(findings: readonly Finding[]): Finding | null {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return BY_WEIGHT.flatMap((code) => errors.filter(({ exitCode }) => exitCode === code))[0] ?? errors[0] ?? null;
}
