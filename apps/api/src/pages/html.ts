/** Markup that is safe to send: whatever came from outside is escaped in it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities.get(character) ?? '');

type Part = Html | string | null | readonly Part[];

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'string' ? escaped(part) : part.map(written).join('');
}

/**
 * Builds markup from a template: values are escaped, for text and for quoted attributes, unless they are markup. Lists
 * are joined, and null is nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(parts.map((part, at) => part + written(values[at] ?? null)).join(''));
}
