export { ContentStore } from './accept/content-store.ts';
export { DirectoryStore } from './accept/directory-store.ts';
export { SendStore } from './accept/send-store.ts';
export { writeTimes } from './accept/write-times.ts';
export {
  ActionStore,
  type NewAction,
  type RequestedAction,
  type StoredAction,
} from './change/action-store.ts';
export { SendChangeStore } from './change/send-change-store.ts';
export { connectMigrated } from './connect-migrated.ts';
export { type Database, type DatabaseOptions, openDatabase, probeDatabase } from './connection/database.ts';
export {
  isDatabaseUnavailable,
  isOfAllRequests,
  isOfWholeGroup,
  isUniqueViolation,
} from './connection/database-error.ts';
export type { Sql } from './connection/sql.ts';
export { UnfitDatabaseError } from './connection/unfit-database.ts';
export { AttemptStore } from './deliver/attempt-store.ts';
export { ClaimStore } from './deliver/claim-store.ts';
export { DeliveryStore } from './deliver/delivery-store.ts';
export type { SoftBouncePolicy } from './deliver/event-statement.ts';
export { EventStore, type EventsOutcome, type SettledSend } from './deliver/event-store.ts';
export { type DoubtPolicies, SweepStore } from './deliver/sweep-store.ts';
export { TraceStore } from './deliver/trace-store.ts';
export type { ErasureStep } from './erasures/erase-step.ts';
export { ErasureStore, type StoredErasure } from './erasures/erasure-store.ts';
export type { PrismaClient } from './generated/client.ts';
export { ConfirmationStore } from './links/confirmation-store.ts';
export { EngagementStore } from './links/engagement-store.ts';
export { LinkKeyStore } from './links/link-key-store.ts';
export { PreferenceStore } from './links/preference-store.ts';
export { UnsubscribeStore } from './links/unsubscribe-store.ts';
export { migrate, schemaAsSql } from './migrate.ts';
export { pendingMigrations, refuseUnmigrated } from './migration-state.ts';
export { type StoredWebhook, WebhookEndpointStore } from './notify/endpoint-store.ts';
export {
  NoticeLogStore,
  type NoticePage,
  type NoticeRef,
  type StoredNotice,
  type StoredNoticeAttempt,
} from './notify/notice-log-store.ts';
export { NoticeStore } from './notify/notice-store.ts';
export { type PauseChoice, RateStore } from './rates/rate-store.ts';
export type { StoredBounce } from './read/find-bounces.ts';
export { type Backlog, type Bloat, OperationStore } from './read/operation-store.ts';
export type { SendHistory, StoredAttempt, StoredEvent, StoredTelling } from './read/send-history.ts';
export { type PageOfSends, SendReadStore, type SendsCount, type SendsPage } from './read/send-read-store.ts';
export type { StoredBatch } from './read/stored-batch.ts';
export { ApiKeyStore, type StoredApiKey } from './resources/api-key-store.ts';
export { DashboardSessionStore, type StoredSession } from './resources/dashboard-session-store.ts';
export type { Page } from './resources/page.ts';
export type { StoredProfile } from './resources/profile-row.ts';
export { createResourceStores, type ResourceStores } from './resources/resource-stores.ts';
export { SendRateStore, type SetSendRate } from './resources/send-rate-store.ts';
export { type AccountUse, type SesAccount, SesAccountStore } from './resources/ses-account-store.ts';
export type { StoredSubscriptionGroup } from './resources/subscription-group-store.ts';
export type { StoredSubscription } from './resources/subscription-store.ts';
export type { StoredSuppression } from './resources/suppression-store.ts';
export type { TemplateSummary } from './resources/template-row.ts';
export type { TemplateVersionSummary } from './resources/template-version.ts';
export { type CountedWorkspace, WorkspaceStore } from './resources/workspace-store.ts';
export { RetentionStore } from './retention/retention-store.ts';
export type { RetentionKind, RetentionPolicy } from './retention/walk.ts';
export { TidyStore } from './tidy/tidy-store.ts';
