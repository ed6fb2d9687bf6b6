import type { LedgerEntry } from '@postroom/servers';
import { acceptedAs, type ClientSend } from '../nouns/client-log.ts';
import type { AttemptFact, ChangeFact, EventFact, Facts, RowFact } from '../nouns/facts.ts';

/** The facts of one run with ways to find those of one send. */
export type IndexedFacts = Facts & {
  readonly rowById: ReadonlyMap<string, RowFact>;
  /** By workspace and key. */
  readonly rowsByKey: ReadonlyMap<string, readonly RowFact[]>;
  /** What a client wanted, by the send that it was given for it. Wishes that had to be turned down are not among them. */
  readonly wishBySend: ReadonlyMap<string, ClientSend>;
  /** What a row was asked for, also when no client was answered. */
  readonly wishOfRow: (row: RowFact) => ClientSend | undefined;
  readonly ledgerOf: (sendId: string) => readonly LedgerEntry[];
  readonly attemptsOf: (sendId: string) => readonly AttemptFact[];
  readonly eventsOf: (sendId: string) => readonly EventFact[];
  readonly changesOf: (sendId: string) => readonly ChangeFact[];
};

const terminal: readonly string[] = ['Sent', 'Failed', 'Skipped', 'Canceled'];

/** Whether a send has come to its end. */
export const isAtEnd = ({ status }: { readonly status: string }): boolean => terminal.includes(status);

/** Names one key of one workspace. */
export const nameOfKey = (of: { readonly workspaceId: string; readonly key: string | null }): string =>
  `${of.workspaceId} ${of.key}`;

/** The accepted wishes, each with the send that it became, but for those that had to be turned down. */
export function* acceptedWishes(sends: readonly ClientSend[]): Iterable<readonly [ClientSend, string]> {
  for (const wish of sends) {
    const sendId = acceptedAs(wish);
    if (sendId !== null && wish.kind !== 'reused') yield [wish, sendId];
  }
}

function group<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, [item]);
    else found.push(item);
  }
  return groups;
}

function finder<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
  const groups = group(items, keyOf);
  return (key: string): readonly Item[] => groups.get(key) ?? [];
}

/** Builds the indexes once for all checks. */
export function indexFacts(facts: Facts): IndexedFacts {
  const wishes = facts.sends.filter(({ kind }) => kind !== 'reused');
  const wishByKey = new Map(wishes.map((wish) => [nameOfKey(wish), wish]));
  return {
    ...facts,
    rowById: new Map(facts.rows.map((row) => [row.id, row])),
    rowsByKey: group(facts.rows, nameOfKey),
    wishBySend: new Map(Array.from(acceptedWishes(facts.sends), ([wish, sendId]) => [sendId, wish])),
    wishOfRow: (row) => wishByKey.get(nameOfKey(row)),
    ledgerOf: finder(facts.ledger, ({ sendId }) => sendId ?? ''),
    attemptsOf: finder(facts.attempts, ({ sendId }) => sendId),
    eventsOf: finder(facts.events, ({ sendId }) => sendId),
    changesOf: finder(facts.changes, ({ sendId }) => sendId),
  };
}
