import { associate } from './association-writes';
import { valueIn } from './compact-values';
import { changeRecord, insertRecord } from './object-writes';
import { objectOf, type NewRecord, type Portal } from './portal';
import type { Actor, StoredRecord } from './record-store';

/** The vendor publishes no list of source types in property history: these two are assumed. */
const ENRICHMENT: Actor = { sourceType: 'ENRICHMENT', sourceId: 'company-enrichment' };
const AUTOMATION: Actor = { sourceType: 'AUTOMATION_PLATFORM', sourceId: 'portal-settings' };

/** What enrichment knows of every company: invented, the same for all, so that a test can tell it. */
const KNOWN_OF_COMPANIES: Readonly<Record<string, string>> = { city: 'Springfield', country: 'United States', numberofemployees: '120', about_us: 'A company.' };
/** HubSpot knowledge base, "Automatically create and associate companies with contacts": no company is made for addresses of mail providers. The list itself is not published. */
const FREE_MAIL = new Set(['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'yahoo.com', 'icloud.com', 'aol.com', 'gmx.com', 'gmx.de', 'web.de', 'proton.me']);

/**
 * What the portal does by itself to records that were just created, each behind a switch. The answers to their creates know nothing of it: it comes after them.
 * Whether and when the real thing does it depends on the account's settings.
 */
export function actOnNewRecords(portal: Portal): void {
  for (const created of portal.newRecords.splice(0)) {
    if (portal.switches.companyEnrichment) enrich(portal, created);
    if (portal.switches.companiesFromEmailDomains) associateCompanyOfDomain(portal, created);
    if (portal.switches.lifecycleAutomation !== '') moveStage(portal, created, portal.switches.lifecycleAutomation);
  }
}

function enrich(portal: Portal, { object, record }: NewRecord): void {
  if (object.type.plural !== 'companies' || valueIn(record.values, 'domain') === undefined) return;
  const blanks = Object.entries(KNOWN_OF_COMPANIES).filter(([name]) => valueIn(record.values, name) === undefined);
  changeRecord(portal, object, record, new Map(blanks), ENRICHMENT);
}

function moveStage(portal: Portal, { object, record }: NewRecord, stage: string): void {
  if (object.registry.live('lifecyclestage')) changeRecord(portal, object, record, new Map([['lifecyclestage', stage]]), AUTOMATION);
}

function associateCompanyOfDomain(portal: Portal, { object, record }: NewRecord): void {
  const domain = valueIn(record.values, 'email')?.split('@')[1];
  if (object.type.plural !== 'contacts' || domain === undefined || FREE_MAIL.has(domain)) return;
  const companies = objectOf(portal, 'companies');
  const company = holderOfDomain(companies.records.inOrder(), domain) ?? insertRecord(portal, companies, new Map([['domain', domain], ['name', domain]]), AUTOMATION);
  const unlabelled = portal.associations.unlabelled(object.type.objectTypeId, companies.type.objectTypeId);
  associate(portal, { from: object, fromRecord: record, to: companies, toRecord: company }, unlabelled ? [unlabelled] : [], 'default-call');
}

function holderOfDomain(companies: Iterable<StoredRecord>, domain: string): StoredRecord | undefined {
  for (const company of companies) if (company.archivedMs === 0 && valueIn(company.values, 'domain') === domain) return company;
  return undefined;
}
