/** Words that may stand before a value in the search, and the conditions that they are; a cause takes all that follows it. */
const named = {
  tag: 'tag',
  'tag-name': 'tag_name',
  batch: 'batch_id',
  template: 'template_id',
  sender: 'sender_profile_id',
  ses: 'provider_message_id',
  cause: 'failure_cause',
} as const;

/** Moments that come with a link, as they are said. */
export const bounds = {
  created_after: 'created after',
  created_before: 'created before',
  failed_after: 'failed after',
} as const;

const boundNames = Object.keys(bounds) as (keyof typeof bounds)[];

/** What is chosen beside it, or comes with a link. */
const beside = ['status', 'delivery', 'since', ...boundNames] as const;

type Name = 'to' | 'id' | (typeof named)[keyof typeof named] | (typeof beside)[number];

/** What sends are narrowed to, as the page's address has it: conditions of the API, and `since`, which is in hours. */
export type Search = { readonly [Condition in Name]?: string | undefined };

/** What a text looks for: one send, some of them, or nothing that is known. */
export type FoundSearch =
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'filter'; readonly filter: Search }
  | { readonly kind: 'unknown'; readonly problem: string };

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const sesId = /^[0-9a-f]{16}-[0-9a-f-]{36}-\d{6}$/i;

const namesId = new Set(['batch', 'template', 'sender']);

const unknown = (problem: string): FoundSearch => ({ kind: 'unknown', problem });

/** Reads what was typed: an address or an id, and words such as `tag:` with their values. */
export function searchOf(text: string): FoundSearch {
  const [, head = '', cause] = /^(.*?)(?:(?:^|\s)cause:\s*(.*))?$/is.exec(text.trim()) ?? [];
  const [first = '', ...pairs] = head.split(/(?:^|\s)(tag|tag-name|batch|template|sender|ses):\s*/i);
  const filter: Partial<Record<Name, string>> = {};
  const typed = first.trim();
  if (sesId.test(typed)) filter.provider_message_id = typed;
  else if (/^em_\w+$/.test(typed) || uuid.test(typed)) filter.id = typed;
  else if (typed.includes('@')) filter.to = typed;
  else if (typed !== '')
    return unknown(
      `Type a whole address, an id, or a value after ${Object.keys(named).join(':, ')}: and nothing else.`,
    );
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at]?.toLowerCase() as keyof typeof named;
    const value = pairs[at + 1]?.trim() ?? '';
    if (namesId.has(name) && !uuid.test(value)) return unknown(`${name}: needs the id of a ${name}.`);
    filter[named[name]] = value;
  }
  if (cause !== undefined) filter.failure_cause = cause;
  if (Object.values(filter).includes('')) return unknown('Each word needs a value.');
  const isAlone = Object.keys(filter).length === 1;
  return filter.id !== undefined && isAlone ? { kind: 'open', id: filter.id } : { kind: 'filter', filter };
}

/** What would have to be typed. */
export const wordsOf = (search: Search): string =>
  [
    search.to ?? search.id,
    ...Object.entries(named).map(([word, name]) => search[name] && `${word}:${search[name]}`),
  ]
    .filter(Boolean)
    .join(' ');

/** What stays as it is when something else is typed. */
export const besideOf = (search: Search): Search =>
  Object.fromEntries(beside.map((name) => [name, search[name]]));

/** The moments that a search has. */
export const boundsOf = (search: Search): readonly (readonly [keyof typeof bounds, string])[] =>
  boundNames.flatMap((name) => {
    const at = search[name];
    return at === undefined ? [] : [[name, at] as const];
  });

/** The times that are offered: for how many hours, and their names. */
export const offeredHours: Readonly<Record<string, string>> = {
  '1': 'Last hour',
  '24': 'Last 24 hours',
  '168': 'Last 7 days',
  '720': 'Last 30 days',
};

/** Anything may be typed in an address, and not all of it comes to a moment: hours are taken that are offered, and moments. */
const isTaken = (name: Name, value: string) =>
  name === 'since'
    ? Object.hasOwn(offeredHours, value)
    : !(name in bounds) || !Number.isNaN(Date.parse(value));

/** What the page's address narrows to. */
export const searchOfQuery = (query: Search): Search =>
  Object.fromEntries(
    (['to', 'id', ...Object.values(named), ...beside] as const).flatMap((name) => {
      const value = query[name];
      return value && isTaken(name, value) ? [[name, value]] : [];
    }),
  );

const hourMs = 3_600_000;

/** The filter as the API takes it; the time is that of now, in whole minutes, so that the list stays the same. */
export function filterOf({ since, ...filter }: Search): Search {
  if (since === undefined) return filter;
  const from = Math.floor((Date.now() - Number(since) * hourMs) / 60_000) * 60_000;
  return { ...filter, created_after: new Date(from).toISOString() };
}
