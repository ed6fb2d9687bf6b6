import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually, type Stack, startTestStack } from '@postroom/testkit';
import { Resend } from 'resend';
import { type Receiver, startReceiver } from './receiver.ts';
import { post } from './sending.ts';

const allowed = { WEBHOOK_PRIVATE_ADDRESSES: 'allow' };

let stack: Stack;
let templateId: string;
let receivers: Receiver[];

beforeAll(async () => {
  stack = await startTestStack({
    workers: 1,
    events: {},
    apiEnv: allowed,
    // What is answered late, by a machine that is busy, would come twice.
    workerEnv: { ...allowed, WEBHOOK_TIMEOUT_MS: '60000' },
  });
  templateId = await stack.makeTemplate();
});
afterAll(() => stack?.stop());
beforeEach(() => {
  receivers = [];
});
afterEach(async () => {
  for (const { id } of await stack.database.rows('SELECT id FROM webhook_endpoints WHERE deleted_at IS NULL'))
    await stack.client.patch(`/webhooks/${String(id)}`, { enabled: false });
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

async function anEndpoint(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

async function aReceiver(events: readonly string[] = ['*']): Promise<Receiver & { readonly id: string }> {
  const receiver = await anEndpoint();
  const { status, body } = await stack.client.post('/webhooks', { url: receiver.url, events });
  expect(status).toBe(201);
  return { ...receiver, id: String(Object(body).id) };
}

let loads = 0;

/** Sends so many mails, and answers the ids. */
function send(count: number): Promise<string[]> {
  loads += 1;
  return post(stack, templateId, { count, prefix: `load-${loads}` });
}

/** Everything that a send of this load is told of: its way to the recipient. */
const way = ['email.delivered', 'email.queued', 'email.sent'];

const typesOf = ({ got }: Receiver, id: string) =>
  got.flatMap(({ emailId, type }) => (emailId === id ? [type] : [])).sort();

const idsOf = ({ got }: Receiver) => got.map(({ headers }) => String(headers['webhook-id']));

async function untilTold(receiver: Receiver, ids: readonly string[], timeoutMs = 60_000): Promise<void> {
  await eventually(() => ids.every((id) => new Set(typesOf(receiver, id)).size === way.length), {
    timeoutMs,
    what: 'every event to arrive',
  });
}

/** Makes what waits for its next try due, as if its pause were over. */
const endPauses = () =>
  stack.database.rows(`
    UPDATE webhook_notices SET next_attempt_at = now() WHERE state = 'pending' AND lease_token IS NULL RETURNING id`);

test('each event of a send arrives once, signed, under an id of its own', async () => {
  const receiver = await aReceiver();
  const ids = await send(20);
  await untilTold(receiver, ids);
  for (const id of ids) expect(typesOf(receiver, id)).toEqual(way);
  expect(new Set(idsOf(receiver)).size).toBe(60);
  const [first] = receiver.got;
  expect(first?.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-signature': expect.stringMatching(/^v1,/),
    'svix-id': first?.headers['webhook-id'],
  });
});

test('what comes of a send of the SDK of Resend is verified by the SDK of Resend', async () => {
  const receiver = await anEndpoint();
  const resend = new Resend(stack.key, { baseUrl: `${stack.apiUrl}/resend` });
  const { data: webhook } = await resend.webhooks.create({ endpoint: receiver.url, events: ['email.sent'] });
  const email = { from: 'Acme <hello@acme.test>', to: 'ada@example.com', subject: 'Hi', html: '<p>Hi</p>' };
  const { data: sent } = await resend.emails.send(email);
  await eventually(() => receiver.got.length > 0, { what: 'the event to arrive' });
  const [got] = receiver.got;
  const header = (name: string) => String(got?.headers[`svix-${name}`]);
  const headers = { id: header('id'), timestamp: header('timestamp'), signature: header('signature') };
  const verify = (payload = '') =>
    resend.webhooks.verify({ payload, headers, webhookSecret: webhook?.signing_secret ?? '' });
  expect(verify(got?.body)).toMatchObject({
    type: 'email.sent',
    data: { email_id: sent?.id, from: email.from, to: [email.to], subject: 'Hi' },
  });
  expect(() => verify(got?.body.replace('ada@', 'bob@'))).toThrow('No matching signature found');
});

test('a receiver that is down gets everything when it is back, and none of it twice', async () => {
  const receiver = await aReceiver();
  receiver.answer(500);
  const ids = await send(10);
  await eventually(() => receiver.asked() > 3, { what: 'it to be asked in vain' });
  receiver.answer(null);
  await eventually(
    async () => {
      await endPauses();
      return ids.every((id) => new Set(typesOf(receiver, id)).size === way.length);
    },
    { timeoutMs: 60_000, what: 'every event to arrive' },
  );
  expect(new Set(idsOf(receiver)).size).toBe(idsOf(receiver).length);
});

test('one that never answers holds up no other', async () => {
  const silent = await aReceiver();
  silent.answer(undefined);
  const receiver = await aReceiver();
  const ids = await send(40);
  await untilTold(receiver, ids);
  expect(receiver.got.length).toBe(120);
  expect(silent.got).toEqual([]);
});

test('any number where nothing has arrived for long holds up no other', async () => {
  const silent = await anEndpoint();
  silent.answer(undefined);
  await stack.database.rows(`
    WITH other AS (
      INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), 'dead') RETURNING id
    ), dead AS (
      INSERT INTO webhook_endpoints (id, workspace_id, url, events, secret, failures, failing_since)
      SELECT gen_random_uuid(), (SELECT id FROM other), '${silent.url}', '{}', 'whsec_AAAA', 3, now()
      FROM generate_series(1, 70) RETURNING id, workspace_id)
    INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type)
    SELECT gen_random_uuid(), workspace_id, id, 'webhook.disabled' FROM dead RETURNING id`);
  const asked = await eventually(() => silent.asked() >= 20 && silent.asked(), {
    what: 'all places to be taken',
  });
  const receiver = await aReceiver();
  const ids = await send(10);
  await untilTold(receiver, ids);
  expect(silent.asked()).toBe(asked);
  await stack.database.rows(
    `UPDATE webhook_endpoints SET enabled = false WHERE url = '${silent.url}' RETURNING id`,
  );
});

test('a worker that is killed with events in hand loses none, and what comes twice has the same id', async () => {
  const receiver = await aReceiver();
  receiver.answer(undefined);
  const ids = await send(15);
  await eventually(() => receiver.asked() > 0, { what: 'a request to be in hand' });
  // What is in hand of sends would be in doubt, which takes its time.
  const unsent = `SELECT id FROM email_sends WHERE status <> 'Sent'`;
  await eventually(async () => (await stack.database.rows(unsent)).length === 0, { what: 'all to be sent' });
  const [worker] = stack.workers;
  worker?.kill('SIGKILL');
  await worker?.exited;
  receiver.answer(null);
  await stack.flushRedis();
  await stack.startWorker();
  await eventually(
    async () => {
      // The leases of the one that was killed end.
      await stack.database.rows(
        `UPDATE webhook_notices SET next_attempt_at = now() WHERE state = 'pending' RETURNING id`,
      );
      return ids.every((id) => new Set(typesOf(receiver, id)).size === way.length);
    },
    { timeoutMs: 120_000, what: 'every event to arrive' },
  );
  for (const id of ids) {
    const ofSend = receiver.got.filter(({ emailId }) => emailId === id);
    const byType = new Map(ofSend.map(({ type, headers }) => [`${type} ${headers['webhook-id']}`, type]));
    expect([...byType.values()].sort()).toEqual(way);
  }
});

test('410 ends it, and the others are told', async () => {
  const gone = await aReceiver(['email.sent']);
  gone.answer(410);
  const other = await aReceiver(['webhook.disabled']);
  await send(1);
  await eventually(() => other.got.length > 0, { what: 'word of the one that is gone' });
  expect(JSON.parse(other.got[0]?.body ?? '{}')).toMatchObject({
    type: 'webhook.disabled',
    data: { id: gone.id, reason: 'gone' },
  });
  const { body } = await stack.client.get(`/webhooks/${gone.id}`);
  expect(body).toMatchObject({ enabled: false, disabledReason: 'gone' });
});
