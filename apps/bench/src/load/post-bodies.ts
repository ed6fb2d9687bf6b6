import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

type LoadOptions = {
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests may be under way at once. */
  readonly atOnce: number;
};

/** Where to post, and how many requests may be under way at once. */
export type PostOptions = LoadOptions & { readonly url: string };

/** The batch route of an API and the key that it is asked with, as `postBodies` needs them. */
export const batchesOf = ({ apiUrl, key }: { readonly apiUrl: string; readonly key: string }) => ({
  url: `${apiUrl}/api/v1/emails/batch`,
  headers: { 'x-api-key': key },
});

/** One request's answer and how long it took, in milliseconds from the request to the last byte. */
export type PostAnswer = { readonly status: number; readonly body: Buffer; readonly ms: number };

/**
 * Posts JSON bodies over keep-alive connections and resolves with the answers in order. It parses nothing, so
 * that the load takes little of the CPU that the measured process could use.
 */
export const postBodies = (
  bodies: readonly Buffer[],
  { url, ...options }: PostOptions,
): Promise<readonly PostAnswer[]> =>
  askAll(
    bodies.map((body) => ({ url, body })),
    options,
  );

/** Follows links, as `postBodies` posts, and does not go where they lead. */
export const followLinks = (urls: readonly string[], options: LoadOptions): Promise<readonly PostAnswer[]> =>
  askAll(
    urls.map((url) => ({ url, body: null })),
    options,
  );

/** One request; without a body it is a GET. */
type Asked = { readonly url: string; readonly body: Buffer | null };

async function askAll(
  asked: readonly Asked[],
  { headers = {}, atOnce }: LoadOptions,
): Promise<readonly PostAnswer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const answers: PostAnswer[] = [];
  let next = 0;
  const lane = async () => {
    for (let one = asked[next++]; one !== undefined; one = asked[next++]) {
      const at = next - 1;
      answers[at] = await askOne(one, { headers, agent });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, asked.length) }, lane));
    return answers;
  } finally {
    agent.destroy();
  }
}

type Way = Required<Pick<LoadOptions, 'headers'>> & { readonly agent: Agent };

async function askOne({ url, body }: Asked, { headers, agent }: Way): Promise<PostAnswer> {
  const startedAt = performance.now();
  const ofBody = body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  const method = body === null ? 'GET' : 'POST';
  const outgoing = request(url, { method, agent, headers: { ...ofBody, ...headers } });
  outgoing.end(body ?? undefined);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('there is no response');
  const answer = await buffer(response);
  return { status: response.statusCode ?? 0, body: answer, ms: performance.now() - startedAt };
}
