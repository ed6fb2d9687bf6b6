import { partitionNamed } from '../aws/partition.ts';

/** The parts of a topic's ARN that say where it lives. */
export type TopicArn = { readonly region: string; readonly host: string };

const topicArnPattern =
  /^arn:(aws[a-z-]*):sns:([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

/** Reads an SNS topic ARN and names the one host that speaks for it; null when it is not one. */
export function parseTopicArn(arn: string): TopicArn | null {
  const [, partition = '', region] = topicArnPattern.exec(arn) ?? [];
  const suffix = partitionNamed(partition)?.suffix;
  if (suffix === undefined || region === undefined) return null;
  return { region, host: `sns.${region}.${suffix}` };
}
