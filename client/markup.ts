/** HTML that was made by `markup`: every value in it has been escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ESCAPED[character] ?? character);

const render = (value: string | number | Markup | readonly Markup[]): string => {
  if (value instanceof Markup) {
    return value.text;
  }
  return typeof value === 'string' || typeof value === 'number' ? escape(String(value)) : value.map(({ text }) => text).join('');
};

/** Tag of a template: what is interpolated is text and is escaped, unless it is Markup itself. Attributes must stand in quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly (string | number | Markup | readonly Markup[])[]): Markup {
  return new Markup(parts.map((part, at) => part + (at < values.length ? render(values[at] ?? '') : '')).join(''));
}

/** JSON that can stand in a script element: nothing in it can end the element. */
export const jsonMarkup = (value: unknown): Markup => new Markup(JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'));
