/** One HTTP request as `fetch` gets it. */
export type FetchInit = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly redirect: 'manual';
};

/** Reads a body piece by piece, as the reader of a `ReadableStream` does. */
export type BodyReader = {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
};

/** What is read of an answer. */
export type FetchAnswer = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** What long files are read from; without it they are read as a whole. */
  readonly body?: { getReader(): BodyReader } | null | undefined;
  text(): Promise<string>;
};

/** The part of the standard `fetch` that is used here. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** Where time and chance come from. */
export type Runtime = {
  /** Resolves after so many milliseconds, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
  newKey(): string;
};

/** The real clock and the real dice. */
export const systemRuntime: Runtime = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
  random: () => Math.random(),
  now: () => Date.now(),
  newKey: () => globalThis.crypto.randomUUID(),
};
