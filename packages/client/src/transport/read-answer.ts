import { PostroomError } from '../postroom-error.ts';
import { failure, type Result, success } from '../result.ts';
import type { Exchange } from './exchange.ts';

/** Tells whether a parsed body is the answer that was asked for. */
export type AnswerGuard<Answer> = (body: unknown) => body is Answer;

/** A guard that looks for these fields: it tells Postroom's answer from a proxy's, and trusts the rest. */
export const hasFields =
  <Answer extends object>(...fields: readonly (keyof Answer & string)[]): AnswerGuard<Answer> =>
  (body): body is Answer =>
    typeof body === 'object' && body !== null && fields.every((field) => Object.hasOwn(body, field));

type Envelope = { readonly error: string; readonly message: string };

const isEnvelope = (body: unknown): body is Envelope =>
  typeof body === 'object' &&
  body !== null &&
  'error' in body &&
  typeof body.error === 'string' &&
  'message' in body &&
  typeof body.message === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 9110 section 10.2.3: seconds, or a date. Undefined when absent or neither. */
function readRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** `fetch` says no more than that it failed; the reason is in its cause. It may be an error of another realm. */
function reasonOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  if ('cause' in thrown && thrown.cause !== undefined) return reasonOf(thrown.cause);
  return 'message' in thrown ? String(thrown.message) : String(thrown);
}

function messageOf({ code, cause }: Extract<Exchange, { kind: 'unanswered' }>): string {
  if (code === 'timeout') return 'The server did not answer in time.';
  if (code === 'aborted') return 'The call was aborted.';
  return `The server could not be reached, or the connection broke: ${reasonOf(cause)}`;
}

/** A server that did or may have done something before it failed: anything but a clear refusal. */
const isUnclear = (status: number) => status === 408 || status >= 500 || (status >= 200 && status < 300);

/** Turns what came of a request into its answer, or into the error that says why there is none. */
export function readAnswer<Answer>(
  exchange: Exchange,
  { isAnswer, nowMs }: { readonly isAnswer: AnswerGuard<Answer>; readonly nowMs: number },
): Result<Answer> {
  if (exchange.kind === 'unanswered') {
    const { code, cause, mayHaveArrived: inDoubt } = exchange;
    return failure(new PostroomError({ code, message: messageOf(exchange), inDoubt, cause }));
  }
  const { status, header, text } = exchange;
  const isGood = status >= 200 && status < 300;
  const body = isGood && text === '' ? {} : parseJson(text);
  if (isGood && isAnswer(body)) return success(body);
  const retryAfterMs = readRetryAfterMs(header('retry-after'), nowMs);
  const common = { status, retryAfterMs, inDoubt: isUnclear(status) };
  const requestId = header('x-request-id');
  if (isGood || !isEnvelope(body)) {
    const message = `The answer (HTTP ${status}) is not one of Postroom's: is baseUrl right, and what stands between?`;
    return failure(new PostroomError({ ...common, code: 'invalid_response', message, requestId }));
  }
  return failure(
    new PostroomError({
      ...common,
      code: body.error,
      message: body.message,
      requestId: 'requestId' in body && typeof body.requestId === 'string' ? body.requestId : requestId,
      details: 'details' in body && isObject(body.details) ? body.details : null,
    }),
  );
}
