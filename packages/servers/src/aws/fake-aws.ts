import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson, readText } from '../ses/http-io.ts';
import type { SesRights } from '../ses/rights.ts';
import { giveSqsAnswer } from '../sqs/sqs-answer.ts';
import { type SqsAnswer, sqsError } from '../sqs/sqs-api.ts';
import { createPeople, type FakePeople } from './people.ts';
import { giveQueryAnswer, type QueryAnswer, queryDenied } from './query-protocol.ts';
import { createQueues, type FakeQueues } from './queues.ts';
import { createTopics, type FakeTopics } from './topics.ts';

/** What stands beside SES in the fake account: SNS, SQS, and as much of STS and IAM as a set-up asks. */
export type FakeAws = {
  readonly topics: Pick<FakeTopics, 'publish'>;
  readonly queues: Pick<FakeQueues, 'left' | 'deliver'>;
  /** Answers a call of one of them, or says with false that it is none. */
  readonly route: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;
  reset(): void;
};

/** What the services work on. */
export type FakeAwsDeps = {
  readonly rights: Pick<SesRights, 'allow'>;
  /** Hears how each call ended: `accepted`, or an error's name. */
  readonly onOutcome: (operation: string, outcome: string) => void;
  readonly stopping: AbortSignal;
};

const maxBodyBytes = 2 * 1024 * 1024;

/** The service that a request is signed for. */
const serviceOf = (authorization = '') =>
  /Credential=[^/]+\/\d+\/[^/]+\/(sns|sts|iam)\//.exec(authorization)?.[1];

/** Makes the services of an empty account; all of them answer at `/`, as at their own endpoints. */
export function createFakeAws(deps: FakeAwsDeps): FakeAws {
  const queues = createQueues();
  const parts = { queues, topics: createTopics(queues), people: createPeople() };
  return {
    topics: parts.topics,
    queues,
    route: async (request, response, url) => {
      if (request.method !== 'POST' || url.pathname !== '/') return false;
      const [, operation] = /^AmazonSQS\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? '')) ?? [];
      const service = serviceOf(request.headers.authorization);
      if (operation === undefined && service === undefined) return false;
      const text = await readText(request, maxBodyBytes);
      if (operation === undefined) {
        const params = new URLSearchParams(text);
        giveQueryAnswer(response, params.get('Action') ?? '', askQuery(parts, deps, { service, params }));
        return true;
      }
      const answer = await askQueues(queues, deps, { operation, text, host: request.headers.host ?? '' });
      deps.onOutcome(operation, answer.queryError?.split(';')[0] ?? 'accepted');
      giveSqsAnswer(response, answer);
      return true;
    },
    reset: () => {
      for (const part of Object.values(parts)) part.reset();
    },
  };
}

/** One call of SQS, in AWS JSON. */
async function askQueues(
  queues: FakeQueues,
  { rights, stopping }: FakeAwsDeps,
  { operation, text, host }: { readonly operation: string; readonly text: string; readonly host: string },
): Promise<SqsAnswer> {
  const input = parseJson(text);
  const resource = queues.arnOf(input);
  const action = `sqs:${operation.replace(/Batch$/, '')}`;
  if (!rights.allow(action, resource)) return sqsDenied(action, resource);
  return queues.call({ operation, input, baseUrl: `http://${host}`, stopping });
}

/** One call of a service that speaks the query protocol. */
function askQuery(
  { topics, people }: { readonly topics: FakeTopics; readonly people: FakePeople },
  { rights, onOutcome }: FakeAwsDeps,
  { service = '', params }: { readonly service?: string | undefined; readonly params: URLSearchParams },
): QueryAnswer {
  const action = params.get('Action') ?? '';
  const part = service === 'sns' ? topics : people;
  // Nobody needs a right to ask who they are; a subscription is no resource of IAM's.
  const isFree = action === 'GetCallerIdentity';
  const resource = action === 'GetSubscriptionAttributes' ? '*' : part.arnOf(params);
  const isAllowed = isFree || rights.allow(`${service}:${action}`, resource);
  const code = service === 'sns' ? 'AuthorizationError' : 'AccessDenied';
  const answer = isAllowed
    ? part.call(action, params)
    : queryDenied(code, `${service.toUpperCase()}:${action}`, resource);
  onOutcome(action, answer.kind === 'error' ? answer.code : 'accepted');
  return answer;
}

/** As SQS writes it: the action in small letters. */
const sqsDenied = (action: string, resource: string) =>
  sqsError(403, {
    type: 'com.amazon.coral.service#AccessDeniedException',
    code: 'AccessDenied',
    message: `User is not authorized to perform: ${action.toLowerCase()} on resource: ${resource} because no identity-based policy allows it`,
  });
