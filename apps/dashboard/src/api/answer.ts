import type { ErrorEnvelope } from '@postroom/contracts';

/** What went wrong, in the API's words; `details` are those of its envelope. */
export type Failure = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** An answer of the API, or what went wrong. */
export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Something went wrong that the API has said nothing of. */
export const failed = (code: string, message: string, status = 0) =>
  ({ kind: 'failed', failure: { status, code, message, details: {} } }) as const;

/** What the API refused, as it says it. */
async function refusalOf(response: Response) {
  const envelope: Partial<ErrorEnvelope> = (await response.json().catch(() => null)) ?? {};
  const { status } = response;
  const { error = 'unknown', message = `The API answered ${status}.`, details = {} } = envelope;
  return { kind: 'failed', failure: { status, code: error, message, details } } as const;
}

/** What to know of a request to make something that came to no answer; `isKeyed`: it is done once, however often it is sent. */
export const inDoubt = ({ failure }: { readonly failure: Failure }, isKeyed: boolean): Failure => ({
  ...failure,
  message: `${failure.message} ${isKeyed ? 'Try again: it is done once.' : 'It may have been done: look before you try again.'}`,
});

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** What an answer of the API holds. One that broke off, or that a proxy gave instead, is none. */
export async function readJson<Value>(response: Response): Promise<Answer<Value>> {
  if (!response.ok) return refusalOf(response);
  const value = response.status === 204 ? undefined : await response.json().catch(() => null);
  return value === undefined || isObject(value)
    ? { kind: 'ok', value }
    : failed('unreadable', 'The answer broke off, or is not the API’s.', response.status);
}

/** The CSV file that an answer of the API is; never a part of one, which might be taken for all of it. */
export async function readFile(response: Response): Promise<Answer<Blob>> {
  if (!response.ok) return refusalOf(response);
  const isOurs = response.headers.get('content-type')?.startsWith('text/csv');
  const value = isOurs ? await response.blob().catch(() => null) : null;
  return value === null
    ? failed('broken_off', 'The download broke off: nothing was saved. Try again.', response.status)
    : { kind: 'ok', value };
}
