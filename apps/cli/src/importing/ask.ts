import { callPatiently, fetchText, type TextAnswer } from '../call-patiently.ts';
import { Problem, reasonOf } from '../problem.ts';
import { MissingProblem } from './read-each.ts';
import type { Ask } from './source.ts';

/** How long an answer may take with its body, and how long one waits before the next try at most. */
type Patience = { readonly answerMs: number; readonly longestWaitSeconds: number };

/** A list of a million addresses comes in one answer. */
const usual: Patience = { answerMs: 120_000, longestWaitSeconds: 60 };

type Address = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** Asking changes nothing, so that whatever may pass is asked again. */
const isLater = (answer: TextAnswer | Error) =>
  answer instanceof Error || answer.status === 429 || answer.status >= 500;

/** Asks another product's API, one call at a time, and more slowly when it is told to. */
export function createAsk(
  { url, headers }: Address,
  { answerMs, longestWaitSeconds }: Patience = usual,
): Ask {
  return async (path) => {
    const call = () =>
      fetchText(`${url}${path}`, {
        headers: { ...headers, accept: 'application/json' },
        signal: AbortSignal.timeout(answerMs),
      }).catch((cause: unknown) => new Error(reasonOf(cause), { cause }));
    const answer = await callPatiently<TextAnswer | Error>(call, { isLater, longestWaitSeconds });
    if (answer instanceof Error) throw new Problem(`GET ${url}${path} was not answered: ${answer.message}`);
    if (answer.ok) return readJson(answer, path);
    const Refused = answer.status === 404 ? MissingProblem : Problem;
    throw new Refused(`GET ${path} was answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  };
}

function readJson({ text }: TextAnswer, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`GET ${path} answered no JSON.`);
  }
}
