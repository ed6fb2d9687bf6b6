import type { Result } from '../result.ts';
import type { BatchItem, ItemsBatchRequest } from '../types/item.ts';
import { type BatchDeps, type BatchOptions, copyOfList, readBatchOptions } from './batch-options.ts';
import type { UnansweredItem } from './batch-result.ts';
import { type Chunk, cut } from './cut.ts';
import { type Joined, joinOutcomes } from './join-outcomes.ts';
import { entryKey } from './keys.ts';
import { onWire } from './on-wire.ts';
import { runChunks } from './run-chunks.ts';

/** The most items that one request may hold. */
const maxItemsPerRequest = 100;

type Indexed = { readonly index: number };
type ItemsAnswer<Entry> = { readonly items: readonly Entry[]; readonly batchId?: string | null };

/** An answer with fewer entries than were asked for would lose some of them. */
const isAnswerTo =
  <Entry>({ size }: Chunk) =>
  (body: unknown): body is ItemsAnswer<Entry> =>
    typeof body === 'object' &&
    body !== null &&
    'items' in body &&
    Array.isArray(body.items) &&
    body.items.length === size;

/** The JSON that stands before the items: the defaults go with every request. */
const beforeItems = (defaults: ItemsBatchRequest['defaults']) =>
  defaults === undefined || defaults === null
    ? '{"items":['
    : `{"defaults":${JSON.stringify(onWire(defaults))},"items":[`;

/** Sends a list of items of any length and answers what became of each; never rejects for what happens on the way. */
export async function sendItems<Entry extends Indexed>(
  deps: BatchDeps,
  { items: given, defaults }: ItemsBatchRequest,
  options: BatchOptions,
): Promise<Joined<Entry, UnansweredItem>> {
  const items = copyOfList('items', given);
  const { effect, query, ...run } = readBatchOptions(deps, options);
  const keyOf = (item: BatchItem | undefined, index: number) =>
    item?.idempotencyKey ?? entryKey(run.idempotencyKey, index);
  const chunks = cut({
    count: items.length,
    maxEntries: maxItemsPerRequest,
    before: () => beforeItems(defaults),
    after: ']}',
    encode: (index) => {
      const item = items[index];
      if (item === undefined) throw new TypeError(`items[${index}] is missing`);
      return JSON.stringify({ ...onWire(item), idempotencyKey: keyOf(item, index) });
    },
  });
  const send = (chunk: Chunk): Promise<Result<ItemsAnswer<Entry>>> =>
    deps.transport.call({
      method: 'POST',
      path: ['emails', 'batch'],
      query,
      body: chunk.body,
      effect,
      isAnswer: isAnswerTo<Entry>(chunk),
      options,
    });
  const outcomes = await runChunks({ ...run, total: items.length, chunks, send });
  return joinOutcomes(outcomes, {
    present: (answer, offset) => answer.items.map((item) => ({ ...item, index: item.index + offset })),
    presentFailed: (unanswered) => ({
      ...unanswered,
      idempotencyKey: keyOf(items[unanswered.index], unanswered.index),
    }),
  });
}
