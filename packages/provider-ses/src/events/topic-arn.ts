/** The parts of a topic's ARN that say where it lives. */
export type TopicArn = { readonly region: string; readonly host: string };

/** What hosts of each partition of AWS end with; @postroom/process, which sees no package, has their names as well. */
const suffixes: ReadonlyMap<string, string> = new Map([
  ['aws', 'amazonaws.com'],
  ['aws-cn', 'amazonaws.com.cn'],
  ['aws-us-gov', 'amazonaws.com'],
  ['aws-eusc', 'amazonaws.eu'],
  ['aws-iso', 'c2s.ic.gov'],
  ['aws-iso-b', 'sc2s.sgov.gov'],
  ['aws-iso-e', 'cloud.adc-e.uk'],
  ['aws-iso-f', 'csp.hci.ic.gov'],
]);

const topicArnPattern =
  /^arn:(aws[a-z-]*):sns:([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

/** Reads an SNS topic ARN and names the one host that speaks for it; null when it is not one. */
export function parseTopicArn(arn: string): TopicArn | null {
  const [, partition = '', region] = topicArnPattern.exec(arn) ?? [];
  const suffix = suffixes.get(partition);
  if (suffix === undefined || region === undefined) return null;
  return { region, host: `sns.${region}.${suffix}` };
}
