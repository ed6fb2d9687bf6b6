import { errorEnvelopeSchema } from '@postroom/contracts';
import type { z } from 'zod';
import { callPatiently, fetchText, type TextAnswer } from '../call-patiently.ts';
import { Problem } from '../problem.ts';

/** The API answered, and not with a success. */
export class AnswerProblem extends Problem {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The public API as a client sees it; an answer that is not a success is an `AnswerProblem` with the API's words. */
export type ApiClient = {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>>;
  delete(path: string): Promise<void>;
};

const timeoutMs = 20_000;

/** What a call may be told to wait, at most, in seconds, and who hears of it. */
export type ApiPatience = {
  readonly longestWaitSeconds: number;
  readonly onWait?: (seconds: number) => void;
};

/** What may be done twice: the second time adds nothing, or changes what the first has made. */
const isRepeatable = (method: string, path: string) => method !== 'POST' || path === '/suppressions/import';

/**
 * Whether a call may be made again: of one that was counted out nothing was done. One that was answered 503 may have been done
 * all the same, its answer alone being lost.
 */
const isLaterOf =
  (method: string, path: string) =>
  ({ status, headers }: TextAnswer) =>
    status === 429 || (status === 503 && headers.has('retry-after') && isRepeatable(method, path));

/**
 * Calls the API with this key; paths are below `/api/v1`. Whoever has patience calls again what is told to come later, where
 * that does nothing twice; else that answer is the last. An aborted signal ends the calls in hand.
 */
export function createApiClient(options: {
  readonly apiUrl: string;
  readonly key: string;
  readonly signal: AbortSignal;
  readonly patience?: ApiPatience;
}): ApiClient {
  const { signal, patience } = options;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const once = () =>
      fetchText(`${options.apiUrl}/api/v1${path}`, {
        method,
        headers: { 'x-api-key': options.key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    const response =
      patience === undefined
        ? await once()
        : await callPatiently(once, { ...patience, isLater: isLaterOf(method, path), signal });
    const { text } = response;
    if (response.ok) return text === '' ? null : JSON.parse(text);
    throw new AnswerProblem(
      `${method} ${path} answered ${response.status}: ${wordsOf(text)}`,
      response.status,
    );
  };
  return {
    get: async (path, schema) => schema.parse(await call('GET', path)),
    post: async (path, body, schema) => schema.parse(await call('POST', path, body)),
    delete: async (path) => void (await call('DELETE', path)),
  };
}

function wordsOf(text: string): string {
  try {
    const { error, message } = errorEnvelopeSchema.parse(JSON.parse(text));
    return `${error}, ${message}`;
  } catch {
    return text.slice(0, 200);
  }
}
