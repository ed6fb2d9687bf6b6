import { PostroomError } from '../postroom-error.ts';
import { type Failure, failure, type Result } from '../result.ts';
import { checkMaxRetries, checkTimeoutMs, type Settings } from '../settings.ts';
import { version } from '../version.ts';
import { exchange } from './exchange.ts';
import { type AnswerGuard, readAnswer } from './read-answer.ts';
import { type Effect, retryDelayMs } from './retry-policy.ts';
import { type Path, type QueryValues, toUrl } from './url.ts';

/** What every call takes beside its input; each stands in for the client's own setting. */
export type CallOptions = {
  /** Stops the call, between requests and during one; the result's error has the code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** How long one request may take, its answer included. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is repeated at most. */
  readonly maxRetries?: number | undefined;
};

/** One call of the API. */
export type Call<Answer> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: Path;
  readonly query?: QueryValues | undefined;
  /** JSON text; else what `json` makes, which may throw for what cannot be JSON. */
  readonly body?: string | undefined;
  readonly json?: (() => object) | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly effect: Effect;
  readonly isAnswer: AnswerGuard<Answer>;
  readonly options?: CallOptions | undefined;
};

/** Makes calls: with key, retries and time-outs, and a result instead of an exception. */
export type Transport = {
  call<Answer>(call: Call<Answer>): Promise<Result<Answer>>;
  newKey(): string;
};

/** The error for what cannot be written as JSON: a circle, a BigInt, a date that does not exist. */
export const notJson = (cause: unknown): PostroomError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The request cannot be written as JSON: ${reason}`;
  return new PostroomError({ code: 'validation_failed', message, cause });
};

type Body = { readonly text: string | undefined } | Failure;

function bodyOf({ body, json }: Call<unknown>): Body {
  if (body !== undefined || json === undefined) return { text: body };
  try {
    return { text: JSON.stringify(json()) };
  } catch (cause) {
    return failure(notJson(cause));
  }
}

function headersOf(apiKey: string, call: Call<unknown>, text: string | undefined): Record<string, string> {
  const client = `postroom-client/${version}`;
  return {
    accept: 'application/json',
    'x-api-key': apiKey,
    // Browsers keep their own user-agent.
    'user-agent': client,
    'x-postroom-client': client,
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
  };
}

const aborted = (fields: { readonly inDoubt: boolean; readonly cause: unknown }) =>
  new PostroomError({ code: 'aborted', message: 'The call was aborted.', ...fields });

async function callWithRetries<Answer>(settings: Settings, call: Call<Answer>): Promise<Result<Answer>> {
  const { fetch, runtime } = settings;
  const { method, path, effect, isAnswer, options = {} } = call;
  const { signal } = options;
  const timeoutMs = checkTimeoutMs(options.timeoutMs ?? settings.timeoutMs);
  const maxRetries = checkMaxRetries(options.maxRetries ?? settings.maxRetries);
  const body = bodyOf(call);
  if ('error' in body) return body;
  const url = toUrl(settings.baseUrl, path, call.query);
  const headers = headersOf(settings.apiKey, call, body.text);
  let inDoubt = false;
  for (let tries = 1; ; tries += 1) {
    if (signal?.aborted) return failure(aborted({ inDoubt, cause: signal.reason }));
    const came = await exchange(fetch, { method, url, headers, body: body.text }, { timeoutMs, signal });
    const result = readAnswer(came, { isAnswer, nowMs: runtime.now() });
    if (result.error === null) return result;
    const delayMs = retryDelayMs(result.error, { tries, maxRetries, effect }, runtime.random());
    // An earlier try that may have worked is not made undone by a later refusal.
    inDoubt ||= effect !== 'none' && result.error.inDoubt;
    if (delayMs === null) return failure(result.error.with({ inDoubt }));
    await runtime.sleep(delayMs, signal);
  }
}

/** Puts a transport together from the client's settings. */
export function createTransport(settings: Settings): Transport {
  return {
    call: async (call) => {
      const result = await callWithRetries(settings, call);
      if (result.error === null || call.idempotencyKey === undefined) return result;
      return failure(result.error.with({ idempotencyKey: call.idempotencyKey }));
    },
    newKey: settings.runtime.newKey,
  };
}
