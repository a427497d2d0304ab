import { openLedger } from '../../ledger/open-ledger';
import { DRIVEN_RUN } from '../support/driver/drive';
import { openDrivenScene } from '../support/driver/driven-scene';
import { expectNumbersOfMaven, MAVEN_FILES, mavenDefinition, mavenProfile, mavenRows, optionsOf, withMavenSet } from '../support/maven-set';

describe('the sales pipeline of Maven, its typing errors corrected by the migration file', () => {
  withMavenSet('is planned, written and read back, with every deal at its company', async () => {
    const { references } = mavenProfile();
    const [accounts, pipeline, products] = [mavenRows('accounts.csv'), mavenRows('sales_pipeline.csv'), mavenRows('products.csv')];
    const scene = await openDrivenScene();
    const run = await scene.begin({ definition: mavenDefinition(), sourceFolder: MAVEN_FILES });

    expect(await run.drive()).toMatchObject({ state: 'verified' });

    const ledger = await openLedger({ location: run.options.ledgerFile });
    const summary = (await ledger.plans.read(DRIVEN_RUN))!;
    const report = (await ledger.facts.readReport(DRIVEN_RUN))!;
    const findings = await ledger.runs.readFindings(DRIVEN_RUN);
    const [companies, deals] = await Promise.all((['companies', 'deals'] as const).map((type) => ledger.plans.readRecords(DRIVEN_RUN, type, -1, 10_000)));
    await ledger.close();
    await scene.close();

    expectNumbersOfMaven({ summary, findings, companies: companies!, deals: deals! });
    expect(summary.unresolvedNames).toBeUndefined();
    expect(optionsOf(summary, 'product')).toEqual(products.map(({ product }) => product).sort());
    const series = new Map(products.map(({ product, series: of }) => [product, of]));
    expect(deals!.filter(({ properties }) => properties.product_series === series.get(properties.product))).toHaveLength(pipeline.length);
    const links = references['sales_pipeline.csv:account -> accounts.csv:account']!.resolved;
    const parents = accounts.filter(({ subsidiary_of: parent }) => parent !== '').length;
    expect(report.objects).toMatchObject({ companies: { created: accounts.length, refused: 0 }, deals: { created: pipeline.length, refused: 0 } });
    expect(report.associations).toMatchObject({ 'deals-companies': { added: links }, 'companies-companies': { added: parents } });
    expect(report.verify).toMatchObject({ recordsCompared: accounts.length + pipeline.length, associationsCompared: links + parents });
  }, 300_000);
});
