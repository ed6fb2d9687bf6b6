export type { BatchOptions } from './batch/batch-options.ts';
export type {
  BatchResult,
  PartialEmails,
  PartialItems,
  Unanswered,
  UnansweredItem,
} from './batch/batch-result.ts';
export type { Progress } from './batch/run-chunks.ts';
export type { Emails, SendOptions } from './emails.ts';
export { Postroom, Postroom as default } from './postroom.ts';
export { PostroomError } from './postroom-error.ts';
export type { Removed } from './resources/collection.ts';
export type { Failure, Result, Success } from './result.ts';
export type { PostroomOptions } from './settings.ts';
export type { BodyReader, Fetch, FetchAnswer, FetchInit } from './transport/runtime.ts';
export type { CallOptions } from './transport/transport.ts';
export type * from './types/actions.ts';
export type * from './types/email.ts';
export type * from './types/error-code.ts';
export type * from './types/item.ts';
export type * from './types/message.ts';
export type * from './types/resources.ts';
export type * from './types/sends.ts';
export type * from './types/suppressions.ts';
export type * from './types/webhooks.ts';
export { version } from './version.ts';
