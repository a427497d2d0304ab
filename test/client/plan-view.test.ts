import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planView } from '../../client/plan-view';
import type { PlanView } from '../../domain/plan-view.schema';
import { planOutputSchema } from '../../domain/plan-view.schema';
import { aMatchedPlan } from '../support/matched-plan';
import { planJsonSchema } from '../schemas/plan-schema';

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('planView', () => {
  let view: PlanView;
  beforeAll(async () => {
    const { planning, plan } = await aMatchedPlan();
    view = planView('acme', plan);
    await planning.ledger.close();
  });

  it('has for each object type parts that add up to its source', () => {
    const parts = Object.values(view.records).map(({ source, create, update, unchanged, fold, leftOut }) => [source, create + update + unchanged + fold + sumOf(Object.values(leftOut))]);

    expect(parts).toEqual([[3, 3], [7, 7], [2, 2]]);
    expect(view.records.contacts).toMatchObject({ create: 2, update: 1, unchanged: 1, fold: 2, leftOut: { 'malformed-row': 1 } });
  });

  it('has for each association type parts that add up to its source, in the words of the report', () => {
    for (const { source, planned, duplicate, selfLink, missingEnd } of Object.values(view.associations)) {
      expect(planned + duplicate + selfLink + missingEnd).toBe(source);
    }
    expect(view.associations['deals-companies']).toEqual({ source: 2, planned: 1, duplicate: 0, selfLink: 0, missingEnd: 1 });
  });

  it('has calls by phase that add up to all, and by day as well', () => {
    expect(sumOf(Object.values(view.calls.byPhase))).toBe(view.calls.total);
    expect(sumOf(view.calls.byDay.map(({ calls }) => calls))).toBe(view.calls.total);
  });

  it('names the parts of the digest and obeys its schema', () => {
    expect(Object.keys(view.parts)).toEqual(['source', 'mapping', 'portal', 'version']);
    expect(() => planOutputSchema.parse({ run: 'acme.1', findings: [], plan: JSON.parse(JSON.stringify(view)) as unknown, folder: '/x' })).not.toThrow();
  });
});

describe('docs/plan.schema.json', () => {
  it('is what the code prints (else: node --require tsx/cjs test/schemas/write-plan-schema.ts)', () => {
    expect(readFileSync(join(__dirname, '../../docs/plan.schema.json'), 'utf8')).toBe(planJsonSchema());
  });
});
