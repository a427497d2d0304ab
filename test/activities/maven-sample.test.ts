import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import { expectNumbersOfMaven, MAVEN_FILES, mavenDefinition, mavenProfile, ofType, withMavenSet } from '../support/maven-set';
import { aPlanning } from '../support/planned-migration';

describe('planMigration on the sales pipeline of Maven, whose rows are linked by name', () => {
  withMavenSet('comes to the numbers of the files, and tells a name that no row has with the nearest right one', async () => {
    const { dangling } = mavenProfile().references['sales_pipeline.csv:product -> products.csv:product']!;
    const definition = mavenDefinition((text) => text.replace(', values: { GTXPro: GTX Pro }', ''));
    const planning = await aPlanning({ source: createSalesforceFileSource({ folder: MAVEN_FILES, objects: definition.source.objects }), definition });

    await planning.all();
    const summary = (await planning.ledger.plans.read(planning.row.stagingId))!;
    const findings = await planning.ledger.runs.readFindings(planning.row.run);
    const [companies, deals] = await Promise.all((['companies', 'deals'] as const).map((type) => planning.planned(type)));
    await planning.ledger.close();

    expectNumbersOfMaven({ summary, findings, companies: companies!, deals: deals! });
    expect(summary.unresolvedNames).toEqual([{ sourceObject: 'Opportunity', column: 'product', target: 'Product2', code: 'unmatched-name', name: 'GTXPro', rows: dangling, nearest: 'GTX Pro' }]);
    expect(ofType(summary, 'deals')!.cells['unmatched-name']).toBe(dangling);
    expect(findings.filter(({ code }) => code === 'unmatched-name').map(({ place, count }) => [place, count])).toEqual([['Opportunity.product', dangling]]);
    expect(JSON.stringify(findings)).not.toContain('GTXPro');
    const without = deals!.filter(({ properties }) => properties.product === undefined);
    expect(without).toHaveLength(dangling);
    expect(without[0]!.cells).toContainEqual({ column: 'product', property: 'Product2Id', verdict: 'dropped', code: 'unmatched-name', rawValue: 'GTXPro' });
  }, 60_000);
});
