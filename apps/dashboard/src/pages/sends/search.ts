/** What sends are narrowed to, as the page's address has it; `since` is in hours. */
export type Search = {
  readonly to?: string | undefined;
  readonly tag?: string | undefined;
  readonly batch_id?: string | undefined;
  readonly template_id?: string | undefined;
  readonly status?: string | undefined;
  readonly since?: string | undefined;
};

/** What a text looks for: one send, some of them, or nothing that is known. */
export type FoundSearch =
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'filter'; readonly filter: Search }
  | { readonly kind: 'unknown'; readonly problem: string };

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads what was typed: an address, an id, or `tag:`, `batch:` and `template:` with a value. */
export function searchOf(text: string): FoundSearch {
  const typed = text.trim();
  if (typed === '') return { kind: 'filter', filter: {} };
  const [, name, value = ''] = /^(tag|batch|template):\s*(.*)$/i.exec(typed) ?? [];
  if (name === undefined) {
    if (/^em_\w+$/.test(typed) || uuid.test(typed)) return { kind: 'open', id: typed };
    if (typed.includes('@')) return { kind: 'filter', filter: { to: typed } };
    return {
      kind: 'unknown',
      problem: 'Type a whole address, the id of an email, or tag:, batch: or template: and a value.',
    };
  }
  if (name === 'tag') return { kind: 'filter', filter: { tag: value } };
  if (!uuid.test(value)) return { kind: 'unknown', problem: `${name}: needs the id of a ${name}.` };
  return { kind: 'filter', filter: name === 'batch' ? { batch_id: value } : { template_id: value } };
}

/** What would have to be typed. */
export function wordsOf({ to, tag, batch_id, template_id }: Search): string {
  if (to !== undefined) return to;
  if (tag !== undefined) return `tag:${tag}`;
  if (batch_id !== undefined) return `batch:${batch_id}`;
  return template_id === undefined ? '' : `template:${template_id}`;
}
