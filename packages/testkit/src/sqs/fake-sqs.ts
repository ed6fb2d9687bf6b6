import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  close,
  giveSqsAnswer,
  invalidRequest,
  listen,
  MessageQueue,
  noSuchQueue,
  parseJson,
  type ReceiveCall,
  readSqsCall,
  readText,
  receivedAnswer,
  type SqsAnswer,
  type SqsOperation,
  sqsOperations,
} from '@postroom/servers';
import { ZodError } from 'zod';
import { createSqsFaults, type SqsFault, sqsFaultAnswers } from './sqs-faults.ts';

/** How the fake SQS is set up; everything may be left out. */
export type FakeSqsOptions = {
  /** How long a received message stays hidden unless a call says otherwise, in milliseconds (30 s, as in SQS). */
  readonly visibilityTimeoutMs?: number;
};

/** How a call ended: with an answer, a broken connection, or a caller who went away first. */
type Ending = { readonly outcome: string; readonly answer: SqsAnswer | 'reset' | 'gone' };

const queuePath = '/123456789012/postroom-events';
const subscriptionPath = '/subscription';
const maxBodyBytes = 2 * 1024 * 1024;
const lookEveryMs = 10;

/** Starts a fake SQS on 127.0.0.1 with one empty queue. */
export async function startFakeSqs(options: FakeSqsOptions = {}): Promise<FakeSqs> {
  const fake = new FakeSqs(options);
  await fake.listen();
  return fake;
}

/** Amazon SQS as far as Postroom uses it: one standard queue, spoken to in AWS JSON 1.0. */
export class FakeSqs {
  readonly faults = createSqsFaults();
  /** The queue's URL as AWS would give it; only its path counts here. */
  readonly queueUrl = `https://sqs.us-east-1.amazonaws.com${queuePath}`;
  readonly queue = new MessageQueue();
  readonly #server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  readonly #visibilityTimeoutMs: number;
  readonly #outcomes: Record<SqsOperation, Record<string, number>> = {
    ReceiveMessage: {},
    DeleteMessage: {},
    DeleteMessageBatch: {},
  };
  #port = 0;
  #waiting = 0;

  constructor({ visibilityTimeoutMs = 30_000 }: FakeSqsOptions) {
    this.#visibilityTimeoutMs = visibilityTimeoutMs;
    this.#server.on('request', (request, response) => {
      // Only a caller who went away makes it reject.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** The endpoint to give to the AWS client. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What is posted there becomes a message as it is, as SNS does for a queue that is subscribed to a topic. */
  get subscriptionUrl(): string {
    return `${this.url}${subscriptionPath}`;
  }

  /** How many receives are held open. */
  waiting(): number {
    return this.#waiting;
  }

  /** How often each operation ended how: `ReceiveMessage` -> `answered`, `gone` or a fault's kind. */
  outcomes() {
    return this.#outcomes;
  }

  async listen(): Promise<void> {
    this.#port = await listen(this.#server);
  }

  /** Ends every call; may be called again. */
  stop(): Promise<void> {
    return close(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request, maxBodyBytes);
    if (request.url === subscriptionPath) {
      this.queue.send(text);
      response.writeHead(200).end();
      return;
    }
    const target = request.headers['x-amz-target'];
    const operation = sqsOperations.find((name) => target === `AmazonSQS.${name}`);
    if (operation === undefined) return giveSqsAnswer(response, invalidRequest(`No such action: ${target}.`));
    const { outcome, answer } = await this.#call(operation, parseJson(text), response);
    const counts = this.#outcomes[operation];
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (answer === 'reset') response.socket?.resetAndDestroy();
    else if (answer !== 'gone') giveSqsAnswer(response, answer);
  }

  async #call(operation: SqsOperation, input: unknown, response: ServerResponse): Promise<Ending> {
    const call = understand(operation, input);
    if ('status' in call) return { outcome: 'refused', answer: call };
    if (call.kind === 'receive') return this.#receive(call.receive, response);
    const fault = this.faults.strike(operation);
    if (fault !== null) return struck(fault);
    return { outcome: 'answered', answer: call.answer(this.queue) };
  }

  async #receive(call: ReceiveCall, response: ServerResponse): Promise<Ending> {
    const untilMs = performance.now() + call.waitMs;
    this.#waiting += 1;
    try {
      // A caller who is gone takes no messages with it.
      while (!response.destroyed) {
        const fault = this.faults.strike('ReceiveMessage');
        if (fault !== null) return struck(fault);
        const messages = this.queue.receive(call.max, call.hiddenMs ?? this.#visibilityTimeoutMs);
        if (messages.length > 0 || performance.now() >= untilMs) {
          return { outcome: 'answered', answer: receivedAnswer(messages, call) };
        }
        await sleep(lookEveryMs);
      }
      return { outcome: 'gone', answer: 'gone' };
    } finally {
      this.#waiting -= 1;
    }
  }
}

function struck(fault: SqsFault['kind']): Ending {
  return { outcome: fault, answer: fault === 'reset' ? 'reset' : sqsFaultAnswers[fault] };
}

/** The call that was asked for, or what SQS says of it. */
function understand(operation: SqsOperation, input: unknown) {
  try {
    const call = readSqsCall(operation, input);
    return new URL(call.queueUrl).pathname === queuePath ? call : noSuchQueue;
  } catch (error) {
    if (error instanceof ZodError || error instanceof TypeError) return invalidRequest(error.message);
    throw error;
  }
}
