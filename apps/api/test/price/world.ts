import { connect } from 'node:net';
import { freePort } from '@postroom/servers';
import {
  createTestDatabase,
  maxTurnMs,
  measuredEnv,
  type Stack,
  startStack,
  type TestDatabase,
  type Turns,
  takeFloorMs,
  takeTurns,
} from '@postroom/testkit';

/** One request as it goes over the wire. */
export type Ask = {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of earlier requests that this one answers back, such as a template's. */
  readonly storedBytes?: number;
};

/** What one request came to. */
export type Price = Turns & {
  readonly status: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
};

/** An API of its own process, with a probe in it, and resources to ask for. */
export type World = {
  readonly templateId: string;
  readonly senderProfileId: string;
  readonly groupId: string;
  readonly profileId: string;
  readonly apiUrl: string;
  readonly key: string;
  /** Does something to it, and answers what that cost the process. */
  costOf(act: () => Promise<unknown>): Promise<Turns>;
  /**
   * Does what has a cost again, once at most, while its turns are too long, and answers the last cost with the most that a
   * turn may take, in ms of CPU time: 200, or on cores that are shared with other work one and a half times what decoding
   * and parsing the largest body takes there. What the code does costs as much each time; what others do to it does not.
   */
  leastOf<Done extends Turns>(
    turnOf: (cost: Done) => number,
    act: () => Promise<Done>,
  ): Promise<{ readonly cost: Done; readonly maxTurnMs: number }>;
  /** Asks, and answers what it cost the process. */
  price(ask: Ask): Promise<Price>;
  /** Posts JSON and answers the id of what was made. */
  make(path: string, body: unknown): Promise<string>;
  stop(): Promise<void>;
};

/** Sends one request on a connection of its own and counts what comes back; half a minute without an end is an error. */
function exchange(port: number, head: string, body: Buffer): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let bytes = 0;
    let first = '';
    socket.on('data', (chunk: Buffer) => {
      if (first.length < 20) first += chunk.toString('latin1', 0, 20);
      bytes += chunk.length;
    });
    // A refusal may end the connection while the rest is still being written.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
      if (status === 0) reject(new Error(`no answer to ${head.slice(0, 80)}`));
      else resolve({ status, bytes });
    });
    socket.write(head);
    socket.write(body);
  });
}

async function costOf<Outcome>(
  probePort: number,
  act: () => Promise<Outcome>,
): Promise<Turns & { readonly outcome: Outcome }> {
  await takeTurns(probePort);
  const outcome = await act();
  return { outcome, ...(await takeTurns(probePort)) };
}

async function priceOf(stack: Stack, probePort: number, ask: Ask): Promise<Price> {
  const body = Buffer.from(ask.body ?? '');
  const fields = {
    host: 'localhost',
    connection: 'close',
    'x-api-key': stack.key,
    authorization: `Bearer ${stack.key}`,
    'x-postmark-server-token': stack.key,
    ...(ask.body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(body.length) }),
    ...ask.headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${ask.method} ${ask.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const port = Number(new URL(stack.apiUrl).port);
  const { outcome, ...cost } = await costOf(probePort, () => exchange(port, head, body));
  return {
    ...cost,
    status: outcome.status,
    requestBytes: head.length + body.length + (ask.storedBytes ?? 0),
    answerBytes: outcome.bytes,
  };
}

const tries = 2;

async function leastOf<Done extends Turns>(
  probePort: number,
  turnOf: (cost: Done) => number,
  act: () => Promise<Done>,
): Promise<{ readonly cost: Done; readonly maxTurnMs: number }> {
  for (let tried = 1; ; tried += 1) {
    const cost = await act();
    const mostMs = await maxTurnMs(turnOf(cost), () => takeFloorMs(probePort));
    if (turnOf(cost) < mostMs || tried === tries) return { cost, maxTurnMs: mostMs };
  }
}

/** Starts an API without workers, as it is shipped, and makes one resource of each kind. */
export async function startWorld(): Promise<World> {
  const database: TestDatabase = await createTestDatabase();
  const probePort = await freePort();
  const stack = await startStack({
    databaseUrl: database.url,
    workers: 0,
    apiEnv: { ...measuredEnv(probePort), LOG_LEVEL: 'error' },
  });
  const make = async (path: string, body: unknown): Promise<string> => {
    const answer = await stack.client.post(path, body);
    const made = answer.body;
    if (typeof made === 'object' && made !== null && 'id' in made && typeof made.id === 'string')
      return made.id;
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(made).slice(0, 500)}`);
  };
  const senderProfileId = await make('/sender-profiles', { name: 'Acme', fromEmail: 'a@acme.test' });
  return {
    senderProfileId,
    templateId: await make('/templates', { name: 'T', subject: 's', html: '<p>t</p>', senderProfileId }),
    groupId: await make('/subscription-groups', { name: 'News', type: 'OptOut' }),
    profileId: await make('/profiles', { email: 'p@example.com' }),
    apiUrl: stack.apiUrl,
    key: stack.key,
    costOf: (act) => costOf(probePort, act),
    leastOf: (turnOf, act) => leastOf(probePort, turnOf, act),
    price: (ask) => priceOf(stack, probePort, ask),
    make,
    stop: async () => {
      await stack.stop();
      await database.drop();
    },
  };
}
