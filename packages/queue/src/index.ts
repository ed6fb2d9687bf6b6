export { createEnqueuer } from './enqueue-within.ts';
export { createGeneration, type Generation } from './generation.ts';
export { type ActiveHold, createHolds, type Holds } from './holds.ts';
export { jobIdOf, queueName } from './names.ts';
export { createPacer, type Pacer } from './pacer.ts';
export { createRateLimiter, type RateLimit, type RateLimiter, type RateVerdict } from './rate-limiter.ts';
export { closeRedis, evictionProblem, openImpatientRedis } from './redis.ts';
export { type JobState, openSendQueue, type QueueCounts, type SendQueue } from './send-queue.ts';
export { openSendWorker, type SendWorker } from './send-worker.ts';
