import type { ErrorCode } from '@postroom/contracts';

/** The one error that is meant for a caller: a stable code, what is wrong, and what to do. */
export class PostroomError extends Error {
  override readonly name = 'PostroomError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

/** Marks a switch as complete: adding a case that it does not handle no longer compiles. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
