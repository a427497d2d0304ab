import type { PlanSummary } from '../../domain/plan-summary.schema';
import { aPortalObject, aProperty, aSnapshot } from './a-portal';
import { aTargetPortal } from './fake-target-portal';
import { aPlanning } from './planned-migration';
import type { Planning } from './planned-migration';
import { aContactRow, anAccount, anId, anOpportunity, aRowsSource } from './rows-source';

/** Would act if the page took it for HTML, or a spreadsheet for a formula. */
export const HOSTILE = '</script><img src=x onerror=alert(1)>';
export const FORMULA = '=HYPERLINK("http://evil.example";"x")';

const withKey = (objectType: 'companies' | 'contacts' | 'deals') => aPortalObject(objectType, { hasRecords: objectType === 'contacts', properties: [...aPortalObject(objectType).properties, aProperty('salesforce_id', { hasUniqueValue: true })] });

/** A small plan with every verdict: contacts that the portal holds, duplicates that differ, bad cells, an unusable row, and values that mean harm. */
export async function aMatchedPlan(): Promise<{ readonly planning: Planning; readonly plan: PlanSummary }> {
  const records = {
    contacts: [
      { id: '501', archived: false, properties: { email: 'ann@acme.com', firstname: 'Anna', phone: null, jobtitle: 'Buyer' } },
      { id: '502', archived: false, properties: { email: 'bob@acme.com', firstname: 'Bob', lastname: 'Kim', salesforce_id: anId('003', 2) } },
    ],
  };
  const source = aRowsSource(
    {
      Account: [anAccount(1, { Name: HOSTILE, NumberOfEmployees: 'many' }), anAccount(2), anAccount(3, { Name: '' })],
      Contact: [
        aContactRow(1, { FirstName: 'Ann', LastName: 'Lee', Email: 'ann@acme.com', Phone: '111' }),
        aContactRow(2, { FirstName: 'Bob', LastName: 'Kim', Email: 'bob@acme.com' }),
        aContactRow(3, { FirstName: 'Ann', LastName: 'Lee', Email: 'ann@acme.com', Phone: '222', Title: 'Boss' }),
        aContactRow(4, { FirstName: 'Cy', LastName: HOSTILE, Email: FORMULA, Title: FORMULA }),
        aContactRow(5, { FirstName: 'Di', LastName: 'Dot', Email: 'di@acme.com' }),
        aContactRow(6, { FirstName: 'Di', LastName: 'Dot', Email: 'di@acme.com' }),
      ],
      User: [{ Id: anId('005', 1), FirstName: 'Sue', LastName: 'Miller' }],
      Opportunity: [anOpportunity(1, { AccountId: anId('001', 1), Amount: 'ten' }), anOpportunity(2, { AccountId: anId('001', 9), CloseDate: '2026-01-31' })],
    },
    { rejected: { Contact: [{ fileIndex: 0, line: 9, code: 'too-many-cells' }] } },
  );
  const planning = await aPlanning({ source, target: aTargetPortal({ snapshot: aSnapshot({ objects: [withKey('companies'), withKey('contacts'), withKey('deals')] }), records }) });
  await planning.all();
  const plan = await planning.ledger.plans.read(planning.row.stagingId);
  if (plan === null) {
    throw new Error('Nothing was planned.');
  }
  return { planning, plan };
}
