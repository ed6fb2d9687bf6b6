import { setTimeout as sleep } from 'node:timers/promises';
import { type EmailHistory, emailHistorySchema } from '@postroom/contracts';
import type { ApiClient } from './api-client.ts';

type Click = EmailHistory['events'][number];

const toldWithinMs = 5_000;
const pauseMs = 50;

/** As a browser would say it: what says nothing is taken for a machine at once. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

/** Follows the first tracked link of a mail, and answers what its history tells of that; null: nothing in time. */
export async function followLinkIn(
  html: string,
  { api, sendId, signal }: { readonly api: ApiClient; readonly sendId: string; readonly signal: AbortSignal },
): Promise<Click | null> {
  const [, link] = /href="([^"]+\/t\/c\/[^"]+)"/.exec(html) ?? [];
  if (link === undefined) return null;
  const { status } = await fetch(link, { redirect: 'manual', signal, headers: { 'user-agent': userAgent } });
  if (status !== 302) return null;
  const giveUpAt = performance.now() + toldWithinMs;
  for (;;) {
    const { events } = await api.get(`/emails/${sendId}/events`, emailHistorySchema);
    const click = events.find(({ type }) => type === 'clicked');
    if (click !== undefined || performance.now() > giveUpAt) return click ?? null;
    await sleep(pauseMs, undefined, { signal });
  }
}
