export * from './free-port.ts';
export { answersWell, close, listen } from './listening.ts';
export * from './postgres/postgres.ts';
export { databaseUrlOf, runStatement } from './postgres/run-statement.ts';
export { findOnPath, startInstalled } from './process/installed-server.ts';
export { isRunning, stopProcess } from './process/pid-file.ts';
export { processIdentity } from './process/process-identity.ts';
export { endChild, type RunningServer, startServer } from './process/server-process.ts';
export * from './redis.ts';
export * from './ses/account.ts';
export { bareAddress } from './ses/addresses.ts';
export type { SesArrival } from './ses/arrivals.ts';
export * from './ses/events/event-publisher.ts';
export * from './ses/events/ses-event.ts';
export * from './ses/events/sns-message.ts';
export * from './ses/events/test-certificate.ts';
export { startFakeSes } from './ses/fake-ses.ts';
export type { FakeSes, FakeSesOptions } from './ses/fake-ses-handle.ts';
export * from './ses/fault-plan.ts';
export { parseJson, readText } from './ses/http-io.ts';
export { decideByPolicy, type IamPolicy, type IamRequest, parseIamPolicy } from './ses/iam-policy.ts';
export type { Ledger, LedgerEntry, LedgerRange, LedgerSummary, StoredMessage } from './ses/ledger.ts';
export * from './ses/random.ts';
export type { ReceivedAttachment, ReceivedHeader, ReceivedMessage } from './ses/received-message.ts';
export { MessageQueue } from './sqs/message-queue.ts';
export { giveSqsAnswer } from './sqs/sqs-answer.ts';
export {
  invalidRequest,
  noSuchQueue,
  type ReceiveCall,
  readSqsCall,
  receivedAnswer,
  type SqsAnswer,
  type SqsOperation,
  sqsError,
  sqsOperations,
} from './sqs/sqs-api.ts';
export { folderInMemory, temporaryFolder } from './temporary-folder.ts';
