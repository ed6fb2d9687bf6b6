import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { toEndpoint } from '../aws/endpoint.ts';
import { hostSuffixes } from '../aws/partition.ts';

/** Settings of one queue. */
export type EventQueueOptions = {
  readonly queueUrl: string;
  /** The region of a queue whose URL does not name one. */
  readonly region: string;
  /** Another SQS endpoint than the one in the queue's URL. */
  readonly endpoint?: string | undefined;
  /** How long SQS may keep a call open while the queue is empty; 20 s, the most that SQS offers, unless told. */
  readonly waitSeconds?: number | undefined;
  /** How long what was received is hidden from others; as long as the queue says, unless told. */
  readonly hiddenSeconds?: number | undefined;
  /** Absent: the usual AWS chain. */
  readonly credentials?: SQSClientConfig['credentials'] | undefined;
};

/** One message as SQS delivered it; the receipt is good for as long as the message is hidden. */
export type QueuedMessage = {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  /** How often SQS has delivered it, this time included. */
  readonly deliveries: number;
};

/** An SQS queue, taken from in batches. SQS may deliver a message more than once, and in any order. */
export type EventQueue = {
  /** Waits for messages, at most 10 at a time; none is a normal answer. Rejects when SQS cannot be asked. */
  readonly receive: (signal: AbortSignal) => Promise<readonly QueuedMessage[]>;
  /** Takes messages off the queue; answers how many SQS kept, which it delivers again. Rejects when SQS cannot be asked. */
  readonly remove: (messages: readonly QueuedMessage[]) => Promise<number>;
  readonly close: () => void;
};

const maxMessages = 10;

/** Waiting for messages is the longest call: beyond that by so much, SQS does not answer. In milliseconds. */
const answerMs = 10_000;
const connectTimeoutMs = 3_000;

const regionInHost = /^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.([a-z0-9.-]+)$/;

/** The region that a queue's URL names, of either form that AWS has used; null: none. */
export function regionOfQueue(queueUrl: string): string | null {
  const [, region, legacyRegion, suffix = ''] = regionInHost.exec(new URL(queueUrl).hostname) ?? [];
  return hostSuffixes.includes(suffix) ? (region ?? legacyRegion ?? null) : null;
}

/** Opens a queue; nothing is asked of SQS before the first `receive`. */
export function openEventQueue(options: EventQueueOptions): EventQueue {
  const { queueUrl, region, endpoint, waitSeconds = 20, hiddenSeconds, credentials } = options;
  const client = new SQSClient({
    region: regionOfQueue(queueUrl) ?? region,
    ...toEndpoint(endpoint ?? new URL(queueUrl).origin),
    ...(credentials === undefined ? {} : { credentials }),
    // The connection guards what it carries; one bad checksum would spoil a whole batch.
    md5: false,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: waitSeconds * 1_000 + answerMs,
      // Without it the time-out is only a warning.
      throwOnRequestTimeout: true,
    },
  });
  return {
    receive: async (abortSignal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: hiddenSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const { Messages = [] } = await client.send(command, { abortSignal });
      return Messages.flatMap(({ MessageId: id, ReceiptHandle: receipt, Body: body, Attributes }) => {
        if (id === undefined || receipt === undefined) return [];
        return [
          { id, receipt, body: body ?? '', deliveries: Number(Attributes?.ApproximateReceiveCount ?? 1) },
        ];
      });
    },
    remove: async (messages) => {
      if (messages.length === 0) return 0;
      const Entries = messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
      const { Failed = [] } = await client.send(
        new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
      );
      return Failed.length;
    },
    close: () => client.destroy(),
  };
}
