export * from './accept/accept-items-batch.ts';
export type { Directory, Wanted } from './accept/directory.ts';
export type { ItemOutcome, Rejection } from './accept/item-outcome.ts';
export type * from './accept/model.ts';
export * from './delivery/provider-outcome.ts';
export * from './delivery/renderer.ts';
export * from './keys/api-key.ts';
export { newId } from './new-id.ts';
export { assertNever, PostroomError } from './postroom-error.ts';
