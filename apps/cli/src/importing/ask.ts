import { setTimeout as pause } from 'node:timers/promises';
import { Problem, reasonOf } from '../problem.ts';
import type { Ask } from './source.ts';

/** How often a call is made that is told to come later, or is not answered. */
const tries = 6;
/** No longer is waited before one of them, whatever the other side says, in seconds. */
const longestWaitSeconds = 60;
const answerMs = 30_000;
/** More than any page of theirs. */
const maxBytes = 64 * 1024 * 1024;

const waitSecondsOf = (response: Response | null, turn: number): number => {
  const told = Number(response?.headers.get('retry-after') ?? Number.NaN);
  return Math.min(longestWaitSeconds, Number.isFinite(told) && told >= 0 ? told : turn);
};

type Address = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** Asks another product's API, one call at a time, and more slowly when it is told to. */
export function createAsk({ url, headers }: Address): Ask {
  return async (path) => {
    for (let turn = 1; ; turn += 1) {
      const response = await fetch(`${url}${path}`, {
        headers: { ...headers, accept: 'application/json' },
        signal: AbortSignal.timeout(answerMs),
      }).catch((error: unknown) => {
        if (turn === tries) throw new Problem(`GET ${url}${path} was not answered: ${reasonOf(error)}`);
        return null;
      });
      if (response?.ok === true) return readJson(response, path);
      const isLater = response === null || response.status === 429 || response.status >= 500;
      if (!isLater || turn === tries) {
        const words = (await response?.text())?.slice(0, 300) ?? '';
        throw new Problem(`GET ${path} was answered ${response?.status}: ${words}`);
      }
      await response?.body?.cancel();
      await pause(waitSecondsOf(response, turn) * 1_000);
    }
  };
}

async function readJson(response: Response, path: string): Promise<unknown> {
  const text = await response.text();
  if (text.length > maxBytes) throw new Problem(`GET ${path} answered more than can be read.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`GET ${path} answered no JSON.`);
  }
}
