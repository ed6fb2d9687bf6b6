import { type Fetch, type Runtime, systemRuntime } from './transport/runtime.ts';

/** How a client is set up; everything has a default. */
export type PostroomOptions = {
  /** `sk_live_...` or `sk_test_...`; default: the environment's POSTROOM_API_KEY. */
  readonly apiKey?: string | undefined;
  /** Default: the environment's POSTROOM_BASE_URL, else `http://localhost:3001`. */
  readonly baseUrl?: string | undefined;
  /** How long one request may take, its answer included: 60,000 unless told. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is repeated at most, where that is safe: 4 unless told. */
  readonly maxRetries?: number | undefined;
  /** How many requests of one batch are under way at once: 4 unless told. */
  readonly concurrency?: number | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** @internal Time and chance, for tests. */
  readonly runtime?: Partial<Runtime> | undefined;
};

/** Options that were checked and completed. */
export type Settings = {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly concurrency: number;
  readonly fetch: Fetch;
  readonly runtime: Runtime;
};

/** A browser has no environment, and Deno may refuse to show it. */
function fromEnv(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}

function readApiKey(given: string | undefined): string {
  const apiKey = (given ?? fromEnv('POSTROOM_API_KEY') ?? '').trim();
  if (apiKey === '') {
    throw new TypeError(
      'An API key is needed: new Postroom("sk_..."), or POSTROOM_API_KEY in the environment.',
    );
  }
  // It would fail as a header, and again with each retry. The key itself is not shown.
  if (/[^!-~]/.test(apiKey)) throw new TypeError('The API key holds characters that no key has.');
  return apiKey;
}

function readBaseUrl(given: string | undefined): string {
  const text = given ?? fromEnv('POSTROOM_BASE_URL') ?? 'http://localhost:3001';
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new TypeError(
      `baseUrl must be a URL such as https://mail.example.com; this is ${JSON.stringify(text)}.`,
    );
  }
  return text.replace(/\/+$/, '');
}

/** Timers take no more than 31 bits and fire at once beyond. */
const maxTimeoutMs = 2 ** 31 - 1;

function readInteger(name: string, value: number, { min, max }: { min: number; max: number }): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}; this is ${value}.`);
}

/** Checks a time-out, wherever it was given. */
export const checkTimeoutMs = (value: number) =>
  readInteger('timeoutMs', value, { min: 1, max: maxTimeoutMs });

/** Checks a number of retries, wherever it was given. */
export const checkMaxRetries = (value: number) => readInteger('maxRetries', value, { min: 0, max: 100 });

/** Checks how many requests may be under way, wherever that was given. */
export const checkConcurrency = (value: number) => readInteger('concurrency', value, { min: 1, max: 100 });

/** Checks the options and fills in what was left out; throws a TypeError for what cannot work. */
export function readSettings(options: PostroomOptions): Settings {
  return {
    apiKey: readApiKey(options.apiKey),
    baseUrl: readBaseUrl(options.baseUrl),
    timeoutMs: checkTimeoutMs(options.timeoutMs ?? 60_000),
    maxRetries: checkMaxRetries(options.maxRetries ?? 4),
    concurrency: checkConcurrency(options.concurrency ?? 4),
    // Looked up at each call, so that what replaces the global one later is used; browsers want it unbound.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    runtime: { ...systemRuntime, ...options.runtime },
  };
}
