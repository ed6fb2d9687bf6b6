import { linkTrackingOf } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { followLinks, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import { type Reading, read } from '../report/reading.ts';
import type { Bench } from '../stack/start-bench.ts';
import { type MadeSend, makeSends } from './make-sends.ts';
import { eventsOf, notificationsOf } from './notifications.ts';

/** Connections over which events come, and clicks. */
export const connections = 20;

/** What all ways in are measured with. */
export type EventContext = {
  readonly bench: Bench;
  readonly worker: BenchChild;
  readonly sqs: BenchChild;
  /** SES reports twice of each; of twice as many a link is followed. */
  readonly sends: number;
  /** Adds events that are to be in the database. */
  readonly onTaken: (kind: 'ses' | 'click', events: number) => void;
};

/** How long the events of a run may take to be in the database, in milliseconds. */
const recordedWithinMs = 120_000;

const until = (what: string, check: () => Promise<boolean>) =>
  eventually(check, { timeoutMs: recordedWithinMs, intervalMs: 20, what });

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1000;

/** Makes sends, and posts what SES reports of them. */
export async function measureSns({ bench, sends, onTaken }: EventContext): Promise<Reading> {
  const reading = await postEvents(bench, await makeSends(bench.databaseUrl, sends));
  onTaken('ses', reading.emails);
  return reading;
}

/** Posts what SES reports of all sends of which it has reported nothing yet. */
export async function reportAll(bench: Bench): Promise<Reading> {
  const unreported = 'SELECT id, to_email AS email FROM email_sends WHERE delivery IS NULL';
  return postEvents(bench, await bench.database.rows<MadeSend>(unreported));
}

/** Posts the events of sends as SNS does, so many at once, and every notification has to be taken. */
async function postEvents(bench: Bench, sends: readonly MadeSend[]): Promise<Reading> {
  const bodies = notificationsOf(eventsOf(sends));
  return read(bench, bench.api, async () => {
    const startedAt = performance.now();
    const answers = await postBodies(bodies, {
      url: `${bench.apiUrl}/providers/ses/notifications`,
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
      atOnce: connections,
    });
    const seconds = secondsSince(startedAt);
    const refused = answers.find(({ status }) => status !== 204);
    if (refused !== undefined) throw new Error(`A notification was answered ${refused.status}.`);
    return { emails: bodies.length, seconds, latenciesMs: answers.map(({ ms }) => ms) };
  });
}

/** Fills the queue at once, and waits until the worker has taken everything off it. */
export async function measureSqs({ bench, worker, sqs, sends, onTaken }: EventContext): Promise<Reading> {
  const events = eventsOf(await makeSends(bench.databaseUrl, sends));
  const reading = await read(bench, worker, async () => {
    const startedAt = performance.now();
    await sqs.ask('fill', events);
    await until('Every event to be read', async () => (await sqs.ask('left')) === 0);
    return { emails: events.length, seconds: secondsSince(startedAt), latenciesMs: [] };
  });
  onTaken('ses', events.length);
  return reading;
}

/** A link of each send, as its mail has it. */
function linksOf(sends: readonly MadeSend[], publicUrl: string): readonly string[] {
  const tracked = {
    trackClicks: true,
    trackOpens: false,
    trackText: false,
    trackingHost: null,
    headers: [],
    attachments: [],
  };
  return sends.map((send) => {
    const tracking = linkTrackingOf({ ...send, ...tracked }, { publicUrl, unsubscribeUrl: null });
    return tracking?.urlOf?.('https://shop.example.com/orders/1001', 0) ?? '';
  });
}

/** Follows a link of each send, and waits until all of that is recorded, for which nobody who clicks waits. */
export async function measureClicks({ bench, sends, onTaken }: EventContext): Promise<Reading> {
  const urls = linksOf(await makeSends(bench.databaseUrl, 2 * sends), bench.apiUrl);
  const clicks = () => bench.database.count(`SELECT count(*) FROM email_events WHERE type = 'click'`);
  const before = await clicks();
  const reading = await read(bench, bench.api, async () => {
    const startedAt = performance.now();
    const answers = await followLinks(urls, {
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' },
      atOnce: connections,
    });
    const refused = answers.find(({ status }) => status !== 302);
    if (refused !== undefined) throw new Error(`A click was answered ${refused.status}.`);
    await until('Every click to be recorded', async () => (await clicks()) === before + urls.length);
    return {
      emails: urls.length,
      seconds: secondsSince(startedAt),
      latenciesMs: answers.map(({ ms }) => ms),
    };
  });
  onTaken('click', urls.length);
  return reading;
}
