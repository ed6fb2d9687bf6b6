import { setTimeout as sleep } from 'node:timers/promises';
import { type EmailHistory, emailHistorySchema } from '@postroom/contracts';
import type { ApiClient } from './api-client.ts';

/** An event of a send's history. */
export type HistoryEvent = EmailHistory['events'][number];

/** A send, and with which client its history is asked for. */
export type ToldOf = { readonly api: ApiClient; readonly sendId: string; readonly signal: AbortSignal };

const toldWithinMs = 5_000;
const pauseMs = 50;

/** Waits until a send's history has an event of this type, and answers it; null: it has none in time. */
export async function toldInHistory(
  type: HistoryEvent['type'],
  { api, sendId, signal }: ToldOf,
): Promise<HistoryEvent | null> {
  const giveUpAt = performance.now() + toldWithinMs;
  for (;;) {
    const { events } = await api.get(`/emails/${sendId}/events`, emailHistorySchema);
    const found = events.find((event) => event.type === type);
    if (found !== undefined || performance.now() > giveUpAt) return found ?? null;
    await sleep(pauseMs, undefined, { signal });
  }
}
