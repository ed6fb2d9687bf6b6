export type * from './accept/accept-deps.ts';
export { acceptEmailsBatch, type EmailsBatchOutcome } from './accept/accept-emails-batch.ts';
export { acceptItemsBatch, type BatchOutcome } from './accept/accept-items-batch.ts';
export {
  type AcceptSendsInput,
  acceptSends,
  type SendsOutcome,
  type SendToAccept,
} from './accept/accept-sends.ts';
export type * from './accept/directory.ts';
export {
  type DryRunDeps,
  type DryRunEmail,
  type DryRunItem,
  dryRunEmails,
  dryRunItems,
} from './accept/dry-run.ts';
export type { ItemOutcome, Rejection, SendOutcome } from './accept/item-outcome.ts';
export { malformed } from './accept/parse-item.ts';
export { shareStatements } from './accept/share-statements.ts';
export { traceAccepting } from './accept/trace-accepting.ts';
export * from './change/bulk-action.ts';
export * from './change/recent-failures.ts';
export {
  type ChangedSend,
  type FoundSend,
  type PlanRetriesDeps,
  type RetriedSend,
  type RetryOutcome,
  type RetryRequest,
  type RetrySendDeps,
  retrySend,
} from './change/retry-send.ts';
export { Collector } from './collector.ts';
export { type BackOff, backOffMs } from './deliver/back-off.ts';
export type * from './deliver/claim.ts';
export { type Decision, type DecisionContext, decide, type Hold, type HoldScope } from './deliver/decide.ts';
export {
  type Admission,
  type CrashPoint,
  crashPoints,
  type DeliverDeps,
  type HeldBy,
  type MessagePlace,
  type Permit,
  type PermitWish,
} from './deliver/deliver-deps.ts';
export { deliverSend, type JobVerdict } from './deliver/deliver-send.ts';
export {
  countedAs,
  type DeliveryFact,
  deliveryRanks,
  type EventMeaning,
  meaningOf,
  type SuppressionByEvent,
  suppressionBy,
} from './deliver/event-meaning.ts';
export { createEventTaker, type EventMessage, type EventTakerDeps } from './deliver/event-taker.ts';
export { firstReceiver, neededAmong } from './deliver/receivers.ts';
export { simulatedDelivery } from './deliver/simulate.ts';
export {
  leastId,
  type SweepDeps,
  type SweepFrom,
  type SweepPlace,
  type SweepReport,
  sweep,
  type WaitingPage,
} from './deliver/sweep.ts';
export { deliverTraced, type SendOrigin, type TraceDeliveryDeps } from './deliver/trace-delivery.ts';
export { traceEvents } from './deliver/trace-events.ts';
export { createGate, createGateByOwner, type Gate, type GateByOwner } from './gate.ts';
export { createGrouper, type Grouper } from './grouper.ts';
export * from './keys/api-key.ts';
export { countTries, placeOf } from './keys/count-tries.ts';
export * from './keys/dashboard-session.ts';
export { grantedOf, lacksScope, limitedToSenders, needsLiveKey, visibleKeys } from './keys/grant-key.ts';
export { type FindCaller, type FindCallers, keyCacheMs, rememberCallers } from './keys/remember-callers.ts';
export * from './links/confirm-link.ts';
export * from './links/engagement.ts';
export {
  createEngagementRecorder,
  type EngagementRecorder,
  type EngagementRecorderDeps,
} from './links/engagement-recorder.ts';
export { hostChallenge, isHostProof, proveHost } from './links/host-proof.ts';
export { createLinkKeys, type LinkKey, type LinkKeys } from './links/link-key.ts';
export {
  type LinkTracking,
  linkTrackingOf,
  type RewriteLinks,
  type TrackedSend,
} from './links/link-tracking.ts';
export * from './links/preferences.ts';
export { type RecordEngagementsDeps, recordEngagements } from './links/record-engagements.ts';
export { readClickLink, readOpenLink } from './links/tracked-link.ts';
export {
  type FoundLink,
  type LinkedSend,
  openUnsubscribeLink,
  subscribeByLink,
  type UnsubscribeDeps,
  unsubscribeUrlOf,
} from './links/unsubscribe-link.ts';
export { newId } from './new-id.ts';
export type * from './notify/claimed-notice.ts';
export {
  type ClaimedNotices,
  type DeliverNoticesDeps,
  deliverNotices,
  type NoticeReport,
} from './notify/deliver-notices.ts';
export { noticeOfEvent } from './notify/event-notice.ts';
export { exampleFacts } from './notify/example-facts.ts';
export type { NoticeRecord, PostOutcome } from './notify/judge.ts';
export { type Notice, type NoticeFacts, noticeTypeOf, ownSuppressionType } from './notify/notice.ts';
export { payloadOf } from './notify/payload.ts';
export {
  createWebhook,
  requireEnabled,
  rotateWebhookSecret,
  type SaveWebhookDeps,
  updateWebhook,
  webhookWhat,
} from './notify/save-webhook.ts';
export { newWebhookSecret, webhookIdOf } from './notify/signature.ts';
export type { NowSources, Viewer } from './now/now-sources.ts';
export { presentFilter } from './now/present-now.ts';
export { readHolds } from './now/read-holds.ts';
export { createNowReader, type NowReader, type Reading } from './now/read-now.ts';
export { restAfter } from './now/rested.ts';
export { assertNever, PostroomError } from './postroom-error.ts';
export {
  isPaused,
  type JudgeRatesDeps,
  judgeRates,
  type NewPause,
  type RatedPart,
  type RateStanding,
} from './rates/judge-rates.ts';
export {
  judgeCounts,
  type RateCounts,
  type RateLimits,
  type RateState,
  ratesOf,
} from './rates/rate-limits.ts';
export { found, invalidField, invalidFields, notFound, profilesFull } from './refusals.ts';
export type { ResourceRef } from './resource-ref.ts';
export { createRoom, type Room } from './room.ts';
export { linkRefusal, marketingRefusal } from './send/link-places.ts';
export type * from './send/provider-outcome.ts';
export { ProviderUnavailableError } from './send/provider-unavailable-error.ts';
export { erasedEmail, recipientsIn } from './send/recipient-places.ts';
export {
  nameWarnings,
  type ProvidedValues,
  type RenderInput,
  type RenderWarning,
  renderInput,
} from './send/render-input.ts';
export type * from './send/renderer.ts';
export { renderingBusy } from './send/rendering-busy.ts';
export type * from './send/send.ts';
export { isOfSenders, withinSenders } from './send/sender-limit.ts';
export { emailStatusOf, type SendsFilter, sendsFilterOf, statusesNamed } from './send/sends-filter.ts';
export { isShowable, maxShownBytes } from './send/shown-bytes.ts';
export { mayMove, terminalStatuses } from './send/status.ts';
export { inSpan, type OpenSpan, type SpanWish, type Tracer } from './send/tracer.ts';
export {
  type CheckTrackingHostDeps,
  checkTrackingHost,
  type HostAnswer,
} from './senders/check-tracking-host.ts';
export { createIdentityTurns, type TakeTurn } from './senders/identity-turns.ts';
export { type DomainDeps, refreshDomain, registerDomain } from './senders/register-domain.ts';
export { createSender, refreshSender, type SaveSenderDeps, updateSender } from './senders/save-sender.ts';
export type * from './senders/sender.ts';
export {
  identitiesInTurn,
  type SenderVerification,
  type SesIdentities,
  verifyBySes,
  verifyByTrust,
} from './senders/verification.ts';
export { type SendSource, type ShowMessageDeps, showMessage } from './show/show-message.ts';
export { single } from './single.ts';
export * from './subscribe/confirmation.ts';
export { createGroup } from './subscribe/create-group.ts';
export * from './subscribe/put-subscription.ts';
export {
  type ImportLine,
  type ImportSuppressionsDeps,
  importSuppressions,
} from './suppressions/import-suppressions.ts';
export { type LiftSuppressionDeps, liftSuppression } from './suppressions/lift-suppression.ts';
export { type ImportCells, isAddress, isAddressName, reasonOf } from './suppressions/read-import-line.ts';
export {
  type PreviewDraftDeps,
  type PreviewTemplateDeps,
  previewDraft,
  previewTemplate,
  type TemplatePreview,
} from './templates/preview-template.ts';
export { createTemplate, type SaveTemplateDeps, updateTemplate } from './templates/save-template.ts';
export type * from './templates/template.ts';
export { writtenOf } from './templates/template-draft.ts';
export { createPace, jsonOfList, mapPaced, nextTurn } from './turns.ts';
export { within } from './within.ts';
