import { createServer, type Server } from 'node:http';
import { freePort } from '@postroom/servers';
import { createApiClient, eventually } from '@postroom/testkit';
import type { Disturbance } from '../inject/disturbance.ts';
import { killPostgres } from '../inject/postgres.ts';
import { killApi, killWorker } from '../inject/processes.ts';
import { flushRedis } from '../inject/redis.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { spread } from './processes.ts';

/** What is broken in turn, and for how long it is away, in milliseconds. */
const faults: readonly (readonly [Disturbance, number])[] = [
  [killWorker, 0],
  [flushRedis, 0],
  [killApi, 0],
  [killPostgres, 1_500],
];

async function breakInTurn(context: Context, done: number): Promise<void> {
  const [fault, forMs] = faults[done % faults.length] ?? [];
  // Between two jobs there may be none in Redis.
  if (fault !== undefined && forMs !== undefined) await fault({ ...context, fail: context.tell }, forMs);
}

/** One try in so many is refused, or cut before it is answered, so that it comes again. */
const everyRefused = 17;
const everyCut = 23;

/** Takes every event, but for a few tries, and notes what it took. */
async function startReceiver(context: Context): Promise<{ readonly server: Server; readonly url: string }> {
  let asked = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      asked += 1;
      if (asked % everyRefused === 0) {
        response.writeHead(503).end();
        return;
      }
      const event: { readonly type: string; readonly data: { readonly email_id?: string } } =
        JSON.parse(body);
      const webhookId = String(request.headers['webhook-id']);
      const sendId = event.data.email_id ?? '';
      context.noteReceived({ webhookId, type: event.type, sendId, atMs: Date.now() });
      // It has the event, and whoever sent it does not know.
      if (asked % everyCut === 0) request.socket.destroy();
      else response.writeHead(204).end();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${port}/` };
}

/** Leases of workers that were killed end, and tries that failed have their pauses, in milliseconds. */
const toldWithinMs = 240_000;

/** What failed twice waits for minutes: from the third try on its pause is over at once. */
const endLongPauses = `
  UPDATE webhook_notices SET next_attempt_at = now()
  WHERE state = 'pending' AND lease_token IS NULL AND tries > 1 AND next_attempt_at > now() RETURNING id`;

/** Resolves when nothing is on its way any more; a run in which nothing was told twice or tried again proves little. */
async function untilTold({ stack, signal, tell, fail }: Context, received: () => number): Promise<void> {
  const count = async (where: string) =>
    Number((await stack.database.rows(`SELECT count(*)::int FROM webhook_notices WHERE ${where}`))[0]?.count);
  const isTold = async () => {
    await stack.database.rows(endLongPauses).catch(() => []);
    const open = await stack.database
      .rows(`SELECT id FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing') LIMIT 1`)
      .catch(() => [{}]);
    const isQuiet = open.length === 0 && stack.ses.events?.counts().pending === 0;
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
      await Promise.all([load, spread(context, (done) => breakInTurn(context, done))]);
      await untilTold(context, () => received);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};
