import { Agent, type IncomingMessage, request } from 'node:http';

/** Where to post, and how many requests may be under way at once. */
export type PostOptions = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly atOnce: number;
};

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

type Target = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
};

function postOne(body: Buffer, { url, headers, agent }: Target): Promise<PostAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const ms = performance.now() - startedAt;
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), ms });
      });
    });
    outgoing.end(body);
  });
}
