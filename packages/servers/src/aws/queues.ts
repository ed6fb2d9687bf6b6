import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { MessageQueue } from '../sqs/message-queue.ts';
import {
  invalidRequest,
  noSuchQueue,
  readSqsCall,
  receivedAnswer,
  type SqsAnswer,
  sqsError,
  sqsOperations,
  sqsSuccess,
} from '../sqs/sqs-api.ts';
import { fakeArn, fakeOwner } from './owner.ts';
import { isResourcePolicy, letsServiceIn } from './resource-policy.ts';

type Queue = { readonly attributes: Record<string, string>; readonly messages: MessageQueue };

/** One call of SQS: who asks, at which address of ours, and until when an answer may wait. */
type QueueCall = {
  readonly operation: string;
  readonly input: unknown;
  readonly baseUrl: string;
  readonly stopping: AbortSignal;
};

/** The queues of the fake account. */
export type FakeQueues = {
  /** Which queue a call is about, by its ARN. */
  arnOf(input: unknown): string;
  call(call: QueueCall): Promise<SqsAnswer>;
  /** What SNS delivers for a topic; false when there is no such queue, or its policy refuses the topic. */
  deliver(queueArn: string, topicArn: string, body: string): boolean;
  /** The bodies that no receiver has deleted. */
  left(name: string): readonly string[];
  reset(): void;
};

const attributes = z.record(z.string(), z.string());
const named = z.object({ QueueName: z.string().regex(/^[\w-]{1,80}$/), Attributes: attributes.optional() });
const addressed = z.object({ QueueUrl: z.string() });
const asked = addressed.extend({ AttributeNames: z.array(z.string()).default([]) });
const settable = addressed.extend({ Attributes: attributes });
const lookEveryMs = 10;

const nameIn = (queueUrl: string) => new URL(queueUrl).pathname.split('/').pop() ?? '';
const refuse = (code: string, message: string) =>
  sqsError(400, { type: `com.amazonaws.sqs#${code}`, code, message });

/** Makes an empty account of queues. */
export function createQueues(): FakeQueues {
  const queues = new Map<string, Queue>();
  return {
    arnOf(input) {
      const name =
        named.safeParse(input).data?.QueueName ?? nameIn(addressed.safeParse(input).data?.QueueUrl ?? 'x:/');
      return fakeArn('sqs', name);
    },
    async call(call) {
      try {
        return await answer(queues, call);
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof TypeError) return invalidRequest(error.message);
        throw error;
      }
    },
    deliver(queueArn, topicArn, body) {
      const queue = queues.get(queueArn.split(':').pop() ?? '');
      const request = {
        service: 'sns',
        action: 'sqs:SendMessage',
        resource: queueArn,
        sourceArn: topicArn,
      } as const;
      if (!letsServiceIn(queue?.attributes.Policy, { ...request, sourceAccount: fakeOwner.account }))
        return false;
      queue?.messages.send(body);
      return queue !== undefined;
    },
    left: (name) =>
      queues
        .get(name)
        ?.messages.left()
        .map(({ body }) => body) ?? [],
    reset: () => queues.clear(),
  };
}

async function answer(queues: Map<string, Queue>, call: QueueCall): Promise<SqsAnswer> {
  const { operation, input, baseUrl } = call;
  if (operation === 'CreateQueue') return create(queues, named.parse(input), baseUrl);
  if (operation === 'GetQueueUrl') {
    const { QueueName } = named.parse(input);
    return queues.has(QueueName) ? sqsSuccess({ QueueUrl: urlOf(baseUrl, QueueName) }) : noSuchQueue;
  }
  const name = nameIn(addressed.parse(input).QueueUrl);
  const queue = queues.get(name);
  if (queue === undefined) return noSuchQueue;
  if (operation === 'GetQueueAttributes') {
    const { AttributeNames } = asked.parse(input);
    const ApproximateNumberOfMessages = String(queue.messages.left().length);
    const all: Record<string, string> = {
      ...queue.attributes,
      QueueArn: fakeArn('sqs', name),
      ApproximateNumberOfMessages,
    };
    const wanted = Object.entries(all).filter(
      ([key]) => AttributeNames.includes('All') || AttributeNames.includes(key),
    );
    return sqsSuccess({ Attributes: Object.fromEntries(wanted) });
  }
  if (operation === 'SetQueueAttributes') {
    Object.assign(queue.attributes, settable.parse(input).Attributes);
    return sqsSuccess();
  }
  return use(queue, call);
}

const urlOf = (baseUrl: string, name: string) => `${baseUrl}/${fakeOwner.account}/${name}`;

function create(
  queues: Map<string, Queue>,
  { QueueName, Attributes = {} }: z.infer<typeof named>,
  baseUrl: string,
): SqsAnswer {
  if (Attributes.Policy !== undefined && !isResourcePolicy(Attributes.Policy)) {
    return refuse('InvalidAttributeValue', 'Invalid value for the parameter Policy.');
  }
  const there = queues.get(QueueName);
  const isOther = Object.entries(Attributes).some(([key, value]) => there?.attributes[key] !== value);
  if (there !== undefined && isOther) {
    return refuse(
      'QueueNameExists',
      'A queue already exists with the same name and a different value for an attribute.',
    );
  }
  if (there === undefined) {
    const defaults = { VisibilityTimeout: '30', MessageRetentionPeriod: '345600' };
    queues.set(QueueName, { attributes: { ...defaults, ...Attributes }, messages: new MessageQueue() });
  }
  return sqsSuccess({ QueueUrl: urlOf(baseUrl, QueueName) });
}

/** Receiving and deleting, as the one queue of the tests does it. */
async function use(
  { messages, attributes: own }: Queue,
  { operation, input, stopping }: QueueCall,
): Promise<SqsAnswer> {
  const known = sqsOperations.find((one) => one === operation);
  if (known === undefined) return invalidRequest(`No such action: ${operation}.`);
  const read = readSqsCall(known, input);
  if (read.kind === 'answer') return read.answer(messages);
  const untilMs = performance.now() + read.receive.waitMs;
  const hiddenMs = read.receive.hiddenMs ?? Number(own.VisibilityTimeout) * 1_000;
  for (;;) {
    const received = messages.receive(read.receive.max, hiddenMs);
    const isOver = performance.now() >= untilMs || stopping.aborted;
    if (received.length > 0 || isOver) return receivedAnswer(received, read.receive);
    await sleep(lookEveryMs);
  }
}
