import type { ErrorCode } from './types/error-code.ts';

/** What a `PostroomError` is made of. */
export type PostroomErrorFields = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly status?: number | null;
  readonly requestId?: string | null;
  readonly details?: Readonly<Record<string, unknown>> | null;
  readonly retryAfterMs?: number | undefined;
  readonly inDoubt?: boolean;
  readonly idempotencyKey?: string | null;
  readonly cause?: unknown;
};

/** Why a call came to nothing. It is answered and never thrown by a call; `throw error` if that suits you better. */
export class PostroomError extends Error {
  override readonly name = 'PostroomError';
  /** What to switch on: a code of the server, or `network_error`, `timeout`, `aborted`, `invalid_response`. */
  readonly code: ErrorCode;
  /** The HTTP status of the answer; null when there was none. */
  readonly status: number | null;
  /** Names the request in the server's logs; null when no answer named it. */
  readonly requestId: string | null;
  /** What the server adds: `issues` of a request that is not valid, for one. */
  readonly details: Readonly<Record<string, unknown>> | null;
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  /** True when the server may have done what was asked all the same. Always false for what changes nothing. */
  readonly inDoubt: boolean;
  /** The key of the call: to repeat it under this key sends nothing twice. Null when the call had none. */
  readonly idempotencyKey: string | null;

  constructor(fields: PostroomErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status ?? null;
    this.requestId = fields.requestId ?? null;
    this.details = fields.details ?? null;
    this.retryAfterMs = fields.retryAfterMs;
    this.inDoubt = fields.inDoubt ?? false;
    this.idempotencyKey = fields.idempotencyKey ?? null;
  }

  /** All fields but the cause, for logs; an `Error` alone would show no message. */
  toJSON(): PostroomErrorFields {
    const { code, message, status, requestId, details, retryAfterMs, inDoubt, idempotencyKey } = this;
    return { code, message, status, requestId, details, retryAfterMs, inDoubt, idempotencyKey };
  }

  /** The same error with some fields replaced. */
  with(changes: Partial<PostroomErrorFields>): PostroomError {
    return new PostroomError({ ...this.toJSON(), cause: this.cause, ...changes });
  }
}
