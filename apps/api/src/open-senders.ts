import { setTimeout as sleep } from 'node:timers/promises';
import {
  createIdentityTurns,
  type LiftSuppressionDeps,
  type SenderVerification,
  type TakeTurn,
  verifyBySes,
  verifyByTrust,
  verifyInTurn,
} from '@postroom/core';
import type { apiVariables, CloseStack } from '@postroom/process';
import { createSesClient, createSesProvider } from '@postroom/provider-ses';
import { createRateLimiter, type SendQueue } from '@postroom/redis';
import type { z } from 'zod';

type SenderConfig = Pick<
  z.output<z.ZodObject<typeof apiVariables>>,
  'SENDER_VERIFICATION' | 'AWS_REGION' | 'AWS_ENDPOINT_URL_SESV2' | 'QUEUE_PREFIX' | 'SES_IDENTITY_RATE'
>;

/** The longest that a request waits for Redis to count it, in milliseconds: without an answer by then it is let through. */
const budgetMs = 100;

/** Lets all replicas together ask SES so many times a second, and one workspace half as often. */
export function openIdentityTurns(
  { QUEUE_PREFIX, SES_IDENTITY_RATE }: Pick<SenderConfig, 'QUEUE_PREFIX' | 'SES_IDENTITY_RATE'>,
  { redis }: Pick<SendQueue, 'redis'>,
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

/** Verifies senders as the configuration says; the connections to SES go on the close stack. */
export function openSenders(
  config: SenderConfig,
  { closeStack, queue }: { readonly closeStack: CloseStack; readonly queue: SendQueue },
): AskedSes {
  const client = createSesClient({
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_SESV2,
    maxSockets: 4,
    requestTimeoutMs: 5_000,
    connectTimeoutMs: 2_000,
  });
  const provider = createSesProvider(client);
  closeStack.defer('ses', () => provider.close());
  const verify = config.SENDER_VERIFICATION === 'trust' ? verifyByTrust : verifyBySes;
  const takeTurn = openIdentityTurns(config, queue);
  return {
    verification: verifyInTurn(
      verify(provider, () => new Date()),
      takeTurn,
    ),
    providerList: { provider, takeTurn },
  };
}
