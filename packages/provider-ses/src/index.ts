export { partitionOf, sesEndpointOf } from './aws/partition.ts';
export type { ExchangePhase } from './client/exchange.ts';
export { createSesClient, type SesClient, type SesClientOptions } from './client/ses-client.ts';
export { classifySesError } from './errors/classify-ses-error.ts';
export {
  type CertificateStore,
  type CertificateStoreOptions,
  createCertificateStore,
} from './events/certificate-store.ts';
export {
  type ConfirmationOutcome,
  confirmationUrl,
  confirmSubscription,
  type SubscriptionConfirmation,
} from './events/confirm-subscription.ts';
export { type ParsedSesEvent, parseSesEvent } from './events/parse-ses-event.ts';
export { type ParsedSnsMessage, parseSnsMessage, type SnsMessage } from './events/sns-message.ts';
export {
  type SnsRefusal,
  type SnsVerification,
  type VerifySnsDeps,
  verifySnsMessage,
} from './events/verify-sns-message.ts';
export type { DnsRecord, SesIdentity } from './identities/ses-identity.ts';
export {
  type EventQueue,
  openEventQueue,
  type QueuedMessage,
} from './queue/event-queue.ts';
export { type ParsedQueuedEvent, parseQueuedEvent } from './queue/parse-queued-event.ts';
export { type FormattedMailbox, formatMailbox } from './send/mailbox.ts';
export { createSesProvider, type SesProvider } from './ses-provider.ts';
export {
  type AccountState,
  getAccountState,
  getDomainState,
  type SetupRecord,
} from './setup/account-state.ts';
export { type AwsAccount, openAwsAccount } from './setup/aws-account.ts';
export { AwsCallError } from './setup/aws-call-error.ts';
export { type Policy, runningPolicy, setupPolicy } from './setup/policies.ts';
export { type Proof, type ProofResult, proveEvents, type TakeRecorded } from './setup/prove-events.ts';
export { getQueueDepth } from './setup/queue-depth.ts';
export { arnsOf, partsOf, type SetupPlan } from './setup/setup-plan.ts';
export type { Found, SetupStep } from './setup/setup-step.ts';
export { setupSteps } from './setup/setup-steps.ts';
export { queueUrlOf } from './setup/steps/queue-steps.ts';
