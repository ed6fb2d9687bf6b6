import { type Database, OperationStore, SesAccountStore } from '@postroom/db';
import { createHoldsOfAll, createWorkerRoll, type openSendQueue } from '@postroom/redis';
import { typed } from '../../stack/checkout.ts';
import { type Finding, fine, missing, missingByHand, unknown } from '../finding.ts';
import { nameAccounts, wordsOf } from './held.ts';

type Queue = ReturnType<typeof openSendQueue>;

/** How long Redis may take to be reached, in milliseconds. */
const connectingMs = 2_000;

const withoutRedis = unknown('Redis, which knows it, does not answer');

/** Whether Redis can be asked, now or soon. */
function isConnected(redis: Queue['redis']): Promise<boolean> {
  if (redis.status === 'ready') return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), connectingMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** How long a worker may leave what is due, in seconds, before something is wrong. */
const dueSeconds = 60;

/** Whether somebody sends, and whether what is due goes out. */
export async function checkWorkers(
  { prisma }: Pick<Database, 'prisma'>,
  queue: Pick<Queue, 'redis'> | null,
  prefix: string,
): Promise<Finding> {
  if (queue === null || !(await isConnected(queue.redis))) return withoutRedis;
  const { redis } = queue;
  const workers = await createWorkerRoll({ redis, prefix }).list();
  if (workers.length === 0) {
    return missingByHand(
      'No worker is alive, so that nothing is sent.',
      'start a worker, as docs/deploying.md says, or see why it ended in the last line of its log',
    );
  }
  const backlog = await new OperationStore(prisma).countBacklog();
  const oldest = Math.max(0, ...backlog.map(({ oldestDueSeconds }) => oldestDueSeconds ?? 0));
  const versions = [...new Set(workers.map(({ version }) => version))].join(', ');
  if (oldest <= dueSeconds) return fine(`${workers.length}, of version ${versions}`);
  return missing(
    `${workers.length} are alive, and mail that is due has waited for ${Math.round(oldest)} s.`,
    typed('status'),
  );
}

/** What a person has to do about each reason for which sending waits stands in docs/operating.md. */
export async function checkHolds(
  { prisma }: Pick<Database, 'prisma'>,
  queue: Pick<Queue, 'redis'> | null,
  prefix: string,
): Promise<Finding> {
  if (queue === null || !(await isConnected(queue.redis))) return withoutRedis;
  const active = await createHoldsOfAll({ redis: queue.redis, prefix }).refresh();
  const holds = nameAccounts(active, await new SesAccountStore(prisma).list().catch(() => []));
  if (holds.length === 0) return fine('nothing is held back');
  const told = holds.map((held) => `${wordsOf(held)} (${held.reason})`).join(', ');
  return missing(`Held back: ${told}.`, `${typed('status')}  # docs/operating.md#holds says what ends each`);
}

type EventSettings = {
  readonly SNS_TOPIC_ARNS: readonly string[];
  readonly SES_EVENTS_QUEUE_URL?: string | undefined;
};

/** Whether SES has reported on what it took within the last day, through each account. */
export async function checkEvents(
  { prisma }: Pick<Database, 'prisma'>,
  { SNS_TOPIC_ARNS, SES_EVENTS_QUEUE_URL }: EventSettings,
): Promise<Finding> {
  if (SNS_TOPIC_ARNS.length === 0 && SES_EVENTS_QUEUE_URL === undefined) {
    return missing(
      'Neither SNS_TOPIC_ARNS nor SES_EVENTS_QUEUE_URL is set: no bounce and no complaint suppresses anybody.',
      typed('ses', 'setup --domain example.com'),
    );
  }
  const counted = await new OperationStore(prisma).countReported();
  if (counted.length === 0)
    return unknown('nothing was sent within the last day that could have been reported on');
  const silent = counted.filter((account) => account.reported === 0);
  const total = (some: typeof counted, of: 'sent' | 'reported') =>
    some.reduce((sum, account) => sum + account[of], 0);
  if (silent.length > 0) {
    const known = silent.length < counted.length ? await new SesAccountStore(prisma).list() : [];
    const nameOf = (accountId: string | null) =>
      accountId === null ? 'default' : (known.find(({ id }) => id === accountId)?.name ?? accountId);
    const through =
      silent.length < counted.length
        ? ` through ${silent.map(({ accountId }) => nameOf(accountId)).join(' and ')}, though on those through others`
        : '';
    return missing(
      `SES has reported on none of the last ${total(silent, 'sent')} sends that it took${through}.`,
      typed('ses', 'check --domain example.com'),
    );
  }
  const [sent, reported] = [total(counted, 'sent'), total(counted, 'reported')];
  return fine(`of the last ${sent} sends that SES took it has reported on ${reported}`);
}

/** Whether SES lets mail come from whom it is to come from. */
export async function checkSenders(
  { prisma }: Pick<Database, 'prisma'>,
  publicUrl: string,
): Promise<Finding> {
  const { count, first } = await new OperationStore(prisma).findUnverifiedSenders();
  if (count === 0) return fine('each of them is verified');
  const told = first.map(({ id, reason }) => `${id} (${reason ?? 'not verified'})`).join(', ');
  return missing(
    `${count} sender profiles have their mail refused: ${told}${count > first.length ? ', ...' : ''}.`,
    `curl --request POST --header "x-api-key: $POSTROOM_KEY" ${publicUrl}/api/v1/sender-profiles/${first[0]?.id}/refresh`,
  );
}
