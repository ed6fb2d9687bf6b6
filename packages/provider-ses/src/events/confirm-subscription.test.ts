import { afterEach, expect, test } from '@jest/globals';
import { type LocalServer, serveHttp } from '../../test/local-server.ts';
import { aConfirmation, aTopic } from '../../test/sns-signer.ts';
import { confirmationUrl, confirmSubscription } from './confirm-subscription.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function confirmAgainst(answer: Parameters<typeof serveHttp>[0], timeoutMs = 5_000) {
  const server = await serveHttp(answer);
  servers.push(server);
  const asked: string[] = [];
  const local: typeof fetch = (input, init) => {
    asked.push(String(input));
    return fetch(`http://127.0.0.1:${server.port}/`, init);
  };
  return { asked, outcome: await confirmSubscription(aConfirmation(), { fetch: local, timeoutMs }) };
}

test('the call goes to the host of the topic, whatever SubscribeURL says', async () => {
  const { asked, outcome } = await confirmAgainst((response) =>
    response.end('<ConfirmSubscriptionResponse/>'),
  );
  expect(outcome).toEqual({ kind: 'confirmed' });
  expect(asked).toEqual([
    'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription' +
      '&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Ases-events' +
      '&Token=2336412f37fb687f5d51e6e2425929f52bfd9aa8',
  ]);
});

test('a refusal, a redirect and a hang are failures', async () => {
  expect((await confirmAgainst((response) => response.writeHead(403).end())).outcome).toEqual({
    kind: 'failed',
    reason: 'SNS answered with status 403.',
  });
  const redirect = await confirmAgainst((response) => response.writeHead(302, { location: '/x' }).end());
  expect(redirect.outcome).toMatchObject({ kind: 'failed' });
  expect((await confirmAgainst(() => {}, 100)).outcome).toMatchObject({ kind: 'failed' });
});

test('a token cannot add a parameter', () => {
  const url = confirmationUrl(aTopic, 'a&TopicArn=other');
  expect(url?.searchParams.getAll('TopicArn')).toEqual([aTopic]);
});

test('what is not a topic has no URL', () => {
  expect(confirmationUrl('arn:aws:sqs:eu-west-1:123456789012:q', 't')).toBeNull();
});
