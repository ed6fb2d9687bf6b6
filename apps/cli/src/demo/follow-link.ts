import { type HistoryEvent, type ToldOf, toldInHistory } from './told-in-history.ts';

/** As a browser would say it: what says nothing is taken for a machine at once. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

/** Follows the first tracked link of a mail, and answers what its history tells of that; null: nothing in time. */
export async function followLinkIn(html: string, send: ToldOf): Promise<HistoryEvent | null> {
  const [, link] = /href="([^"]+\/t\/c\/[^"]+)"/.exec(html) ?? [];
  if (link === undefined) return null;
  const { status } = await fetch(link, {
    redirect: 'manual',
    signal: send.signal,
    headers: { 'user-agent': userAgent },
  });
  return status === 302 ? toldInHistory('clicked', send) : null;
}
