import { randomUUID } from 'node:crypto';
import { snsNotification } from '../ses/events/sns-message.ts';
import { fakeArn, fakeOwner } from './owner.ts';
import { mapOf, type QueryAnswer, queryError, xmlEntries, xmlText } from './query-protocol.ts';
import type { FakeQueues } from './queues.ts';
import { isResourcePolicy, letsServiceIn } from './resource-policy.ts';

type Subscription = {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Record<string, string>;
};

/** The topics of the fake account, and who is subscribed to them. */
export type FakeTopics = {
  /** Which topic a call is about, by its ARN. */
  arnOf(params: URLSearchParams): string;
  call(action: string, params: URLSearchParams): QueryAnswer;
  /** SES publishes for a configuration set; false when there is no such topic, or its policy refuses it. */
  publish(topicArn: string, sourceArn: string, message: string): boolean;
  reset(): void;
};

const done: QueryAnswer = { kind: 'result', xml: '' };
const noTopic = queryError(404, 'NotFound', 'Topic does not exist');
const subscriptionsOfAPage = 100;

/** Makes an account without topics, whose subscriptions lead to these queues. */
export function createTopics(queues: Pick<FakeQueues, 'deliver'>): FakeTopics {
  const topics = new Map<string, Record<string, string>>();
  const subscriptions: Subscription[] = [];
  const state = { topics, subscriptions };
  return {
    arnOf: (params) => params.get('TopicArn') ?? fakeArn('sns', params.get('Name') ?? ''),
    call(action, params) {
      if (action === 'CreateTopic') return createTopic(state, params);
      if (action === 'GetSubscriptionAttributes') {
        const found = subscriptions.find(({ arn }) => arn === params.get('SubscriptionArn'));
        if (found === undefined) return queryError(404, 'NotFound', 'Subscription does not exist');
        return { kind: 'result', xml: `<Attributes>${xmlEntries(found.attributes)}</Attributes>` };
      }
      const attributes = topics.get(params.get('TopicArn') ?? '');
      return attributes === undefined ? noTopic : callOfTopic(state, action, { params, attributes });
    },
    publish(topicArn, sourceArn, message) {
      const request = { service: 'ses', action: 'sns:Publish', resource: topicArn, sourceArn } as const;
      const policy = topics.get(topicArn)?.Policy;
      if (!letsServiceIn(policy, { ...request, sourceAccount: fakeOwner.account })) return false;
      const body = JSON.stringify(snsNotification({ topicArn }, message));
      for (const { protocol, endpoint, attributes } of subscriptions.filter(
        (one) => one.topicArn === topicArn,
      )) {
        const isRaw = attributes.RawMessageDelivery === 'true';
        if (protocol === 'sqs') queues.deliver(endpoint, topicArn, isRaw ? message : body);
      }
      return true;
    },
    reset() {
      topics.clear();
      subscriptions.length = 0;
    },
  };
}

type State = {
  readonly topics: Map<string, Record<string, string>>;
  readonly subscriptions: Subscription[];
};

function createTopic({ topics }: State, params: URLSearchParams): QueryAnswer {
  const arn = fakeArn('sns', params.get('Name') ?? '');
  const attributes = mapOf(params, 'Attributes');
  if (attributes.Policy !== undefined && !isResourcePolicy(attributes.Policy)) {
    return queryError(400, 'InvalidParameter', 'Invalid parameter: Policy Error: null');
  }
  const there = topics.get(arn);
  if (there !== undefined && Object.entries(attributes).some(([key, value]) => there[key] !== value)) {
    const reason = 'Topic already exists with different attributes';
    return queryError(400, 'InvalidParameter', `Invalid parameter: Attributes Reason: ${reason}`);
  }
  if (there === undefined) topics.set(arn, { TopicArn: arn, Owner: fakeOwner.account, ...attributes });
  return { kind: 'result', xml: `<TopicArn>${arn}</TopicArn>` };
}

function callOfTopic(
  { subscriptions }: State,
  action: string,
  { params, attributes }: { readonly params: URLSearchParams; readonly attributes: Record<string, string> },
): QueryAnswer {
  const topicArn = params.get('TopicArn') ?? '';
  switch (action) {
    case 'GetTopicAttributes':
      return { kind: 'result', xml: `<Attributes>${xmlEntries(attributes)}</Attributes>` };
    case 'SetTopicAttributes':
      attributes[params.get('AttributeName') ?? ''] = params.get('AttributeValue') ?? '';
      return done;
    case 'ListSubscriptionsByTopic':
      return listed(
        subscriptions.filter((one) => one.topicArn === topicArn),
        Number(params.get('NextToken') ?? 0),
      );
    case 'Subscribe':
      return subscribe(subscriptions, params);
    default:
      return queryError(400, 'InvalidAction', `No such action: ${action}`);
  }
}

function subscribe(subscriptions: Subscription[], params: URLSearchParams): QueryAnswer {
  const topicArn = params.get('TopicArn') ?? '';
  const [protocol = '', endpoint = ''] = [params.get('Protocol') ?? '', params.get('Endpoint') ?? ''];
  const isSame = (one: Subscription) => one.topicArn === topicArn && one.endpoint === endpoint;
  const there = subscriptions.find(isSame);
  const arn = there?.arn ?? `${topicArn}:${randomUUID()}`;
  if (there === undefined) {
    const attributes = { RawMessageDelivery: 'false', ...mapOf(params, 'Attributes') };
    subscriptions.push({ arn, topicArn, protocol, endpoint, attributes });
  }
  return { kind: 'result', xml: `<SubscriptionArn>${arn}</SubscriptionArn>` };
}

function listed(subscriptions: readonly Subscription[], from: number): QueryAnswer {
  const page = subscriptions.slice(from, from + subscriptionsOfAPage);
  const members = page.map(
    ({ arn, topicArn, protocol, endpoint }) =>
      `<member><SubscriptionArn>${arn}</SubscriptionArn><TopicArn>${topicArn}</TopicArn><Protocol>${protocol}</Protocol><Endpoint>${xmlText(endpoint)}</Endpoint><Owner>${fakeOwner.account}</Owner></member>`,
  );
  const next =
    from + page.length < subscriptions.length ? `<NextToken>${from + page.length}</NextToken>` : '';
  return { kind: 'result', xml: `<Subscriptions>${members.join('')}</Subscriptions>${next}` };
}
