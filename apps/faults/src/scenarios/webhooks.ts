import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { close, listen } from '@postroom/servers';
import { createApiClient, eventually } from '@postroom/testkit';
import type { Disturbance } from '../inject/disturbance.ts';
import { killPostgres } from '../inject/postgres.ts';
import { killApi, killWorker } from '../inject/processes.ts';
import { flushRedis } from '../inject/redis.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { countOpen } from '../system/read-facts.ts';
import { spread } from './processes.ts';

/** What is broken in turn. */
const faults: readonly Disturbance[] = [
  killWorker,
  flushRedis,
  killApi,
  (context) => killPostgres(context, 1_500),
];

/** One try in so many is refused, or cut before it is answered, so that it comes again. */
const everyRefused = 17;
const everyCut = 23;

/** Takes every event, but for a few tries, and notes what it took. */
async function startReceiver(context: Context): Promise<{ readonly server: Server; readonly url: string }> {
  let asked = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const event: { readonly type: string; readonly data: { readonly email_id?: string } } = JSON.parse(
      await text(request),
    );
    asked += 1;
    if (asked % everyRefused === 0) return void response.writeHead(503).end();
    const webhookId = String(request.headers['webhook-id']);
    const sendId = event.data.email_id ?? '';
    context.noteReceived({ webhookId, type: event.type, sendId, atMs: Date.now() });
    // It has the event, and whoever sent it does not know.
    if (asked % everyCut === 0) request.socket.destroy();
    else response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    // Who was killed does not finish what it says.
    take(request, response).catch(() => response.destroy());
  });
  return { server, url: `http://127.0.0.1:${await listen(server)}/` };
}

/** Leases of workers that were killed end, and tries that failed have their pauses, in milliseconds. */
const toldWithinMs = 240_000;

/** What failed twice waits for minutes: from the third try on its pause is over at once. */
const endLongPauses = `
  UPDATE webhook_notices SET next_attempt_at = now()
  WHERE state = 'pending' AND lease_token IS NULL AND tries > 1 AND next_attempt_at > now() RETURNING id`;

/** Resolves when nothing is on its way any more; a run in which nothing was told twice or tried again proves little. */
async function untilTold({ stack, signal, tell, fail }: Context, received: () => number): Promise<void> {
  const count = (where: string) =>
    stack.database.count(`SELECT count(*) FROM webhook_notices WHERE ${where}`);
  const isTold = async () => {
    await stack.database.rows(endLongPauses).catch(() => []);
    const open = await countOpen(stack.database).catch(() => 1);
    const isQuiet = open === 0 && stack.ses.events?.counts().pending === 0;
    return signal.aborted || (isQuiet && (await count(`state = 'pending'`).catch(() => 1)) === 0);
  };
  await eventually(isTold, { timeoutMs: toldWithinMs, intervalMs: 200, what: 'Every event to be told' });
  const [all, again] = [await count('true'), await count('attempts > 1')];
  tell(`${all} events were told in ${received()} requests, ${again} of them not at the first try`);
  if (again === 0) fail('no event was tried again');
}

/** The load is its own, because it begins with the receivers and has to wait for them. */
export const webhooks: Scenario = {
  name: 'webhooks',
  about:
    'everything is told to webhooks while workers and the API are killed, Redis is flushed and PostgreSQL away',
  expects: { mayEventsBeLate: true },
  system: {
    workers: 2,
    headroom: 1,
    apiEnv: { WEBHOOK_PRIVATE_ADDRESSES: 'allow' },
    workerEnv: { WEBHOOK_PRIVATE_ADDRESSES: 'allow', WEBHOOK_TIMEOUT_MS: '2000' },
    hasty: { inDoubtWindowMs: 20_000 },
  },
  load: 'own',
  short: { sends: 240, kills: 4, seconds: 10 },
  long: { sends: 4_000, kills: 40, seconds: 120 },
  run: async (context) => {
    let received = 0;
    const { server, url } = await startReceiver({
      ...context,
      noteReceived: (event) => {
        received += 1;
        context.noteReceived(event);
      },
    });
    try {
      for (const { key } of context.workspaces) {
        const { status } = await createApiClient(context.stack.apiUrl, key).post('/webhooks', {
          url,
          events: ['*'],
        });
        if (status !== 201) throw new Error(`the API answered ${status} to a webhook`);
      }
      const { sends, seconds } = context.size;
      const load = context.post({ sends, overMs: seconds * 1_000, label: 'load' });
      // Between two jobs there may be none in Redis.
      const lenient = { ...context, fail: context.tell };
      await Promise.all([load, spread(context, (done) => faults[done % faults.length]?.(lenient, 0))]);
      await untilTold(context, () => received);
    } finally {
      await close(server);
    }
  },
};
