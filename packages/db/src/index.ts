export { ensureDefaultWorkspace, findCaller, storeApiKey } from './api-key-store.ts';
export { UnfitDatabaseError } from './connection/unfit-database.ts';
export { type Database, type DatabaseOptions, openDatabase, probeDatabase } from './database.ts';
export { isDatabaseUnavailable, isUniqueViolation } from './database-error.ts';
export { type ErasureStep, eraseNext } from './erasures/erase-step.ts';
export type { StoredErasure } from './erasures/erasure-store.ts';
export type { PrismaClient } from './generated/client.ts';
export { migrate, schemaAsSql } from './migrate.ts';
export { pendingMigrations, refuseUnmigrated } from './migration-state.ts';
export type { DomainStanding, DomainState, StoredDomain } from './resources/domain-store.ts';
export type { StoredApiKey } from './resources/key-store.ts';
export type { Page, ResourceRef } from './resources/page.ts';
export type { StoredProfile } from './resources/profile-row.ts';
export { createResourceStores, type ResourceStores } from './resources/resource-stores.ts';
export type { SenderProof } from './resources/sender-claims.ts';
export type { SenderRefusal, StoredSenderProfile } from './resources/sender-profile-store.ts';
export { ensureSnapshot, type NewSnapshot } from './resources/snapshot.ts';
export type { StoredSubscriptionGroup } from './resources/subscription-group-store.ts';
export type { StoredSubscription } from './resources/subscription-store.ts';
export type { StoredSuppression } from './resources/suppression-store.ts';
export type { StoredTemplate, TemplateSummary } from './resources/template-row.ts';
export type { TemplateContent } from './resources/template-store.ts';
export { findSendRate, type SetSendRate, setSendRate } from './send-rate.ts';
export { findBatch, type StoredBatch } from './sends/batch-store.ts';
export { cancelBatch, cancelSend, createRetryStore, rescheduleSend } from './sends/change-sends.ts';
export { claimSends } from './sends/claim-sends.ts';
export { createContentStore, findAttachment } from './sends/content-store.ts';
export { countSends, type SendsCount } from './sends/count-sends.ts';
export { countBacklog, findSnapshot, flagSender, recordEvidence } from './sends/delivery-store.ts';
export { createDirectory, findProfileContexts } from './sends/directory.ts';
export { recordEvents } from './sends/event-store.ts';
export { listSends, type SendsPage } from './sends/list-sends.ts';
export { recordAttempts } from './sends/record-attempts.ts';
export type { SendsFilter } from './sends/send-filter.ts';
export { findHistory, type SendHistory, type StoredAttempt, type StoredEvent } from './sends/send-history.ts';
export { createSendStore, findSend } from './sends/send-store.ts';
export { type SettledSend, settleByEvents } from './sends/settle-sends.ts';
export {
  type DoubtPolicies,
  distrustQueue,
  expireLeases,
  findProvenDoubts,
  lookAtAgain,
  raiseEpochs,
  resolveDoubts,
  takeOverdueQueued,
} from './sends/sweep-sends.ts';
export { createUnsubscribeStore } from './unsubscribe-store.ts';
