import { SendRateStore } from '@postroom/db';
import type { SesProvider } from '@postroom/provider-ses';
import {
  createHolds,
  createPacer,
  createSharedQuota,
  type Holds,
  holdsKey,
  type Pacer,
  prefixOfAccount,
  quotaKey,
} from '@postroom/redis';
import { type AccountWatch, watchAccount } from '../account-watch.ts';
import type { Base } from '../base.ts';
import type { SendingAccount } from './account.ts';

/** Sends in hand never wait longer than this for their permits, in milliseconds. */
const maxPermitWaitMs = 5_000;

/** What decides when a send of an account may be made. */
export type Governance = { readonly holds: Holds; readonly pacer: Pacer; readonly account: AccountWatch };

/** Opens an account's own holds, quota and pace. The rate that an operator sets, or the environment, is about its own account. */
export async function openGovernance(
  { config, database, queue: { redis }, logger, errors, metrics, closeStack }: Base,
  { id, name, ...source }: SendingAccount,
  provider: Pick<SesProvider, 'quota'>,
): Promise<Governance> {
  const prefix = prefixOfAccount(config.QUEUE_PREFIX, id);
  const holds = createHolds({ redis, key: holdsKey(prefix), trialMs: config.SEND_LEASE_MS });
  const rates = new SendRateStore(database.prisma);
  const account = await watchAccount({
    quota: createSharedQuota({
      redis,
      key: quotaKey(prefix, source),
      ask: () => provider.quota(),
      askMs: config.SES_REQUEST_TIMEOUT_MS,
    }),
    holds,
    setRate: async () => (id === null ? ((await rates.find())?.recipientsPerSecond ?? null) : null),
    fixedRate: id === null ? config.SES_MAX_SEND_RATE : undefined,
    name,
    logger,
    errors,
    metrics,
  });
  closeStack.defer('account', () => account.stop());
  const pacer = createPacer({
    redis,
    key: `${prefix}:pace`,
    currentRate: account.currentRate,
    maxWaitMs: Math.min(maxPermitWaitMs, (config.SEND_LEASE_MS - config.SES_REQUEST_TIMEOUT_MS) / 2),
  });
  return { holds, pacer, account };
}
