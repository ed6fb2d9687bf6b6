import type { Answer, Failure } from '../api/answer.ts';
import { call } from '../api/call.ts';
import { tell } from './notice.tsx';

/** Does something at the API and says in a corner what came of it; answers whether it was done. */
export async function act<Value>(
  method: string,
  path: string,
  { json, done }: { readonly json?: unknown; readonly done: string | ((value: Value) => string) },
): Promise<Answer<Value>> {
  const answer = await call<Value>(method, path, json === undefined ? undefined : { json });
  if (answer.kind === 'failed') tell(answer.failure.message, true);
  else tell(typeof done === 'string' ? done : done(answer.value));
  return answer;
}

/** The failure of an answer, if it is one. */
export const failureOf = (answer: Answer<unknown>): Failure | null =>
  answer.kind === 'failed' ? answer.failure : null;
