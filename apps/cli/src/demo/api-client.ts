import { errorEnvelopeSchema } from '@postroom/contracts';
import type { z } from 'zod';
import { Problem } from '../problem.ts';

/** The public API as a client sees it; an answer that is not a success is a `Problem` with the API's words. */
export type ApiClient = {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>>;
  delete(path: string): Promise<void>;
};

const timeoutMs = 20_000;

/** Calls the API with this key; paths are below `/api/v1`. An aborted signal ends the calls in hand. */
export function createApiClient(options: {
  readonly apiUrl: string;
  readonly key: string;
  readonly signal: AbortSignal;
}): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${options.apiUrl}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': options.key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? null : JSON.parse(text);
    throw new Problem(`${method} ${path} answered ${response.status}: ${wordsOf(text)}`);
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
