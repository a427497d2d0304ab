/**
 * Cells of a CSV that a spreadsheet would run as a formula get a single quote in front (OWASP, CSV injection, 2026). So does a cell that begins with one itself:
 * therefore taking one leading quote away gives every text back as it was.
 */
const RUN_BY_SPREADSHEETS: ReadonlySet<string> = new Set(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠', "'"]);

export const guardFormula = (text: string): string => (RUN_BY_SPREADSHEETS.has(text.charAt(0)) ? `'${text}` : text);

export const unguardFormula = (text: string): string => (text.startsWith("'") ? text.slice(1) : text);
