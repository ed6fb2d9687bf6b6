import { CreateQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { AwsAccount } from '../aws-account.ts';
import { orNull } from '../aws-call-error.ts';
import { awsCommand } from '../aws-command.ts';
import { letsServiceIn } from '../lets-service-in.ts';
import { queuePolicy } from '../policies.ts';
import { redriveOf } from '../redrive.ts';
import { arnsOf, partsOf, type SetupPlan } from '../setup-plan.ts';
import { type SetupStep, there, thereUnless } from '../setup-step.ts';

/** The longest that SQS keeps a message, in seconds. */
const retention = { MessageRetentionPeriod: String(14 * 24 * 3_600) };

/** Longer than a worker has a message in hand, in seconds. */
const hiddenSeconds = 60;

/** While PostgreSQL is away, messages are received again and again: 50 minutes of it are no reason to give them up. */
const maxReceiveCount = 50;

/** A count that an outage of minutes uses up. */
const fewReceives = 10;

/** The URL of a queue of the account, null: there is none of that name. */
export async function queueUrlOf(aws: AwsAccount, name: string, arn: string): Promise<string | null> {
  const call = { action: 'sqs:GetQueueUrl', resource: arn };
  const answer = await orNull(aws.sqs(call, (sdk) => sdk.send(new GetQueueUrlCommand({ QueueName: name }))));
  return answer?.QueueUrl ?? null;
}

async function createQueue(
  aws: AwsAccount,
  resource: string,
  queue: { readonly name: string; readonly attributes: Readonly<Record<string, string>> },
): Promise<void> {
  const input = { QueueName: queue.name, Attributes: { ...queue.attributes } };
  await aws.sqs({ action: 'sqs:CreateQueue', resource }, (sdk) => sdk.send(new CreateQueueCommand(input)));
}

/** Where messages go that could not be taken however often they were tried. */
export function deadLettersStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const name = partsOf(plan).deadLetters;
  const arn = arnsOf(plan).deadLetters;
  return {
    title: 'Dead letters',
    name,
    command: awsCommand('sqs create-queue', {
      region: plan.region,
      'queue-name': name,
      attributes: retention,
    }),
    look: async () => ((await queueUrlOf(aws, name, arn)) === null ? { kind: 'missing' } : there()),
    make: () => createQueue(aws, arn, { name, attributes: retention }),
  };
}

/** The queue that workers take SES's events from. */
export function queueStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const name = partsOf(plan).queue;
  const arns = arnsOf(plan);
  const redrive = { deadLetterTargetArn: arns.deadLetters, maxReceiveCount };
  const attributes = {
    Policy: JSON.stringify(queuePolicy(plan)),
    RedrivePolicy: JSON.stringify(redrive),
    VisibilityTimeout: String(hiddenSeconds),
    ...retention,
  };
  const where = { region: plan.region, 'queue-name': name };
  return {
    title: 'SQS queue',
    name,
    command: awsCommand('sqs create-queue', { ...where, attributes }),
    look: async () => {
      const url = await queueUrlOf(aws, name, arns.queue);
      if (url === null) return { kind: 'missing' };
      const { differences, notes } = judge(plan, await attributesOf(aws, url, arns.queue));
      const { Policy, RedrivePolicy } = attributes;
      const command = awsCommand('sqs set-queue-attributes', {
        region: plan.region,
        'queue-url': url,
        attributes: { Policy, RedrivePolicy },
      });
      return thereUnless(differences, { command, notes });
    },
    make: () => createQueue(aws, arns.queue, { name, attributes }),
  };
}

type Attributes = Readonly<Partial<Record<string, string>>>;

async function attributesOf(aws: AwsAccount, QueueUrl: string, resource: string): Promise<Attributes> {
  const call = { action: 'sqs:GetQueueAttributes', resource };
  const { Attributes = {} } = await aws.sqs(call, (sdk) =>
    sdk.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
  );
  return Attributes;
}

function judge(plan: SetupPlan, { Policy, RedrivePolicy, VisibilityTimeout, KmsMasterKeyId }: Attributes) {
  const { queue, topic, deadLetters } = arnsOf(plan);
  const context = { 'aws:sourcearn': topic, 'aws:sourceaccount': plan.account };
  const request = { service: 'sns.amazonaws.com', action: 'sqs:SendMessage', resource: queue, context };
  const { target, receives } = redriveOf(RedrivePolicy);
  const differences = [
    ...(letsServiceIn(Policy, request) ? [] : [`its policy does not let ${topic} send to it`]),
    ...(target === null ? ['it has no dead-letter queue (RedrivePolicy)'] : []),
  ];
  const notes = [
    ...(target !== null && target !== deadLetters ? [`its dead letters go to ${target}`] : []),
    ...(target !== null && receives < fewReceives ? [`gives a message up after ${receives} receives`] : []),
    ...(Number(VisibilityTimeout) < hiddenSeconds / 2
      ? [`hides a message for ${VisibilityTimeout} s only`]
      : []),
    ...(KmsMasterKeyId
      ? [`encrypted with ${KmsMasterKeyId}, which sns.amazonaws.com has to be allowed to use`]
      : []),
  ];
  return { differences, notes };
}
