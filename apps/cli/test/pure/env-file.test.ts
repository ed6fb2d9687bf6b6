import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { mergeEnv, unexpandedIn, valueInEnv } from '../../src/ses/env-file.ts';
import { recordsSettingOf, settingOf } from '../../src/ses/ses-surroundings.ts';

const queue = { name: 'SES_EVENTS_QUEUE_URL', value: 'https://sqs.example/1/q' };
const topics = { name: 'SNS_TOPIC_ARNS', value: 'arn:new', isList: true };
const region = { name: 'AWS_REGION', value: 'eu-central-1' };

test.each([
  ['nothing', '', [queue], 'SES_EVENTS_QUEUE_URL=https://sqs.example/1/q\n'],
  ['a file without a last line end', 'A=1', [queue], 'A=1\nSES_EVENTS_QUEUE_URL=https://sqs.example/1/q\n'],
  ['a file whose lines end as on Windows', 'A=1\r\n', [region], 'A=1\r\nAWS_REGION=eu-central-1\r\n'],
  ['an empty variable', 'AWS_REGION= # where\nB=2\n', [region], 'AWS_REGION=eu-central-1 # where\nB=2\n'],
  ['an empty one in quotes', 'export AWS_REGION=""\n', [region], 'export AWS_REGION="eu-central-1"\n'],
  [
    'one that a comment shows',
    '# AWS_REGION=us-east-1\n\nB=2\n\n',
    [region],
    '# AWS_REGION=us-east-1\nAWS_REGION=eu-central-1\n\nB=2\n\n',
  ],
  ['a list', "SNS_TOPIC_ARNS='arn:old'\n", [topics], "SNS_TOPIC_ARNS='arn:old,arn:new'\n"],
  [
    'a list that ends in a comment',
    'SNS_TOPIC_ARNS=arn:old  # ours\n',
    [topics],
    'SNS_TOPIC_ARNS=arn:old,arn:new  # ours\n',
  ],
  ['a list that has it', 'SNS_TOPIC_ARNS=arn:old, arn:new\n', [topics], 'SNS_TOPIC_ARNS=arn:old, arn:new\n'],
  ['another value', 'AWS_REGION=us-east-1\n', [region], 'AWS_REGION=us-east-1\n'],
  [
    'a variable of a similar name',
    'MY_AWS_REGION=x\n',
    [region],
    'MY_AWS_REGION=x\nAWS_REGION=eu-central-1\n',
  ],
])('%s', (_what, before, wanted, after) => {
  expect(mergeEnv(before, wanted).text).toBe(after);
  expect(mergeEnv(after, wanted).text).toBe(after);
});

test('what has another value is told', () => {
  expect(mergeEnv('AWS_REGION=us-east-1 # home\n', [region, queue]).changes).toEqual([
    { ...region, kind: 'conflict', found: 'us-east-1' },
    { ...queue, kind: 'written', found: null },
  ]);
});

test('the last of several lines counts', () => {
  expect(valueInEnv('A=1\nA = "2" # two\n#A=3\n', 'A')).toBe('2');
  expect(valueInEnv('A=\n', 'A')).toBeNull();
});

const example = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');

test('the DATABASE_URL of .env.example is for containers alone, which is said and keeps nobody from waiting for events', () => {
  expect(recordsSettingOf({}, example)).toEqual({
    kind: 'unusable',
    reason: expect.stringContaining(
      `DATABASE_URL has \${POSTGRES_PASSWORD} in it, which is not expanded here`,
    ),
  });
  const url = 'postgresql://postroom@localhost/postroom';
  expect(recordsSettingOf({ DATABASE_URL: url }, example)).toEqual({ kind: 'url', url });
  expect(recordsSettingOf({}, '')).toEqual({ kind: 'none' });
  expect(() => settingOf({}, `AWS_REGION=\${REGION}\n`, 'AWS_REGION')).toThrow('not expanded here');
});

test('in .env.example each variable lands below the comment that shows it, and no other line changes', () => {
  const { text, changes } = mergeEnv(example, [queue, topics]);
  expect(changes.map(({ kind }) => kind)).toEqual(['written', 'written']);
  const added = text.split('\n').filter((line) => !example.split('\n').includes(line));
  expect(added).toEqual([`${queue.name}=${queue.value}`, `${topics.name}=${topics.value}`]);
  expect(text).toMatch(/# SES_EVENTS_QUEUE_URL=.*\nSES_EVENTS_QUEUE_URL=/);
});

test.each<readonly [string, string | null]>([
  [`postgresql://postroom:\${POSTGRES_PASSWORD}@postgres:5432/postroom`, `\${POSTGRES_PASSWORD}`],
  ...[':-', '-', ':?', '?', ':+', '+'].map((sign): [string, string] => [
    `postgresql://postroom:\${POSTGRES_PASSWORD${sign}hunter2}@postgres/x`,
    `\${POSTGRES_PASSWORD}`,
  ]),
  ['postgresql://postroom:pa$$word@host/postroom', null],
])('of %s Compose fills in %s', (value, part) => {
  expect(unexpandedIn(value)).toBe(part);
});
