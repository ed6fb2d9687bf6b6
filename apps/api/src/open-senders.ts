import { setTimeout as sleep } from 'node:timers/promises';
import {
  createIdentityTurns,
  identitiesInTurn,
  type LiftSuppressionDeps,
  type SenderVerification,
  type SesIdentities,
  type TakeTurn,
  verifyBySes,
  verifyByTrust,
} from '@postroom/core';
import type { SesAccountStore } from '@postroom/db';
import type { apiVariables, CloseStack } from '@postroom/process';
import { createSesClient, createSesProvider, type SesClientOptions } from '@postroom/provider-ses';
import { createRateLimiter, type SendQueue } from '@postroom/redis';
import type { z } from 'zod';
import { openProviderOfAccount } from './provider-of-account.ts';

type SenderConfig = Pick<
  z.output<z.ZodObject<typeof apiVariables>>,
  'SENDER_VERIFICATION' | 'AWS_REGION' | 'AWS_ENDPOINT_URL_SESV2' | 'QUEUE_PREFIX' | 'SES_IDENTITY_RATE'
>;

/** The longest that a request waits for Redis to count it, in milliseconds. */
const countedWithinMs = 100;

/**
 * Lets all replicas together call SES so many times a second, and one workspace half as often. Whom Redis has not counted within
 * `budgetMs` is let through.
 */
export function openIdentityTurns(
  { QUEUE_PREFIX, SES_IDENTITY_RATE }: Pick<SenderConfig, 'QUEUE_PREFIX' | 'SES_IDENTITY_RATE'>,
  { redis }: Pick<SendQueue, 'redis'>,
  budgetMs = countedWithinMs,
): TakeTurn {
  const counter = (name: string, requests: number) =>
    createRateLimiter({
      redis,
      keyPrefix: `${QUEUE_PREFIX}:identities:${name}`,
      limit: { requests, windowSeconds: 1 },
      budgetMs,
    });
  return createIdentityTurns({
    own: counter('workspace', Math.max(1, Math.floor(SES_IDENTITY_RATE / 2))),
    all: counter('account', SES_IDENTITY_RATE),
    monotonicMs: () => performance.now(),
    pause: (ms) => sleep(ms),
  });
}

/** What is asked of SES for workspaces, in turn: about their senders, and about addresses on its suppression list. */
type AskedSes = {
  readonly verification: SenderVerification;
  readonly providerList: Omit<LiftSuppressionDeps, 'suppressions'>;
};

type SenderBase = {
  readonly closeStack: CloseStack;
  readonly queue: SendQueue;
  /** The accounts of SES beside the environment's. */
  readonly accounts: Pick<SesAccountStore, 'find'>;
};

const openProvider = (client: Pick<SesClientOptions, 'region' | 'endpoint' | 'profile'>) =>
  createSesProvider(
    createSesClient({ ...client, maxSockets: 4, requestTimeoutMs: 5_000, connectTimeoutMs: 2_000 }),
  );

/** Verifies senders as the configuration says; the connections to SES go on the close stack. */
export function openSenders(config: SenderConfig, { closeStack, queue, accounts }: SenderBase): AskedSes {
  const provider = openProvider({ region: config.AWS_REGION, endpoint: config.AWS_ENDPOINT_URL_SESV2 });
  closeStack.defer('ses', () => provider.close());
  const providerOf = openProviderOfAccount({
    closeStack,
    find: (accountId) => accounts.find(accountId),
    open: ({ region, endpoint, profile }) =>
      openProvider({ region, endpoint, profile: profile ?? undefined }),
  });
  const ses: SesIdentities = {
    createIdentity: provider.createIdentity,
    getIdentity: async (identity, accountId = null) =>
      (accountId === null ? provider : await providerOf(accountId)).getIdentity(identity),
  };
  const verify = config.SENDER_VERIFICATION === 'trust' ? verifyByTrust : verifyBySes;
  const takeTurn = openIdentityTurns(config, queue);
  return {
    verification: verify(identitiesInTurn(ses, takeTurn), () => new Date()),
    providerList: { provider, takeTurn },
  };
}
