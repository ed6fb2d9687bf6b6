import { PostroomError } from '../postroom-error.ts';
import { type Failure, failure, type Result, success } from '../result.ts';
import { checkMaxRetries, checkTimeoutMs, type Settings } from '../settings.ts';
import { version } from '../version.ts';
import { exchange, type HttpRequest } from './exchange.ts';
import { openCsv, type Pieces } from './open-csv.ts';
import { type AnswerGuard, readAnswer } from './read-answer.ts';
import { type Effect, retryDelayMs } from './retry-policy.ts';
import { type Path, type QueryValues, toUrl } from './url.ts';
import type { Limits } from './watch.ts';

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
  /** Text, JSON unless `contentType` says otherwise; else what `json` makes, which may throw for what cannot be JSON. */
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly json?: (() => object) | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly effect: Effect;
  readonly isAnswer: AnswerGuard<Answer>;
  readonly options?: CallOptions | undefined;
};

/** A call that only reads a CSV file. */
type FileCall = Pick<Call<never>, 'path' | 'query' | 'options'>;

/** Makes calls: with key, retries and time-outs, and a result instead of an exception. */
export type Transport = {
  call<Answer>(call: Call<Answer>): Promise<Result<Answer>>;
  /** A whole CSV file; what breaks off is read again from its beginning. */
  file(call: FileCall): Promise<Result<string>>;
  /** A CSV file as it comes; once it has begun nothing is repeated, and an error is the last piece. */
  pieces(call: FileCall): Pieces;
  newKey(): string;
};

/** The error for what cannot be written as JSON: a circle, a BigInt, a date that does not exist. */
export const notJson = (cause: unknown): PostroomError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The request cannot be written as JSON: ${reason}`;
  return new PostroomError({ code: 'validation_failed', message, cause });
};

type Body = { readonly text: string | undefined } | Failure;

function bodyOf({ body, json }: AnyCall): Body {
  if (body !== undefined || json === undefined) return { text: body };
  try {
    return { text: JSON.stringify(json()) };
  } catch (cause) {
    return failure(notJson(cause));
  }
}

function headersOf(apiKey: string, call: AnyCall, text: string | undefined): Record<string, string> {
  const client = `postroom-client/${version}`;
  return {
    accept: call.accept ?? 'application/json',
    'x-api-key': apiKey,
    // Browsers keep their own user-agent.
    'user-agent': client,
    'x-postroom-client': client,
    ...(text === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
  };
}

const aborted = (fields: { readonly inDoubt: boolean; readonly cause: unknown }) =>
  new PostroomError({ code: 'aborted', message: 'The call was aborted.', ...fields });

/** Whatever is asked for. */
type AnyCall = Omit<Call<unknown>, 'isAnswer'> & { readonly accept?: string };

/** Makes one request, and says what came of it. */
type Attempt<Answer> = (request: HttpRequest, limits: Limits) => Promise<Result<Answer>>;

async function withRetries<Answer>(
  settings: Settings,
  call: AnyCall,
  attempt: Attempt<Answer>,
): Promise<Result<Answer>> {
  const { method, path, effect, options = {} } = call;
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
    const result = await attempt({ method, url, headers, body: body.text }, { timeoutMs, signal });
    if (result.error === null) return result;
    const { random, sleep } = settings.runtime;
    const delayMs = retryDelayMs(result.error, { tries, maxRetries, effect }, random());
    // An earlier try that may have worked is not made undone by a later refusal.
    inDoubt ||= effect !== 'none' && result.error.inDoubt;
    if (delayMs === null) return failure(result.error.with({ inDoubt }));
    await sleep(delayMs, signal);
  }
}

async function callWithRetries<Answer>(settings: Settings, call: Call<Answer>): Promise<Result<Answer>> {
  const { fetch, runtime } = settings;
  const { isAnswer } = call;
  const result = await withRetries<Answer>(settings, call, async (request, limits) =>
    readAnswer(await exchange(fetch, request, limits), { isAnswer, nowMs: runtime.now() }),
  );
  if (result.error === null || call.idempotencyKey === undefined) return result;
  return failure(result.error.with({ idempotencyKey: call.idempotencyKey }));
}

const asCsv = (call: FileCall): AnyCall => ({ ...call, method: 'GET', effect: 'none', accept: 'text/csv' });

const open =
  ({ fetch, runtime }: Settings): Attempt<Pieces> =>
  (request, limits) =>
    openCsv(fetch, request, { limits, nowMs: () => runtime.now() });

async function* piecesOf(settings: Settings, call: FileCall): Pieces {
  const { data: pieces, error } = await withRetries(settings, asCsv(call), open(settings));
  if (error === null) yield* pieces;
  else yield failure(error);
}

const fileOf = (settings: Settings, call: FileCall): Promise<Result<string>> =>
  withRetries<string>(settings, asCsv(call), async (request, limits) => {
    const { data: pieces, error } = await open(settings)(request, limits);
    if (error !== null) return failure(error);
    let file = '';
    for await (const piece of pieces) {
      if (piece.error !== null) return piece;
      file += piece.data;
    }
    return success(file);
  });

/** Puts a transport together from the client's settings. */
export function createTransport(settings: Settings): Transport {
  return {
    call: (call) => callWithRetries(settings, call),
    file: (call) => fileOf(settings, call),
    pieces: (call) => piecesOf(settings, call),
    newKey: settings.runtime.newKey,
  };
}
