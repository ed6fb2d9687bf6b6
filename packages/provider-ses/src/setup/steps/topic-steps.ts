import type { AwsAccount } from '../aws-account.ts';
import { orNull } from '../aws-call-error.ts';
import { awsCommand } from '../aws-command.ts';
import { letsServiceIn } from '../lets-service-in.ts';
import { topicPolicy } from '../policies.ts';
import { attributesIn, mapParams, membersIn, textIn } from '../query-service.ts';
import { arnsOf, partsOf, type SetupPlan } from '../setup-plan.ts';
import { type SetupStep, thereUnless } from '../setup-step.ts';

/** The topic that SES publishes events to. */
export function topicStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const { topic: name } = partsOf(plan);
  const { topic: arn, configurationSet } = arnsOf(plan);
  const attributes = { Policy: JSON.stringify(topicPolicy(plan)), SignatureVersion: '2' };
  const context = { 'aws:sourcearn': configurationSet, 'aws:sourceaccount': plan.account };
  const request = { service: 'ses.amazonaws.com', action: 'sns:Publish', resource: arn, context };
  return {
    title: 'SNS topic',
    name,
    command: awsCommand('sns create-topic', { region: plan.region, name, attributes }),
    look: async () => {
      const call = { action: 'sns:GetTopicAttributes', resource: arn };
      const xml = await orNull(aws.query(call, { TopicArn: arn }));
      if (xml === null) return { kind: 'missing' };
      const { Policy, KmsMasterKeyId } = attributesIn(xml);
      const isAllowed = letsServiceIn(Policy, request);
      const command = awsCommand('sns set-topic-attributes', {
        region: plan.region,
        'topic-arn': arn,
        'attribute-name': 'Policy',
        'attribute-value': topicPolicy(plan),
      });
      return thereUnless(isAllowed ? [] : [`its policy does not let SES publish for ${configurationSet}`], {
        command,
        notes: KmsMasterKeyId
          ? [`encrypted with ${KmsMasterKeyId}, which ses.amazonaws.com has to be allowed to use`]
          : [],
      });
    },
    make: async () => {
      const call = { action: 'sns:CreateTopic', resource: arn };
      await aws.query(call, { Name: name, ...mapParams('Attributes', attributes) });
    },
  };
}

/** What leads from the topic to the queue, each event in the envelope of SNS. */
export function subscriptionStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const { topic, queue } = arnsOf(plan);
  const names = partsOf(plan);
  return {
    title: 'Subscription',
    name: `${names.topic} to ${names.queue}`,
    command: awsCommand('sns subscribe', {
      region: plan.region,
      'topic-arn': topic,
      protocol: 'sqs',
      'notification-endpoint': queue,
    }),
    look: async () => {
      const subscription = await findSubscription(aws, topic, queue);
      if (subscription === null) return { kind: 'missing' };
      // A subscription is no resource of IAM's.
      const call = { action: 'sns:GetSubscriptionAttributes', resource: '*' };
      const attributes = attributesIn(await aws.query(call, { SubscriptionArn: subscription }));
      const change = { region: plan.region, 'subscription-arn': subscription };
      const isRaw = attributes.RawMessageDelivery === 'true';
      const differences = [
        ...(isRaw ? ['raw message delivery is on, so that workers could not check the topic'] : []),
        ...(attributes.FilterPolicy ? ['a filter policy keeps events back'] : []),
      ];
      return thereUnless(differences, {
        command: awsCommand('sns set-subscription-attributes', {
          ...change,
          'attribute-name': isRaw ? 'RawMessageDelivery' : 'FilterPolicy',
          'attribute-value': isRaw ? 'false' : '{}',
        }),
      });
    },
    make: async () => {
      const call = { action: 'sns:Subscribe', resource: topic };
      await aws.query(call, { TopicArn: topic, Protocol: 'sqs', Endpoint: queue });
    },
  };
}

/** The ARN of the queue's subscription, null: there is none, or no topic. */
async function findSubscription(aws: AwsAccount, topic: string, queue: string): Promise<string | null> {
  const call = { action: 'sns:ListSubscriptionsByTopic', resource: topic };
  for (let next: string | null = ''; next !== null; ) {
    const page = next === '' ? {} : { NextToken: next };
    const xml: string | null = await orNull(aws.query(call, { TopicArn: topic, ...page }));
    if (xml === null) return null;
    const found = membersIn(xml).find((member) => textIn(member, 'Endpoint') === queue);
    if (found !== undefined) return textIn(found, 'SubscriptionArn');
    next = textIn(xml, 'NextToken');
  }
  return null;
}
