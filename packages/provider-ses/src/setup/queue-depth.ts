import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import type { AwsAccount } from './aws-account.ts';
import { redriveOf } from './redrive.ts';

/** How much is in a queue; of its dead letters, null: it has no queue for them. */
export type QueueDepth = {
  readonly waiting: number;
  readonly deadLetters: { readonly arn: string; readonly count: number } | null;
};

type Attributes = Readonly<Partial<Record<string, string>>>;

async function attributesOf(aws: AwsAccount, QueueUrl: string, resource: string): Promise<Attributes> {
  const AttributeNames: QueueAttributeName[] = ['ApproximateNumberOfMessages', 'RedrivePolicy', 'QueueArn'];
  const { Attributes = {} } = await aws.sqs({ action: 'sqs:GetQueueAttributes', resource }, (sdk) =>
    sdk.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames })),
  );
  return Attributes;
}

const countIn = ({ ApproximateNumberOfMessages }: Attributes) => Number(ApproximateNumberOfMessages ?? 0);

/** Asks SQS how many messages wait, and how many of them were given up. Rejects as other calls of the account do. */
export async function getQueueDepth(aws: AwsAccount, queueUrl: string): Promise<QueueDepth> {
  const queue = await attributesOf(aws, queueUrl, queueUrl);
  const { target } = redriveOf(queue.RedrivePolicy);
  if (target === null) return { waiting: countIn(queue), deadLetters: null };
  // Both are of one account and region, so that their URLs differ in the name alone.
  const url = new URL(queueUrl);
  url.pathname = url.pathname.replace(/[^/]*$/, target.split(':').pop() ?? '');
  const deadLetters = await attributesOf(aws, url.href, target);
  return { waiting: countIn(queue), deadLetters: { arn: target, count: countIn(deadLetters) } };
}
