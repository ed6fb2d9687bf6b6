import { expect, test } from '@jest/globals';
import { apiVariables, parseEnv } from '@postroom/process';
import { confirmationUrl } from '@postroom/provider-ses';

const servers = { DATABASE_URL: 'postgresql://u:p@host/db', REDIS_URL: 'redis://host' };

const starts = (topic: string): boolean => {
  try {
    return parseEnv(apiVariables, { ...servers, SNS_TOPIC_ARNS: topic }).SNS_TOPIC_ARNS.includes(topic);
  } catch {
    return false;
  }
};

test.each([
  ['arn:aws:sns:eu-west-1:123456789012:ses-events', 'sns.eu-west-1.amazonaws.com'],
  ['arn:aws:sns:ap-southeast-2:123456789012:events.fifo', 'sns.ap-southeast-2.amazonaws.com'],
  ['arn:aws-cn:sns:cn-north-1:123456789012:t', 'sns.cn-north-1.amazonaws.com.cn'],
  ['arn:aws-us-gov:sns:us-gov-west-1:123456789012:t', 'sns.us-gov-west-1.amazonaws.com'],
  ['arn:aws-eusc:sns:eusc-de-east-1:123456789012:t', 'sns.eusc-de-east-1.amazonaws.eu'],
  ['arn:aws-iso:sns:us-iso-east-1:123456789012:t', 'sns.us-iso-east-1.c2s.ic.gov'],
  ['arn:aws-iso-b:sns:us-isob-east-1:123456789012:t', 'sns.us-isob-east-1.sc2s.sgov.gov'],
  ['arn:aws-iso-e:sns:eu-isoe-west-1:123456789012:t', 'sns.eu-isoe-west-1.cloud.adc-e.uk'],
  ['arn:aws-iso-f:sns:us-isof-south-1:123456789012:t', 'sns.us-isof-south-1.csp.hci.ic.gov'],
])('%s is taken at the start, and its events from %s', (topic, host) => {
  expect(starts(topic)).toBe(true);
  expect(confirmationUrl(topic, 'token')?.host).toBe(host);
  const AWS_REGION = topic.split(':')[3];
  expect(parseEnv(apiVariables, { ...servers, AWS_REGION })).toMatchObject({ AWS_REGION });
});

test.each([
  'arn:aws-new:sns:eu-west-1:123456789012:t',
  'arn:aws-iso-a:sns:us-iso-east-1:123456789012:t',
  'arn:aws-:sns:eu-west-1:123456789012:t',
  'arn:aws:sns:europe-west-1:123456789012:t',
  'arn:aws:sns:west:123456789012:t',
  'arn:aws:sns:eu-west-1:12345678901:t',
  'arn:aws:sns:eu-west-1:123456789012:a.b',
  'arn:aws:sns:eu-west-1:123456789012:.fifo',
  `arn:aws:sns:eu-west-1:123456789012:${'t'.repeat(257)}`,
  'arn:aws:sqs:eu-west-1:123456789012:q',
])('%s, whose events would be refused, is refused at the start', (topic) => {
  expect(confirmationUrl(topic, 'token')).toBeNull();
  expect(starts(topic)).toBe(false);
});
