import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { MessageQueue, ReceivedFromQueue } from './message-queue.ts';

/** The operations of SQS that the fake speaks. */
export const sqsOperations = ['ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch'] as const;

/** One of `sqsOperations`. */
export type SqsOperation = (typeof sqsOperations)[number];

/** An answer in SQS's AWS JSON 1.0 form; an error carries its name for the `x-amzn-query-error` header. */
export type SqsAnswer = {
  readonly status: number;
  readonly queryError: string | null;
  readonly body: Readonly<Record<string, unknown>>;
};

const queueUrl = z.string();
const receipt = z.string();

/** What SQS takes (SQS API reference, the page of each action); time in seconds. */
const receiveSchema = z.strictObject({
  QueueUrl: queueUrl,
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.int().min(0).max(20).default(0),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
});
const deleteSchema = z.strictObject({ QueueUrl: queueUrl, ReceiptHandle: receipt });
const deleteBatchSchema = z.strictObject({
  QueueUrl: queueUrl,
  Entries: z
    .array(z.strictObject({ Id: z.string().regex(/^[\w-]{1,80}$/), ReceiptHandle: receipt }))
    .min(1)
    .max(10),
});

const receiptError = {
  code: 'ReceiptHandleIsInvalid',
  message: 'The input receipt handle is not a valid receipt handle.',
};

/** 200 with that body. */
export function sqsSuccess(body: SqsAnswer['body'] = {}): SqsAnswer {
  return { status: 200, queryError: null, body };
}

/** An error as the AWS SDK reads it: the name from `__type`, the words from `message`. */
export function sqsError(
  status: number,
  { type, code, message }: { readonly type: string; readonly code: string; readonly message: string },
): SqsAnswer {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return { status, queryError: `${code};${fault}`, body: { __type: type, message } };
}

const senderError = (code: string, message: string) =>
  sqsError(400, { type: `com.amazonaws.sqs#${code}`, code, message });

/** What SQS says of a request that it does not understand. */
export const invalidRequest = (message: string) => senderError('InvalidParameterValue', message);

/** What SQS says when there is no queue of that URL. */
export const noSuchQueue = sqsError(400, {
  type: 'com.amazonaws.sqs#QueueDoesNotExist',
  code: 'AWS.SimpleQueueService.NonExistentQueue',
  message: 'The specified queue does not exist.',
});

/** One receive that was understood; time in milliseconds. */
export type ReceiveCall = {
  readonly max: number;
  /** Undefined: the queue's own. */
  readonly hiddenMs: number | undefined;
  readonly waitMs: number;
  readonly isCountWanted: boolean;
};

/** A call as it is carried out: a receive may have to wait, the others answer at once. */
export type SqsCall =
  | { readonly kind: 'receive'; readonly queueUrl: string; readonly receive: ReceiveCall }
  | {
      readonly kind: 'answer';
      readonly queueUrl: string;
      readonly answer: (queue: MessageQueue) => SqsAnswer;
    };

/** Reads the parameters of a call; throws a `ZodError` when SQS would refuse them. */
export function readSqsCall(operation: SqsOperation, input: unknown): SqsCall {
  switch (operation) {
    case 'ReceiveMessage': {
      const { QueueUrl, ...wanted } = receiveSchema.parse(input);
      return { kind: 'receive', queueUrl: QueueUrl, receive: receiveCallOf(wanted) };
    }
    case 'DeleteMessage': {
      const { QueueUrl, ReceiptHandle } = deleteSchema.parse(input);
      const { code, message } = receiptError;
      return {
        kind: 'answer',
        queueUrl: QueueUrl,
        answer: (queue) => (queue.remove(ReceiptHandle) ? sqsSuccess() : senderError(code, message)),
      };
    }
    case 'DeleteMessageBatch': {
      const { QueueUrl, Entries } = deleteBatchSchema.parse(input);
      return { kind: 'answer', queueUrl: QueueUrl, answer: (queue) => removeAll(queue, Entries) };
    }
    default: {
      const unknown: never = operation;
      throw new Error(`No such operation: ${unknown}`);
    }
  }
}

function receiveCallOf(wanted: Omit<z.output<typeof receiveSchema>, 'QueueUrl'>): ReceiveCall {
  const { MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds } = wanted;
  const names = [...wanted.AttributeNames, ...wanted.MessageSystemAttributeNames];
  return {
    max: MaxNumberOfMessages,
    hiddenMs: VisibilityTimeout === undefined ? undefined : VisibilityTimeout * 1_000,
    waitMs: WaitTimeSeconds * 1_000,
    isCountWanted: names.includes('All') || names.includes('ApproximateReceiveCount'),
  };
}

function removeAll(queue: MessageQueue, entries: z.output<typeof deleteBatchSchema>['Entries']): SqsAnswer {
  const outcomes = entries.map(({ Id, ReceiptHandle }) => ({ Id, isKnown: queue.remove(ReceiptHandle) }));
  const { code, message } = receiptError;
  return sqsSuccess({
    Successful: outcomes.filter(({ isKnown }) => isKnown).map(({ Id }) => ({ Id })),
    Failed: outcomes
      .filter(({ isKnown }) => !isKnown)
      .map(({ Id }) => ({ Id, SenderFault: true, Code: code, Message: message })),
  });
}

/** The answer to a receive; an empty queue is answered without a list. */
export function receivedAnswer(
  messages: readonly ReceivedFromQueue[],
  { isCountWanted }: ReceiveCall,
): SqsAnswer {
  if (messages.length === 0) return sqsSuccess();
  return sqsSuccess({
    Messages: messages.map(({ id, body, receipt: ReceiptHandle, receives }) => ({
      MessageId: id,
      ReceiptHandle,
      MD5OfBody: createHash('md5').update(body, 'utf8').digest('hex'),
      Body: body,
      ...(isCountWanted ? { Attributes: { ApproximateReceiveCount: String(receives) } } : {}),
    })),
  });
}
