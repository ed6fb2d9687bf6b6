import { type KeyObject, X509Certificate } from 'node:crypto';
import { createGate, single } from '@postroom/core';
import { LRUCache } from 'lru-cache';

/** Where certificates come from: fetched and kept, or one that is pinned. */
export type CertificateStoreOptions = {
  readonly fetch: typeof globalThis.fetch;
  /** With this certificate (PEM) given, nothing is ever fetched. */
  readonly pinnedPem?: string | undefined;
  /** How many certificates are kept of those that have verified a message, and of the others; the one least in use goes first. */
  readonly max: number;
  readonly timeoutMs?: number | undefined;
  readonly monotonicMs?: (() => number) | undefined;
};

/** The keys that messages of SNS are checked with, by their certificates' URLs. */
export type CertificateStore = {
  /** The public key; rejects when it cannot be fetched just now, or is not there. The caller has checked the URL's host. */
  keyOf(url: string): Promise<KeyObject>;
  /** It has verified a message: no other certificate takes its place, however many are asked for. */
  believe(url: string): void;
};

const defaultTimeoutMs = 5_000;
const maxCertificateBytes = 64 * 1024;

/** Anybody may name a certificate, without a key: so many are fetched at once, and wait for it. */
const fetches = { atOnce: 4, waiting: 200, waitMs: 5_000 };

/** What is not there is not asked for again for so long, in milliseconds, and so many names of that are remembered. */
const missing = { forMs: 60_000, max: 1_000 };

/** The certificate's host has answered that it has no such certificate. */
class MissingCertificateError extends Error {}

/**
 * Makes the store of certificates. Those of SNS never change under one URL, so they are kept; a failure is not, but for the
 * answer that there is none.
 */
export function createCertificateStore(options: CertificateStoreOptions): CertificateStore {
  const { pinnedPem, max, monotonicMs = () => performance.now() } = options;
  if (pinnedPem !== undefined) {
    const pinned = new X509Certificate(pinnedPem).publicKey;
    return { keyOf: async () => pinned, believe: () => undefined };
  }
  const believed = new LRUCache<string, KeyObject>({ max });
  const fetched = new LRUCache<string, KeyObject>({ max });
  const missingUntil = new LRUCache<string, number>({ max: missing.max });
  const gate = createGate(fetches);
  const fetchAndKeep = single(async (url: string): Promise<KeyObject> => {
    try {
      const key = await gate(() => fetchKey(url, options));
      fetched.set(url, key);
      return key;
    } catch (error) {
      if (error instanceof MissingCertificateError) missingUntil.set(url, monotonicMs() + missing.forMs);
      throw error;
    }
  });
  return {
    keyOf: async (url) => {
      const known = believed.get(url) ?? fetched.get(url);
      if (known !== undefined) return known;
      if ((missingUntil.get(url) ?? 0) > monotonicMs()) throw new MissingCertificateError('There is none.');
      return fetchAndKeep(url);
    },
    believe: (url) => {
      const key = fetched.get(url);
      if (key !== undefined) believed.set(url, key);
    },
  };
}

async function fetchKey(url: string, options: CertificateStoreOptions): Promise<KeyObject> {
  if (!url.startsWith('https://')) throw new Error('A certificate is fetched over https only.');
  const response = await options.fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    const answer = `The certificate was answered with status ${response.status}.`;
    // S3, which serves them, answers 403 for what is not there.
    throw [403, 404, 410].includes(response.status) ? new MissingCertificateError(answer) : new Error(answer);
  }
  return new X509Certificate(await readBounded(response)).publicKey;
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an exception cancels the stream.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxCertificateBytes) throw new Error('The certificate is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
