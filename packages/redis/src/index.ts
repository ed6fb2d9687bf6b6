export { findRedisTrouble } from './connection/find-redis-trouble.ts';
export { closeRedis, openImpatientRedis } from './connection/redis.ts';
export type { RedisTrouble } from './connection/redis-trouble.ts';
export { type ActiveHold, createHolds, type Holds } from './holds/holds.ts';
export { createHoldsOfAll, type HoldsOfAll } from './holds/holds-of-all.ts';
export { hasDueJobs } from './jobs/due-jobs.ts';
export { createEnqueuer } from './jobs/enqueuer.ts';
export { forgetAccount } from './jobs/forget-account.ts';
export { holdsKey, jobIdOf, prefixOfAccount, queueName } from './jobs/names.ts';
export { type BrokenRedis, neededBy, openWatchedQueue, redisOf } from './jobs/open-watched-queue.ts';
export { openQueueViews } from './jobs/queue-views.ts';
export {
  createSmtpRoll,
  createWorkerRoll,
  type Roll,
  type SmtpEntry,
  type WorkerEntry,
  type WorkerRoll,
} from './jobs/roll.ts';
export { type JobState, openSendQueue, type QueueCounts, type SendQueue } from './jobs/send-queue.ts';
export { openSendWorker, type SendWorker } from './jobs/send-worker.ts';
export { createSweepTurns, type SweepTurns } from './jobs/sweep-turn.ts';
export type { JobThroughput } from './jobs/throughput.ts';
export { openWebhookQueue, type WebhookQueue, webhookQueueKinds } from './jobs/webhook-queue.ts';
export { openWebhookWorker } from './jobs/webhook-worker.ts';
export { createWorkNumber, type WorkNumber } from './jobs/work-number.ts';
export {
  createRateLimiter,
  type RateLimit,
  type RateLimiter,
  type RateVerdict,
} from './limit/rate-limiter.ts';
export { createPacer, type Pacer } from './pace/pacer.ts';
export { createSharedQuota, quotaKey, type SharedQuota } from './pace/shared-quota.ts';
