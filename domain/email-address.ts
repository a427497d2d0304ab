/** RFC 2606 and 6761: addresses there reach nobody, and HubSpot refuses them (seen live for `.test`, 2026). */
const RESERVED_TOP_LEVELS: ReadonlySet<string> = new Set(['test', 'example', 'invalid', 'localhost']);

const ADDRESS = /^[^\s@"(),:;<>[\]\\]{1,64}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59}))$/;

/** Would the portal take this as an e-mail address? Expects it trimmed and in lower case. */
export function isEmailAddress(text: string): boolean {
  const [, host] = ADDRESS.exec(text) ?? [];
  const isWellFormed = host !== undefined && text.length <= 254 && !text.startsWith('.') && !text.includes('..') && !text.includes('.@');
  return isWellFormed && !RESERVED_TOP_LEVELS.has(host.slice(host.lastIndexOf('.') + 1));
}

/** What an e-mail cell holds. */
export interface EmailCell {
  /** The first valid address, in lower case. */
  readonly email: string | null;
  /** Further valid addresses in order. */
  readonly others: readonly string[];
  /** Something in the cell is no address. */
  readonly isMalformed: boolean;
}

/** A blank parts two addresses only when there is one on both sides. */
const SEPARATORS = /[,;|/]|(?<=@\S*)\s+(?=\S+@)/u;

/** Reads an e-mail cell: blanks of any kind, `mailto:`, `Name <address>`, several addresses. Nothing is guessed out of a part that is no address as a whole. */
export function parseEmailCell(text: string): EmailCell {
  const parts = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^[^<>@]*<([^<>]+)>\s*$/u, '$1')
    .split(SEPARATORS)
    .map((part) => part.trim().replace(/^mailto:/, '').trim())
    .filter((part) => part !== '');
  const [email, ...others] = new Set(parts.filter((part) => isEmailAddress(part)));
  return { email: email ?? null, others, isMalformed: parts.length === 0 || parts.some((part) => !isEmailAddress(part)) };
}
