import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runningPolicy, setupPolicy } from '@postroom/provider-ses';
import { type FakeSes, parseIamPolicy, startFakeSes } from '@postroom/servers';
import { createDraw } from '@postroom/testkit';
import { checkSes } from '../../src/ses/check-ses.ts';
import { readCheckOptions, readSetupOptions } from '../../src/ses/ses-options.ts';
import { setUpSes } from '../../src/ses/set-up.ts';
import { heardTerminal } from '../heard-terminal.ts';
import { awsCallsOf, callAws } from './aws-stand-in.ts';

const plan = {
  account: '123456789012',
  partition: 'aws',
  region: 'us-east-1',
  domain: 'example.com',
  name: 'postroom',
  mailFrom: null,
  attachTo: { kind: 'user', name: 'postroom' },
} as const;
const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-events';
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:postroom-events';

let ses: FakeSes;
let dir: string;
let envFile: string;

beforeAll(async () => {
  ses = await startFakeSes({ verifyIdentitiesAfterMs: null });
});
afterAll(() => ses.stop());
beforeEach(() => {
  ses.reset();
  // A domain of the account that SES knows to be verified, so that mail can go out.
  ses.identities.create({ EmailIdentity: 'example.com' });
  ses.identities.verify('example.com');
  dir = mkdtempSync(join(tmpdir(), 'postroom-ses-'));
  envFile = join(dir, '.env');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command here, with what it said and how it ended. */
async function run(action: 'setup' | 'check', ...args: readonly string[]) {
  const { terminal, lines } = heardTerminal();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const surroundings = { terminal, env: { AWS_ENDPOINT_URL: ses.url }, credentials };
  const given = ['--domain', 'example.com', '--env', envFile, ...args];
  const code = await (action === 'setup'
    ? setUpSes(readSetupOptions(given), surroundings)
    : checkSes(readCheckOptions(given), surroundings)
  ).catch((error: unknown) => {
    terminal.error(error instanceof Error ? error.message : String(error));
    return 1;
  });
  return { code, text: lines.join('\n') };
}

const setup = (...args: readonly string[]) => run('setup', '--region', 'us-east-1', ...args);

/** How many calls changed something at AWS. */
function changes(): number {
  const changing = Object.entries(ses.outcomes()).filter(([name]) =>
    /^(?:Create|Put|Set|Subscribe)/.test(name),
  );
  return changing.reduce((sum, [, outcomes]) => sum + (outcomes.accepted ?? 0), 0);
}

describe('from nothing', () => {
  test('everything is made and proven, and the second time nothing changes', async () => {
    ses.reset();
    const first = await setup('--attach-to', 'role/worker');
    expect(first.text).toContain('SES has not verified example.com yet');
    expect(first.text).toMatch(
      /CNAME {2}[0-9a-f]{32}\._domainkey\.example\.com +[0-9a-f]{32}\.dkim\.amazonses\.com/,
    );
    expect(first.text).toMatch(/MX {5}bounces\.example\.com +10 feedback-smtp\.us-east-1\.amazonses\.com/);
    expect(first.text).toMatch(/TXT {4}_dmarc\.example\.com +"v=DMARC1; p=none;"/);
    expect(first.code).toBe(0);
    expect(changes()).toBe(9);
    const written = readFileSync(envFile, 'utf8');
    expect(written).toBe(
      `AWS_REGION=us-east-1\nSES_EVENTS_QUEUE_URL=${ses.url}/123456789012/postroom-events\nSNS_TOPIC_ARNS=${topicArn}\n`,
    );
    expect(statSync(envFile).mode & 0o777).toBe(0o600);

    ses.identities.verify('example.com');
    const second = await run('setup', '--attach-to', 'role/worker');
    expect(second.text).not.toMatch(/^ {2}\+/m);
    for (const expected of ['delivery of success@', 'bounce of bounce@', 'complaint of complaint@']) {
      expect(second.text).toMatch(new RegExp(`✓ Event +${expected}simulator.amazonses.com after`));
    }
    expect(second.text).toContain('"configurationSet": "postroom"');
    expect([second.code, changes(), readFileSync(envFile, 'utf8')]).toEqual([0, 9, written]);
  });

  test('a dry run tells all of it, with the lines of .env, and makes nothing', async () => {
    ses.reset();
    const { code, text } = await setup('--dry-run');
    expect(text.match(/would be made/g)).toHaveLength(8);
    expect(text).toContain(`SNS_TOPIC_ARNS=${topicArn} would be written`);
    expect([code, changes(), existsSync(envFile)]).toEqual([0, 0, false]);
  });

  test('the printed commands make the same: afterwards nothing is missing', async () => {
    ses.reset();
    const { text } = await setup('--print', '--account', '123456789012');
    expect(ses.outcomes()).toEqual({});
    for (const call of awsCallsOf(text)) await callAws(ses.url, call);
    const made = changes();
    ses.identities.verify('example.com');
    const { code } = await setup();
    expect([code, changes()]).toEqual([0, made]);
  });
});

describe('with one right missing', () => {
  const policy = setupPolicy(plan);
  const actions = policy.Statement.flatMap(({ Action }) => Action as readonly string[]);
  const without = (lacking: string | null) =>
    parseIamPolicy(
      JSON.stringify({
        ...policy,
        Statement: policy.Statement.map((statement) => ({
          ...statement,
          Action: (statement.Action as readonly string[]).filter((action) => action !== lacking),
        })).filter(({ Action }) => Action.length > 0),
      }),
    );

  test.each(createDraw()(actions, 8))(
    '%s: it is named, what is made is told, and with it the rest is made',
    async (action) => {
      ses.reset();
      // The domain is one of those that set-up makes; verified it can be only then.
      const isOfDomain = action === 'ses:CreateEmailIdentity';
      if (!isOfDomain) ses.identities.create({ EmailIdentity: 'example.com' });
      ses.identities.verify('example.com');
      ses.rights.set(without(action));
      const attach = ['--attach-to', 'user/postroom', '--wait', '30'] as const;
      // What is only looked at needs no right before it is there.
      const first = await setup(...attach);
      const { code, text } = first.code === 0 ? await setup(...attach) : first;
      expect(text).toMatch(
        new RegExp(`[Tt]he right ${action} (?:on (?:arn:aws:|\\*)|is missing on its sender)`),
      );
      expect(code).toBe(1);
      const made = [...text.matchAll(/^ {2}\+ (\S.*?) {2,}(.*) made$/gm)];
      const names = made.map(([, title, name]) => `${title} ${name}`).join(', ');
      // Mail that is not let go ends the proof as mail that is refused does.
      const told = names === '' ? 'Nothing was made.' : `Made so far, and found again next time: ${names}.`;
      if (action !== 'ses:SendEmail') expect(text).toContain(told);

      ses.rights.set(without(null));
      expect((await setup(...attach)).code).toBe(0);
      ses.identities.verify('example.com');
      const last = await setup(...attach);
      expect([last.code, changes()]).toEqual([0, isOfDomain ? 9 : 8]);
    },
  );

  test('credentials that AWS does not take are told as such', async () => {
    ses.faults.set({ faults: [{ kind: 'credentials', operation: 'GetAccount' }] });
    const { code, text } = await setup();
    expect([code, changes()]).toEqual([1, 0]);
    expect(text).toContain('AWS does not take the credentials (ses:GetAccount)');
  });
});

test('where AWS asks to be asked less often it is, and mail goes out as slowly as the sandbox wants it', async () => {
  ses.faults.set({
    faults: [
      { kind: 'throttle', operation: 'GetAccount', times: 1 },
      { kind: 'throttle', operation: 'SendEmail', times: 1 },
    ],
  });
  expect((await setup()).code).toBe(0);
});

describe('what is there and has other settings is told and left', () => {
  const Policy = (service: string, Action: string, Resource: string, Condition?: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action,
          Resource,
          ...(Condition ? { Condition } : {}),
        },
      ],
    });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${queueArn}-other`, maxReceiveCount: 3 });
  const call = (service: string, operation: string, fields: Parameters<typeof callAws>[1]['fields']) => () =>
    callAws(ses.url, { service, operation, fields });
  const topic = (Attributes: Record<string, string>) =>
    call('sns', 'create-topic', { Name: 'postroom-events', Attributes });
  const queue = (Attributes: Record<string, string>) =>
    call('sqs', 'create-queue', { QueueName: 'postroom-events', Attributes });
  const goodTopic = topic({ Policy: Policy('ses.amazonaws.com', 'SNS:Publish', '*') });
  const goodQueue = queue({ RedrivePolicy, Policy: Policy('sns.amazonaws.com', 'sqs:*', queueArn) });
  const set = (fields: object = {}) =>
    call('sesv2', 'create-configuration-set', { ConfigurationSetName: 'postroom', ...fields });
  const destination = (EventDestination: Readonly<Record<string, unknown>>) => async () => {
    await goodTopic();
    await set()();
    await call('sesv2', 'create-configuration-set-event-destination', {
      ConfigurationSetName: 'postroom',
      EventDestinationName: 'own',
      EventDestination,
    })();
  };
  const subscription = (Attributes: Record<string, string>) => async () => {
    await goodTopic();
    await call('sns', 'subscribe', { TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes })();
  };

  test.each<[string, () => Promise<void>, string, string]>([
    [
      'a topic that SES may not publish to',
      topic({}),
      'does not let SES publish',
      'aws sns set-topic-attributes',
    ],
    [
      'a topic for another configuration set',
      topic({
        Policy: Policy('ses.amazonaws.com', 'sns:Publish', topicArn, {
          StringEquals: { 'AWS:SourceArn': 'arn:other' },
        }),
      }),
      'does not let SES publish',
      'aws sns set-topic-attributes',
    ],
    [
      'a queue that the topic may not send to',
      queue({ RedrivePolicy }),
      `does not let ${topicArn} send`,
      'aws sqs set-queue-attributes',
    ],
    [
      'a queue without dead letters',
      queue({ Policy: Policy('sns.amazonaws.com', 'sqs:SendMessage', queueArn) }),
      'no dead-letter queue',
      'aws sqs set-queue-attributes',
    ],
    [
      'a raw subscription',
      subscription({ RawMessageDelivery: 'true' }),
      'raw message delivery is on',
      'RawMessageDelivery',
    ],
    [
      'a filtered subscription',
      subscription({ FilterPolicy: '{"a":["b"]}' }),
      'a filter policy keeps events back',
      'FilterPolicy',
    ],
    [
      'a set that is off',
      set({ SendingOptions: { SendingEnabled: false } }),
      'switched off',
      'put-configuration-set-sending-options',
    ],
    [
      'a destination that hears of bounces alone',
      destination({ Enabled: true, MatchingEventTypes: ['BOUNCE'], SnsDestination: { TopicArn: topicArn } }),
      'does not publish SEND, REJECT, COMPLAINT, DELIVERY, DELIVERY_DELAY, RENDERING_FAILURE',
      'update-configuration-set-event-destination',
    ],
  ])('%s', async (_what, prepare, words, command) => {
    await prepare();
    const before = changes();
    const { code, text } = await setup();
    expect(text).toContain(words);
    expect(text).toContain(command);
    expect(text).toContain('nothing was made');
    expect([code, changes(), existsSync(envFile)]).toEqual([1, before, false]);
  });

  test('settings of others that work are taken as they are, with a word about what is unusual', async () => {
    await goodTopic();
    await goodQueue();
    const { code, text } = await setup();
    expect(text).toContain(
      `is there; its dead letters go to ${queueArn}-other; gives a message up after 3 receives`,
    );
    expect(code).toBe(0);
  });

  test('a MAIL FROM domain that the domain has stays, unless another was chosen', async () => {
    ses.identities.setMailFrom('example.com', { MailFromDomain: 'mail.example.com' });
    const chosen = await setup('--mail-from', 'other.example.com');
    expect([chosen.code, changes()]).toEqual([1, 0]);
    expect(chosen.text).toContain('example.com has mail.example.com');
    const kept = await setup();
    expect(kept.text).toContain('example.com has mail.example.com, which stays');
    expect(kept.text).toMatch(/MX +mail\.example\.com/);
    expect(kept.code).toBe(0);
  });

  test('another region in .env ends it before anything is asked', async () => {
    writeFileSync(envFile, 'AWS_REGION=eu-central-1\n');
    const { code, text } = await setup();
    expect(text).toContain('says AWS_REGION=eu-central-1, and this would set up us-east-1');
    expect([code, ses.outcomes()]).toEqual([1, {}]);
  });

  test('another queue in .env stays there and is told', async () => {
    writeFileSync(envFile, 'SES_EVENTS_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/1/mine\n');
    const { code, text } = await setup();
    expect(text).toContain('What was set up here: SES_EVENTS_QUEUE_URL=');
    expect(code).toBe(1);
    expect(readFileSync(envFile, 'utf8')).toContain(
      'SES_EVENTS_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/1/mine\n',
    );
  });
});

describe('checking', () => {
  const check = (...args: readonly string[]) => run('check', '--wait', '1', ...args);

  test('needs no right beyond those of the running processes, and leaves the events of other mail', async () => {
    await setup();
    const tag = { Name: 'postroom-send-id', Value: '01890000-0000-7000-8000-000000000000' };
    await callAws(ses.url, {
      service: 'sesv2',
      operation: 'send-email',
      fields: {
        FromEmailAddress: 'shop@example.com',
        Destination: { ToAddresses: ['ada@example.org'] },
        Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hello' } } } },
        EmailTags: [tag],
        ConfigurationSetName: 'postroom',
      },
    });
    ses.rights.set(parseIamPolicy(JSON.stringify(runningPolicy({ ...plan, attachTo: null }))));
    const { code, text } = await check('--wait', '30');
    expect(text).toMatch(/✓ Event +complaint/);
    expect(text).toContain('2 event(s) of other mail were on the queue, and stay there');
    expect(code).toBe(0);
    const left = ses.aws.queues.left('postroom-events').filter((body) => body.includes(tag.Value));
    expect(left).toHaveLength(2);
  });

  test('an event that workers may have taken where nobody can look is not known, and not told as missing', async () => {
    const deliver = ses.aws.queues.deliver.bind(ses.aws.queues);
    // Somebody else takes whatever comes.
    ses.aws.queues.deliver = () => true;
    expect((await setup('--wait', '1')).code).toBe(3);
    ses.aws.queues.deliver = deliver;
    await callAws(ses.url, {
      service: 'sns',
      operation: 'set-topic-attributes',
      fields: { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue: '' },
    });
    const { code, text } = await check();
    expect(text).toMatch(/\? Not known +bounce of \S+ was not on the queue in time/);
    expect(text).toMatch(/docker compose exec worker \S+ \S+ ses check --domain example\.com\n/);
    expect(code).toBe(3);
  });

  test('says that workers would refuse events of a topic that they are not told of', async () => {
    await setup();
    writeFileSync(
      envFile,
      readFileSync(envFile, 'utf8').replace(topicArn, topicArn.replace('us-east-1', 'eu-west-1')),
    );
    const { code, text } = await check();
    expect(text).toContain('the topics of SNS_TOPIC_ARNS are in eu-west-1');
    expect(text).toContain('came from a topic that SNS_TOPIC_ARNS does not name');
    expect(code).toBe(1);
  });

  test('says what is in the way: no queue, no domain here, the sandbox, sending that is off', async () => {
    expect((await check()).text).toContain('SES_EVENTS_QUEUE_URL is set neither in the environment nor in');
    ses.account.set({ isProduction: false });
    expect((await setup()).text).toContain('SES delivers to verified addresses and its simulator alone');
    ses.account.set({ isSendingEnabled: false });
    const stopped = await check();
    expect([stopped.code, stopped.text]).toEqual([1, expect.stringContaining('sending is switched off')]);
    ses.identities.remove('example.com');
    const unknown = await check();
    expect([unknown.code, unknown.text]).toEqual([
      1,
      expect.stringContaining('SES knows no domain example.com in us-east-1'),
    ]);
  });
});
