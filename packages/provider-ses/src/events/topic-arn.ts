/** The parts of a topic's ARN that say where it lives. */
export type TopicArn = { readonly region: string; readonly host: string };

const topicArnPattern =
  /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2,3}(?:-[a-z]+){1,3}-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

/** Reads an SNS topic ARN and names the one host that speaks for it; null when it is not one. */
export function parseTopicArn(arn: string): TopicArn | null {
  const [, partition, region] = topicArnPattern.exec(arn) ?? [];
  if (partition === undefined || region === undefined) return null;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { region, host: `sns.${region}.${suffix}` };
}
