import type { Finding } from '../../domain/finding';
import { renderCheck } from '../../client/render-check';

const finding = (severity: Finding['severity'], changes: Partial<Finding> = {}): Finding => ({ code: 'c', severity, place: `a ${severity}`, message: 'It is so.', remedy: 'Do this.', count: 1, ...changes });
const render = (...findings: readonly Finding[]) => renderCheck(findings, 'portage plan f.yaml');

describe('renderCheck', () => {
  it('puts mistakes first, each with what to do', () => {
    expect(render(finding('info', { remedy: '' }), finding('warning'), finding('error')).slice(0, 9)).toEqual([
      'To mend first (1):',
      '  a error: It is so.',
      '    → Do this.',
      '',
      'To look at (1):',
      '  a warning: It is so.',
      '    → Do this.',
      '',
      'As found:',
    ]);
  });

  it.each([
    [[finding('warning')], 'Ready to plan. Nothing was written. Next: portage plan f.yaml'],
    [[finding('error'), finding('error', { place: 'b' })], 'Not ready: 2 mistakes to mend first. Nothing was written.'],
  ])('ends with one clear line', (findings, line) => {
    expect(render(...findings).at(-1)).toBe(line);
  });

  it('says a count once', () => {
    const lines = render(finding('warning', { count: 1234 }), finding('warning', { place: 'b', message: '1,234 records are so.', count: 1234 }));

    expect(lines).toEqual(expect.arrayContaining(['  a warning: It is so. (1,234)', '  b: 1,234 records are so.']));
  });

  it('shows the checklist of side effects, and what nobody reads on few lines', () => {
    const unread = ['A__c', 'B__c'].map((column) => finding('info', { code: 'unread-column', place: `Contact.${column}`, count: 3 }));

    const lines = render(...unread);

    expect(lines.filter((line) => line.startsWith('  [ ] ')).length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.includes('__c')).length).toBeLessThanOrEqual(2);
  });
});
