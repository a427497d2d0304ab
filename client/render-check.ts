/** What the preflight found, for a person: mistakes first, each with what to do, and one clear last line. */
import type { Finding } from '../domain/finding';
import { EXIT } from './command-error';
import { renderFindings, SIDE_EFFECTS } from './render-plan';
import { countOf, formatCount } from './words';

const GROUPS = [
  { severity: 'error', heading: (count: number) => `To mend first (${count}):` },
  { severity: 'warning', heading: (count: number) => `To look at (${count}):` },
  { severity: 'info', heading: () => 'As found:' },
] as const;

/** @param file as the person named it, with the options of the command that comes next */
export function renderCheck(findings: readonly Finding[], next: string): readonly string[] {
  const isUnread = ({ code }: Finding): boolean => code.startsWith('unread-');
  const groups = GROUPS.flatMap(({ severity, heading }) => {
    const own = findings.filter((finding) => finding.severity === severity && !isUnread(finding));
    return own.length === 0 ? [] : [heading(own.length), ...own.flatMap(renderFinding), ''];
  });
  const unread = renderFindings(findings.filter(isUnread));
  // Who is not let in has other things to do first.
  const isShut = findings.some(({ severity, exitCode }) => severity === 'error' && exitCode === EXIT.authorization);
  const mistakes = findings.filter(({ severity }) => severity === 'error').length;
  return [
    ...groups,
    ...(unread.length === 0 ? [] : [...unread, '']),
    ...(isShut ? [] : ['Side effects to decide on before the start (no API can switch them off):', ...SIDE_EFFECTS.map((line) => `  [ ] ${line}`), '']),
    mistakes === 0 ? `Ready to plan. Nothing was written. Next: ${next}` : `Not ready: ${countOf(mistakes, 'mistake')} to mend first. Nothing was written.`,
  ];
}

/** The count is said where the message does not say it. */
function renderFinding({ place, message, remedy, count }: Finding): readonly string[] {
  const told = count > 1 && !message.includes(formatCount(count)) && !message.includes(String(count)) ? ` (${formatCount(count)})` : '';
  return [`  ${place}: ${message}${told}`, ...(remedy === '' ? [] : [`    → ${remedy}`])];
}
