import type { PostroomError } from './postroom-error.ts';

/** A call that was answered. */
export type Success<Answer> = { readonly data: Answer; readonly error: null };

/** A call that came to nothing. */
export type Failure = { readonly data: null; readonly error: PostroomError };

/** What every call answers: exactly one of `data` and `error` is null. */
export type Result<Answer> = Success<Answer> | Failure;

/** Turns an answer into a result. */
export const success = <Answer>(data: Answer): Success<Answer> => ({ data, error: null });

/** Turns an error into a result. */
export const failure = (error: PostroomError): Failure => ({ data: null, error });
