import { EventEmitter, once } from 'node:events';
import { freePort } from '@postroom/servers';
import type { SpawnedNode } from '@postroom/testkit';
import { killPostgres } from '../inject/postgres.ts';
import { killApi, killWorker } from '../inject/processes.ts';
import { killRedis } from '../inject/redis.ts';
import { planMessage, type SmtpWish, sendBySmtp } from '../load/send-by-smtp.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { spread } from './processes.ts';

/** Clients that send at once; each has one message under way. */
const clients = 10;

/** How long a server is away. */
const awayMs = 1_000;

/** Sends all messages over the time of the load, by clients that repeat what they have no answer to. */
async function sendAll(
  context: Context,
  wishes: readonly SmtpWish[],
  sending: Parameters<typeof sendBySmtp>[1],
) {
  const { seconds } = context.size;
  const startedAt = performance.now();
  const waiting = wishes.map((wish, at) => ({ wish, atMs: (at / wishes.length) * seconds * 1_000 }));
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await context.pause(Math.max(0, startedAt + next.atMs - performance.now()));
        await sendBySmtp(next.wish, sending);
      }
    }),
  );
}

/** SIGKILL for the SMTP process right after a message was handed over to it, and another in its place. */
async function killSmtp(context: Context, smtp: { process: SpawnedNode }, again: Again): Promise<void> {
  await context.during('the SMTP process is killed while it has a message', async () => {
    await Promise.race([once(again.handed, 'handed'), context.pause(again.withinMs)]);
    await context.kill(smtp.process);
    smtp.process = await again.start();
  });
}

type Again = {
  readonly handed: EventEmitter;
  readonly start: () => Promise<SpawnedNode>;
  /** Killed all the same when nothing is handed over for so long. */
  readonly withinMs: number;
};

async function run(context: Context): Promise<void> {
  const { stack, size, workspaces, signal } = context;
  const port = await freePort();
  const start = () => stack.startSmtp(port);
  const smtp = { process: await start() };
  const wishes = Array.from({ length: size.sends }, (_, at) => {
    const workspace = workspaces[at % workspaces.length];
    if (workspace === undefined) throw new Error('a load needs a workspace');
    return planMessage(workspace, `smtp-${at}`);
  });
  context.noteAsked(wishes.map(({ log }) => log));
  const handed = new EventEmitter();
  const sending = { port, signal, onHanded: () => void handed.emit('handed') };
  const acts = [
    () => killSmtp(context, smtp, { handed, start, withinMs: 5_000 }),
    () => killWorker(context, 0),
    () => killRedis(context, awayMs),
    () => killPostgres(context, awayMs),
    () => killApi(context, awayMs),
  ];
  await Promise.all([
    sendAll(context, wishes, sending),
    spread(context, (done) => acts[done % acts.length]?.()),
  ]);
  const cutOff = wishes.filter(({ log }) =>
    log.tries.some((one) => one.kind === 'unknown' && one.reason.startsWith('cut off')),
  );
  context.tell(`${cutOff.length} messages got no answer once they were handed over, and were sent again`);
  if (cutOff.length === 0) context.fail('no message was under way when the SMTP process was killed');
  context.expectStop(smtp.process);
  await smtp.process.stop();
}

/** What comes in by SMTP while everything that it needs goes away in turn. */
export const smtpKilled: Scenario = {
  name: 'smtp-killed',
  about:
    'clients of SMTP repeat what they have no answer to, while the SMTP process, workers, Redis, PostgreSQL and the API are killed',
  // Each message has three recipients.
  system: { headroom: 4 },
  expects: { mayEventsBeLate: true },
  load: 'own',
  short: { sends: 120, kills: 5, seconds: 10 },
  long: { sends: 4_000, kills: 40, seconds: 300 },
  run,
};
