import { arnsOf, type SetupPlan } from './setup-plan.ts';

/** A policy of IAM, of a topic or of a queue, as JSON. */
export type Policy = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
};

const policyOf = (Statement: Policy['Statement']): Policy => ({ Version: '2012-10-17', Statement });

/** SES may publish to the topic, for the configuration set alone. */
export function topicPolicy(plan: SetupPlan): Policy {
  const { topic, configurationSet } = arnsOf(plan);
  const Condition = {
    StringEquals: { 'AWS:SourceAccount': plan.account, 'AWS:SourceArn': configurationSet },
  };
  const Principal = { Service: 'ses.amazonaws.com' };
  return policyOf([{ Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: topic, Condition }]);
}

/** SNS may put messages into the queue, for the topic alone. */
export function queuePolicy(plan: SetupPlan): Policy {
  const { topic, queue } = arnsOf(plan);
  const Principal = { Service: 'sns.amazonaws.com' };
  const Condition = { ArnEquals: { 'aws:SourceArn': topic } };
  return policyOf([{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: queue, Condition }]);
}

/** What API and workers need, and no more: every action that their code calls. */
export function runningPolicy(plan: SetupPlan): Policy {
  const { identity, configurationSet, queue } = arnsOf({ ...plan, domain: '*' });
  return policyOf([
    {
      Effect: 'Allow',
      Action: ['ses:SendEmail', 'ses:SendRawEmail'],
      Resource: [identity, configurationSet],
    },
    {
      Effect: 'Allow',
      Action: [
        'ses:GetAccount',
        'ses:GetEmailIdentity',
        'ses:CreateEmailIdentity',
        'ses:GetSuppressedDestination',
        'ses:DeleteSuppressedDestination',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: queue },
  ]);
}

/** What whoever sets SES up needs, and no more. */
export function setupPolicy(plan: SetupPlan): Policy {
  const { identity, configurationSet, topic, queue, deadLetters, holder } = arnsOf(plan);
  const allow = (Action: readonly string[], Resource: string | readonly string[]) => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const attaching =
    plan.attachTo?.kind === 'role'
      ? ['iam:GetRolePolicy', 'iam:PutRolePolicy']
      : ['iam:GetUserPolicy', 'iam:PutUserPolicy'];
  return policyOf([
    allow(['ses:GetAccount', 'sns:GetSubscriptionAttributes'], '*'),
    allow(
      ['ses:GetEmailIdentity', 'ses:CreateEmailIdentity', 'ses:PutEmailIdentityMailFromAttributes'],
      identity,
    ),
    allow(
      [
        'ses:GetConfigurationSet',
        'ses:CreateConfigurationSet',
        'ses:GetConfigurationSetEventDestinations',
        'ses:CreateConfigurationSetEventDestination',
      ],
      configurationSet,
    ),
    allow(['ses:SendEmail'], [identity, configurationSet]),
    allow(
      ['sns:GetTopicAttributes', 'sns:CreateTopic', 'sns:ListSubscriptionsByTopic', 'sns:Subscribe'],
      topic,
    ),
    allow(['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:CreateQueue'], [queue, deadLetters]),
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], queue),
    ...(plan.attachTo === null ? [] : [allow(attaching, holder)]),
  ]);
}
