import { setTimeout as sleep } from 'node:timers/promises';
import type { SESv2Client, SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { toEndpoint } from '../aws/endpoint.ts';
import { createSesClient, type SesClient } from '../client/ses-client.ts';
import { type EventQueue, openEventQueue } from '../queue/event-queue.ts';
import { type AwsCall, AwsCallError } from './aws-call-error.ts';
import { createQueryService, type QueryServiceName, textIn } from './query-service.ts';

/** Where an account is reached; what is left out is Amazon's. */
export type AwsAccountOptions = {
  readonly region: string;
  readonly endpoints: Readonly<Partial<Record<'sesv2' | 'sqs' | QueryServiceName, string>>>;
  /** Absent: the usual AWS chain. */
  readonly credentials?: SESv2ClientConfig['credentials'] | undefined;
  /** The profile of the shared files that has them, which may be a role; absent: as above. */
  readonly profile?: string | undefined;
};

/** Whose credentials they are. */
type Caller = { readonly arn: string; readonly account: string; readonly partition: string };

/** The services that a set-up asks. A call that is not answered as it should be rejects with an `AwsCallError`. */
export type AwsAccount = {
  readonly region: string;
  readonly sesClient: SesClient;
  readonly ses: <Input extends object, Output>(
    call: AwsCall,
    input: Input,
    run: (sdk: SESv2Client, input: Input) => Promise<Output>,
  ) => Promise<Output>;
  readonly sqs: <Output>(call: AwsCall, run: (sdk: SQSClient) => Promise<Output>) => Promise<Output>;
  /** Answers XML; the action's name is that of the service's API as well. */
  readonly query: (call: AwsCall, params: Readonly<Record<string, string>>) => Promise<string>;
  /** Opens a queue as workers do, but for how long a call waits, and hides what it takes; `resource` is its ARN. */
  readonly openQueue: (queueUrl: string, resource: string, hiddenSeconds: number) => EventQueue;
  /** Who asks. It needs no right. */
  readonly caller: () => Promise<Caller>;
  readonly close: () => void;
};

const timeoutMs = 15_000;

/** Short, so that a proof ends in time. */
const waitSeconds = 1;

const isQueryService = (name: string): name is QueryServiceName => ['sns', 'sts', 'iam'].includes(name);

/** Opens the services of an account; nothing is asked of it before the first call. */
export function openAwsAccount({ region, endpoints, credentials, profile }: AwsAccountOptions): AwsAccount {
  const sesClient = createSesClient({
    region,
    endpoint: endpoints.sesv2,
    maxSockets: 2,
    requestTimeoutMs: timeoutMs,
    connectTimeoutMs: timeoutMs,
    credentials,
    profile,
  });
  const sqs = new SQSClient({
    region,
    ...toEndpoint(endpoints.sqs),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  const query: AwsAccount['query'] = ({ action, resource }, params) => {
    const [service = '', name = ''] = action.split(':');
    if (!isQueryService(service)) throw new Error(`${service} is not asked in the query protocol.`);
    const options = { region, endpoint: endpoints[service], credentials: sqs.config.credentials };
    const ask = createQueryService(service, options);
    return patiently({ action, resource }, () => ask(name, params));
  };
  return {
    region,
    sesClient,
    ses: (call, input, run) =>
      patiently(call, async () => {
        const result = await sesClient.call(input, run);
        if (result.kind === 'answered') return result.output;
        throw result.error;
      }),
    sqs: (call, run) => patiently(call, () => run(sqs)),
    query,
    openQueue: (queueUrl, resource, hiddenSeconds) => {
      const times = { waitSeconds, hiddenSeconds };
      const queue = openEventQueue({ queueUrl, region, endpoint: endpoints.sqs, ...times, credentials });
      return {
        receive: (signal) => naming({ action: 'sqs:ReceiveMessage', resource }, queue.receive(signal)),
        remove: (messages) => naming({ action: 'sqs:DeleteMessage', resource }, queue.remove(messages)),
        close: queue.close,
      };
    },
    caller: async () => {
      const xml = await query({ action: 'sts:GetCallerIdentity', resource: '*' }, {});
      const arn = textIn(xml, 'Arn') ?? '';
      return { arn, account: textIn(xml, 'Account') ?? '', partition: arn.split(':')[1] || 'aws' };
    },
    close: () => {
      sesClient.close();
      sqs.destroy();
    },
  };
}

/** SES takes one call a second of most that set something up; the others, many more. */
const tries = 6;
const throttled = /Throttl|TooManyRequests|RequestLimitExceeded/;

/** Asks until it is not told to ask less often, with a pause that grows by a second. */
async function patiently<T>(call: AwsCall, ask: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await naming(call, ask());
    } catch (error) {
      const isThrottled = error instanceof AwsCallError && throttled.test(error.code);
      if (!isThrottled || turn === tries) throw error;
      await sleep(turn * 1_000);
    }
  }
}

function naming<T>(call: AwsCall, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new AwsCallError(call, error);
  });
}
