export type * from './accept/accept-deps.ts';
export {
  acceptEmailsBatch,
  type EmailsBatchInput,
  type EmailsBatchOutcome,
} from './accept/accept-emails-batch.ts';
export {
  type AcceptBatchInput,
  acceptItemsBatch,
  type BatchOutcome,
} from './accept/accept-items-batch.ts';
export type { Directory, Wanted } from './accept/directory.ts';
export {
  type DryRunDeps,
  type DryRunEmail,
  type DryRunItem,
  dryRunEmails,
  dryRunItems,
} from './accept/dry-run.ts';
export type { ItemOutcome, Rejection } from './accept/item-outcome.ts';
export { mergeDefaults } from './accept/merge-defaults.ts';
export type * from './accept/model.ts';
export { parseItem } from './accept/parse-item.ts';
export { type BackOff, backOffMs } from './delivery/back-off.ts';
export type * from './delivery/claim.ts';
export { type Decision, type DecisionContext, decide, type Hold, type HoldScope } from './delivery/decide.ts';
export {
  type Admission,
  type CrashPoint,
  crashPoints,
  type DeliverDeps,
  type HeldBy,
  type MessagePlace,
  type Share,
} from './delivery/deliver-deps.ts';
export { deliverSend, type JobVerdict } from './delivery/deliver-send.ts';
export { type DeliveryFact, deliveryRanks, type EventMeaning, meaningOf } from './delivery/event-meaning.ts';
export { createGrouper, type Grouper } from './delivery/grouper.ts';
export type * from './delivery/provider-outcome.ts';
export {
  nameWarnings,
  type ProvidedValues,
  type RenderInput,
  type RenderWarning,
  renderInput,
} from './delivery/render-input.ts';
export type * from './delivery/renderer.ts';
export {
  type ChangedSend,
  type FoundSend,
  type ReadRef,
  type RetriedSend,
  type RetryOutcome,
  type RetryRequest,
  type RetrySendDeps,
  retrySend,
  type SendRef,
} from './delivery/retry-send.ts';
export { simulatedDelivery } from './delivery/simulate.ts';
export { mayMove, terminalStatuses } from './delivery/status.ts';
export { type SweepDeps, type SweepReport, sweep } from './delivery/sweep.ts';
export * from './keys/api-key.ts';
export {
  type LinkedSend,
  openUnsubscribeLink,
  subscribeByLink,
  type UnsubscribeDeps,
  unsubscribeUrlOf,
} from './links/unsubscribe-link.ts';
export { newId } from './new-id.ts';
export { createPace, jsonOfList, mapPaced } from './pace.ts';
export { assertNever, PostroomError } from './postroom-error.ts';
export { renderingBusy } from './rendering-busy.ts';
