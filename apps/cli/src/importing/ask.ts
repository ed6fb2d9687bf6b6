import { callPatiently } from '../call-patiently.ts';
import { Problem, reasonOf } from '../problem.ts';
import type { Ask } from './source.ts';

const longestWaitSeconds = 60;
const answerMs = 30_000;
/** More than any page of theirs. */
const maxBytes = 64 * 1024 * 1024;

type Address = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** Asking changes nothing, so that whatever may pass is asked again. */
const isLater = (answer: Response | Error) =>
  answer instanceof Error || answer.status === 429 || answer.status >= 500;

/** Asks another product's API, one call at a time, and more slowly when it is told to. */
export function createAsk({ url, headers }: Address): Ask {
  return async (path) => {
    const call = () =>
      fetch(`${url}${path}`, {
        headers: { ...headers, accept: 'application/json' },
        signal: AbortSignal.timeout(answerMs),
      }).catch((cause: unknown) => new Error(reasonOf(cause), { cause }));
    const answer = await callPatiently<Response | Error>(call, { isLater, longestWaitSeconds });
    if (answer instanceof Error) throw new Problem(`GET ${url}${path} was not answered: ${answer.message}`);
    if (answer.ok) return readJson(answer, path);
    throw new Problem(`GET ${path} was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
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
