import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { HostAnswer } from '@postroom/core';
import { PrivateAddressError } from './public-address.ts';

/** The longest that a host is waited for, from its name to its last byte, in milliseconds. */
const timeoutMs = 5_000;

/** More than a proof has, in bytes. */
const maxBytes = 1_024;

export type AskHostOptions = {
  /** Finds the addresses of the name, and refuses those that are not to be reached. */
  readonly lookup: LookupFunction;
  /** Authorities that are trusted instead of the system's. */
  readonly ca?: string | undefined;
};

const failed = (problem: string): HostAnswer => ({ kind: 'failed', problem });

function fieldsOf(error: unknown): { readonly code: string; readonly name: string } {
  if (typeof error !== 'object' || error === null) return { code: '', name: '' };
  const code = 'code' in error ? String(error.code) : '';
  return { code, name: 'name' in error ? String(error.name) : '' };
}

/** Says what went wrong in words of our own: whoever asks learns nothing of a network that is not theirs. */
function problemOf(error: unknown): string {
  if (error instanceof PrivateAddressError) return 'Its name leads to a private address.';
  const { code, name } = fieldsOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA')
    return 'Its name cannot be resolved.';
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `It did not answer within ${timeoutMs / 1_000} seconds.`;
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return 'Its TLS certificate is not valid for it.';
  return 'It cannot be connected to over https.';
}

async function readBounded(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('latin1')) {
    text += String(chunk);
    if (text.length > maxBytes) break;
  }
  return text.slice(0, maxBytes);
}

async function answerOf(response: IncomingMessage): Promise<HostAnswer> {
  const { statusCode = 0 } = response;
  if (statusCode >= 300 && statusCode < 400) return failed('It redirects: it has to answer itself.');
  if (statusCode !== 200) return failed(`It answers ${statusCode}.`);
  return { kind: 'answered', text: await readBounded(response) };
}

/** Fetches a page of a host that a client named: over https, without following anywhere, in bounded time and memory. */
export function createAskHost({ lookup, ca }: AskHostOptions): (url: string) => Promise<HostAnswer> {
  return async (url) => {
    // A lookup is not asked for the addresses of an address.
    if (isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) !== 0)
      return failed('It has to be named by its domain.');
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(url, {
      agent: false,
      lookup,
      signal,
      headers: { accept: 'text/plain', 'user-agent': 'Postroom' },
      ...(ca === undefined ? {} : { ca }),
    });
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once('response', resolve).on('error', reject);
        // It asked for another protocol: Node tells of no response then, and of no error.
        outgoing.once('close', () => reject(new Error('it closed the connection')));
        outgoing.end();
      });
      return await answerOf(response);
    } catch (error) {
      return failed(problemOf(signal.aborted ? signal.reason : error));
    } finally {
      outgoing.destroy();
    }
  };
}
