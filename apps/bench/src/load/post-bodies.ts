import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Where to post, and how many requests may be under way at once. */
export type PostOptions = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly atOnce: number;
};

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
export async function postBodies(
  bodies: readonly Buffer[],
  { url, headers = {}, atOnce }: PostOptions,
): Promise<readonly PostAnswer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const answers: PostAnswer[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < bodies.length; at = next++) {
      const body = bodies[at] ?? Buffer.alloc(0);
      answers[at] = await postOne(body, { url, headers, agent });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, bodies.length) }, lane));
    return answers;
  } finally {
    agent.destroy();
  }
}

type Target = Required<Pick<PostOptions, 'url' | 'headers'>> & { readonly agent: Agent };

async function postOne(body: Buffer, { url, headers, agent }: Target): Promise<PostAnswer> {
  const startedAt = performance.now();
  const outgoing = request(url, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
  });
  outgoing.end(body);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('there is no response');
  const answer = await buffer(response);
  return { status: response.statusCode ?? 0, body: answer, ms: performance.now() - startedAt };
}
