export { createContentStore } from './accept/content-store.ts';
export { createDirectory, findProfileContexts } from './accept/directory.ts';
export { createSendStore } from './accept/send-store.ts';
export { SendChangeStore } from './change/send-change-store.ts';
export { type Database, type DatabaseOptions, openDatabase, probeDatabase } from './connection/database.ts';
export { isDatabaseUnavailable, isUniqueViolation } from './connection/database-error.ts';
export { UnfitDatabaseError } from './connection/unfit-database.ts';
export { claimSends } from './deliver/claim-sends.ts';
export {
  countBacklog,
  findAttachment,
  findSnapshot,
  flagSender,
  recordEvidence,
} from './deliver/delivery-store.ts';
export { recordEvents } from './deliver/event-store.ts';
export { recordAttempts } from './deliver/record-attempts.ts';
export { type SettledSend, settleByEvents } from './deliver/settle-sends.ts';
export {
  type DoubtPolicies,
  distrustQueue,
  expireLeases,
  findProvenDoubts,
  lookAtAgain,
  raiseEpochs,
  resolveDoubts,
  takeOverdueQueued,
} from './deliver/sweep-sends.ts';
export type { ErasureStep } from './erasures/erase-step.ts';
export { ErasureStore, type StoredErasure } from './erasures/erasure-store.ts';
export type { PrismaClient } from './generated/client.ts';
export { UnsubscribeStore } from './links/unsubscribe-store.ts';
export { migrate, schemaAsSql } from './migrate.ts';
export { pendingMigrations, refuseUnmigrated } from './migration-state.ts';
export type { SendsFilter } from './read/send-filter.ts';
export type { SendHistory, StoredAttempt, StoredEvent } from './read/send-history.ts';
export { SendReadStore, type SendsCount, type SendsPage } from './read/send-read-store.ts';
export type { StoredBatch } from './read/stored-batch.ts';
export { ApiKeyStore, type StoredApiKey } from './resources/api-key-store.ts';
export type { Page } from './resources/page.ts';
export type { StoredProfile } from './resources/profile-row.ts';
export { createResourceStores, type ResourceStores } from './resources/resource-stores.ts';
export { SendRateStore, type SetSendRate } from './resources/send-rate-store.ts';
export type { StoredSubscriptionGroup } from './resources/subscription-group-store.ts';
export type { StoredSubscription } from './resources/subscription-store.ts';
export type { StoredSuppression } from './resources/suppression-store.ts';
export type { TemplateSummary } from './resources/template-row.ts';
export { WorkspaceStore } from './resources/workspace-store.ts';
