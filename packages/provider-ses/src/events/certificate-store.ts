import { type KeyObject, X509Certificate } from 'node:crypto';

/** Where certificates come from: fetched and kept, or one that is pinned. */
export type CertificateStoreOptions = {
  readonly fetch: typeof globalThis.fetch;
  /** With this certificate (PEM) given, nothing is ever fetched. */
  readonly pinnedPem?: string | undefined;
  /** How many certificates are kept; the oldest goes first. */
  readonly max: number;
  readonly timeoutMs?: number | undefined;
};

const defaultTimeoutMs = 5_000;
const maxCertificateBytes = 64 * 1024;

/**
 * Makes the function that turns a certificate's URL into its public key. Certificates of SNS never
 * change under one URL, so they are kept; a failure is not. The caller has checked the URL's host.
 */
export function createCertificateStore(
  options: CertificateStoreOptions,
): (url: string) => Promise<KeyObject> {
  const { pinnedPem, max } = options;
  if (pinnedPem !== undefined) {
    const pinned = new X509Certificate(pinnedPem).publicKey;
    return async () => pinned;
  }
  const kept = new Map<string, Promise<KeyObject>>();
  return (url) => {
    const known = kept.get(url);
    if (known !== undefined) return known;
    const key = fetchKey(url, options);
    kept.set(url, key);
    key.catch(() => kept.delete(url));
    for (const oldest of kept.keys()) {
      if (kept.size <= max) break;
      kept.delete(oldest);
    }
    return key;
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
    throw new Error(`The certificate was answered with status ${response.status}.`);
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
