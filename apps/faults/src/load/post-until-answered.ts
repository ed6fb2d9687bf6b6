import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@postroom/servers';
import type { ClientRequest } from '../nouns/client-log.ts';

/** One try of a request: its answer, or why there was none. */
export type Reply = ClientRequest & { readonly body: unknown; readonly reason: string };

export type CallerOptions = {
  /** The APIs, of which another is tried after each failure. */
  readonly urls: readonly string[];
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Hears of every try as it begins. */
  readonly onAsk?: () => void;
  /** Hears of every try. */
  readonly onReply: (reply: Reply) => void;
};

type Call = {
  /** `POST` unless told. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Makes calls the way a good client does: again and again until the answer is definite. */
export type Caller = (call: Call, onTry: (reply: Reply) => void) => Promise<void>;

const timeoutMs = 15_000;
const backOff = { baseMs: 100, maxMs: 2_000 } as const;
const maxRetryAfterMs = 5_000;

/** What says neither yes nor no: 408, 425, 429 and everything from 500. */
const isDefiniteStatus = (status: number) => status < 500 && ![408, 425, 429].includes(status);

async function tryOnce(url: string, call: Call, signal: AbortSignal): Promise<Reply & { waitMs: number }> {
  const atMs = Date.now();
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  try {
    const response = await fetch(`${url}/api/v1${call.path}`, {
      method: call.method ?? 'POST',
      headers: {
        'x-api-key': call.key,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    const ms = elapsed();
    const waitMs = Math.min(maxRetryAfterMs, Number(response.headers.get('retry-after') ?? 0) * 1_000);
    const { status } = response;
    return { atMs, ms, status, body: JSON.parse(text), reason: `status ${status}`, waitMs };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'no answer';
    return { atMs, ms: elapsed(), status: null, body: null, reason, waitMs: 0 };
  }
}

/** Makes a caller; once it is aborted, calls end without an answer. */
export function createCaller({ urls, random, signal, onAsk, onReply }: CallerOptions): Caller {
  let turn = 0;
  return async (call, onTry) => {
    for (let tries = 1; !signal.aborted; tries += 1) {
      turn += 1;
      onAsk?.();
      const reply = await tryOnce(urls[turn % urls.length] ?? '', call, signal);
      if (signal.aborted) return;
      onReply(reply);
      onTry(reply);
      if (reply.status !== null && isDefiniteStatus(reply.status)) return;
      const backOffMs = Math.min(backOff.maxMs, backOff.baseMs * 2 ** (tries - 1)) * (0.5 + random() / 2);
      await sleep(Math.max(reply.waitMs, backOffMs), undefined, { signal }).catch(() => undefined);
    }
  };
}
