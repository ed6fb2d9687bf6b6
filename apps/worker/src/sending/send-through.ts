import { DeliveryStore, isDatabaseUnavailable } from '@postroom/db';
import { createCloseStack, isSesReal, processName } from '@postroom/process';
import { createSesClient, createSesProvider, type SesProvider } from '@postroom/provider-ses';
import { hasDueJobs, openSendWorker, prefixOfAccount } from '@postroom/redis';
import { rewriteLinks } from '@postroom/rendering';
import type { AccountWatch } from '../account-watch.ts';
import type { Base } from '../base.ts';
import { createHoldGate } from '../hold-gate.ts';
import { createInHand, type InHand } from '../jobs/in-hand.ts';
import { createProcessSend } from '../jobs/process-send.ts';
import { isRedisUsable } from '../redis-usable.ts';
import { stuckAfterFrom } from '../test-hooks.ts';
import { watchProgress } from '../watchdog.ts';
import type { SendingAccount } from './account.ts';
import { type Governance, openGovernance } from './govern.ts';

/** BullMQ checks the locks of jobs as often as half of this; shorter ones would be lost on a busy machine. */
const leastLockMs = 5_000;

/** Mail that is paused is looked at so much more rarely than the sweeper looks at mail. */
const sweepsPerPauseLook = 120;

/** Time beyond that of the sends in hand in which an account's connections are closed, in milliseconds. */
const closingMs = 1_000;

/** How a worker is getting on with the mail of one account. */
export type Sending = {
  readonly account: AccountWatch;
  /** Sends that may be in hand now. */
  concurrency(): number;
  /** Those that SES took since it began. */
  sent(): number;
  /** Resolves when nothing is claimed although there is something to claim. */
  readonly stuck: Promise<'stuck'>;
  /** Starts taking jobs. */
  start(): void;
  /** Takes no more jobs from now on, waits for those in hand, and closes what they stood on. Never rejects. */
  stop(): Promise<void>;
};

/** What a worker hears of its own sends. */
type Heard = { readonly onClaimed: () => void; readonly onSent: () => void; readonly inHand: InHand };

function openProvider({ config, closeStack }: Base, { region, endpoint, profile }: SendingAccount) {
  const client = createSesClient({
    region,
    endpoint,
    profile: profile ?? undefined,
    maxSockets: config.WORKER_CONCURRENCY,
    requestTimeoutMs: config.SES_REQUEST_TIMEOUT_MS,
    connectTimeoutMs: Math.min(3_000, config.SES_REQUEST_TIMEOUT_MS),
  });
  const provider = createSesProvider(client);
  closeStack.defer('ses', () => provider.close());
  return provider;
}

type Means = Governance & {
  readonly provider: SesProvider;
  readonly accountId: string | null;
  readonly isReal: boolean;
  /** Names the account in what is held and lifted. */
  readonly logger: Base['logger'];
};

function processSendOf(
  base: Base,
  { holds, pacer, provider, accountId, isReal, logger }: Means,
  heard: Heard,
) {
  const { config, database, errors, metrics, renderer, parts, crashPoint, tracer } = base;
  const sends = new DeliveryStore(database.prisma);
  return createProcessSend({
    prisma: database.prisma,
    sql: database.sql,
    accountId,
    renderer,
    parts,
    rewriteLinks,
    provider,
    pacer,
    holds: createHoldGate({
      holds,
      pacer,
      isSimulated: (sendId) => sends.isSimulated(sendId),
      suspendedFailAfterMs: config.SUSPENDED_FAIL_AFTER_MS,
      logger,
    }),
    metrics,
    crashPoint,
    limits: {
      maxAttempts: config.MAX_ATTEMPTS,
      leaseMs: config.SEND_LEASE_MS,
      requestTimeoutMs: config.SES_REQUEST_TIMEOUT_MS,
      holdMs: config.HOLD_MS,
    },
    publicUrl: config.PUBLIC_URL,
    isReal,
    inDoubtWindowMs: config.IN_DOUBT_WINDOW_MS,
    worker: processName,
    pausedMs: sweepsPerPauseLook * config.SWEEP_INTERVAL_MS,
    ...heard,
    onTrouble: (error, { id: sendId, workspaceId }) =>
      errors.note({ event: 'delivery_trouble', error, fields: { sendId, workspaceId } }),
    tracer,
  });
}

/** The queue of an account. */
const queueOf = ({ config }: Base, accountId: string | null) => ({
  url: config.REDIS_URL,
  prefix: prefixOfAccount(config.QUEUE_PREFIX, accountId),
});

function startWatchdog(
  { config, database, errors, closeStack }: Base,
  { holds, pacer, accountId }: Means,
  queue: { readonly url: string; readonly prefix: string },
  sinceLastClaimMs: () => number,
): Promise<'stuck'> {
  const watchdog = watchProgress({
    sinceLastClaimMs,
    hasDueWork: async () => {
      if (holds.accountWaitMs() > 0 || pacer.blockedMs() > 0) return false;
      const hasDueWork = (await hasDueJobs(queue)) && (await database.trouble()) === null;
      return hasDueWork && isRedisUsable(config, errors);
    },
    stuckAfterMs: stuckAfterFrom(process.env),
  });
  closeStack.defer(accountId === null ? 'watchdog' : `watchdog ${accountId}`, () => watchdog.stop());
  return watchdog.stuck;
}

/**
 * Opens what takes the jobs of one account, as many at once as its rate can use. Each account has a queue, a pace, holds and
 * connections of its own, so that nothing of one is in the way of another's mail.
 */
export async function sendThrough(foundation: Base, account: SendingAccount): Promise<Sending> {
  // Of its own: all accounts stop at once, and none waits for the sends of another.
  const base = { ...foundation, closeStack: createCloseStack(foundation.logger) };
  const { config, errors, closeStack } = base;
  const provider = openProvider(base, account);
  const logger = account.name === null ? base.logger : base.logger.child({ account: account.name });
  const governance = await openGovernance(base, account, provider).catch(async (error) => {
    await closeStack.closeAll(closingMs);
    throw error;
  });
  const isReal = isSesReal(account.endpoint);
  const means = { ...governance, provider, accountId: account.id, isReal, logger };
  let lastClaimMs = performance.now();
  let sent = 0;
  const inHand = createInHand(config.WORKER_CONCURRENCY);
  let concurrency = inHand.most(means.pacer.share());
  const queue = queueOf(base, account.id);
  const worker = openSendWorker({
    ...queue,
    concurrency,
    lockMs: Math.max(leastLockMs, config.SEND_LEASE_MS),
    process: processSendOf(base, means, {
      inHand,
      onClaimed: () => {
        lastClaimMs = performance.now();
      },
      onSent: () => {
        sent += 1;
      },
    }),
    isOutage: isDatabaseUnavailable,
    onError: (error) => errors.note({ event: 'worker_error', error }),
  });
  closeStack.defer('worker', () => worker.stop(config.SHUTDOWN_TIMEOUT_MS));
  const govern = setInterval(() => {
    concurrency = inHand.most(means.pacer.share());
    worker.setConcurrency(concurrency);
  }, 250);
  closeStack.defer('governor', () => clearInterval(govern));
  const stuck = startWatchdog(base, means, queue, () => performance.now() - lastClaimMs);
  return {
    account: means.account,
    concurrency: () => concurrency,
    sent: () => sent,
    stuck,
    start: () => worker.start(),
    stop: () => closeStack.closeAll(config.SHUTDOWN_TIMEOUT_MS + closingMs),
  };
}
