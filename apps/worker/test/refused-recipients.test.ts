import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';

let stack: Stack;
let templateId: string;
let groupId: string;

const gone = 'gone@example.com';
const left = 'left@example.com';
const ok = 'ok@example.com';
const other = 'other@example.com';

beforeAll(async () => {
  stack = await startTestStack();
  templateId = await stack.makeTemplate();
  expect((await stack.client.post('/suppressions', { email: gone, reason: 'Manual' })).status).toBe(201);
  const group = { name: 'News', type: 'OptOut', marketingDefault: true };
  groupId = idOf(await stack.client.post('/subscription-groups', group));
  const subscription = { email: left, subscribed: false };
  expect((await stack.client.put(`/subscription-groups/${groupId}/subscriptions`, subscription)).status).toBe(
    200,
  );
});

afterAll(() => stack?.stop());

type Fields = Readonly<Record<string, unknown>>;
/** Posts in the form of one way in; what was posted is the newest send. */
async function post(path: string, headers: Readonly<Record<string, string>>, body: Fields): Promise<void> {
  const answer = await fetch(`${stack.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.json()]).toEqual([200, expect.anything()]);
}

type Wanted = {
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
};

const whole = { from: 'hello@acme.test', subject: 'Hello', text: 'Hi' };
const asEmail = (wanted: Wanted, more: Fields = {}) =>
  post('/api/v1/emails', { 'x-api-key': stack.key }, { ...whole, ...wanted, ...more });
const asResend = (wanted: Wanted) =>
  post('/resend/emails', { authorization: `Bearer ${stack.key}` }, { ...whole, ...wanted });
const asPostmark = ({ to, cc = [], bcc = [] }: Wanted) =>
  post(
    '/email',
    { 'x-postmark-server-token': stack.key },
    {
      ...{ From: whole.from, Subject: whole.subject, TextBody: whole.text },
      ...{ To: to.join(', '), Cc: cc.join(', ') || undefined, Bcc: bcc.join(', ') || undefined },
    },
  );

/** What became of the newest send: its status, whom SES got, who was left out, and the message. */
async function settled() {
  const row = await eventually(
    async () => {
      const [found] = await stack.database.rows(
        'SELECT id, status::text FROM email_sends ORDER BY id DESC LIMIT 1',
      );
      return ['Sent', 'Skipped', 'Failed'].includes(String(found?.status)) ? found : false;
    },
    { what: 'the send to be at its end' },
  );
  const id = String(row?.id);
  const [attempt] = await stack.database.rows('SELECT dropped FROM send_attempts WHERE send_id = $1', [id]);
  const [entry] = stack.ses.ledger.entriesOf(id);
  const { to = [], cc = [], bcc = [] } = entry ?? {};
  const message = entry === undefined ? null : stack.ses.ledger.message(entry.seq);
  return { id, message, outcome: { status: row?.status, to, cc, bcc, dropped: attempt?.dropped ?? null } };
}

const outcomeOf = async () => (await settled()).outcome;

const deliveryOf = async (id: string) => {
  const [row] = await stack.database.rows('SELECT delivery::text FROM email_sends WHERE id = $1', [id]);
  return row?.delivery ?? null;
};

const dropped = (recipient: string, reason = 'suppressed') => [{ recipient, reason }];

describe.each([
  ['suppressed', gone, {}],
  ['unsubscribed', left, { type: 'marketing' }],
])('who is %s gets nothing, and the others get it:', (reason, refused, more) => {
  test.each<readonly [string, Wanted, Wanted]>([
    ['to', { to: [refused, ok], cc: [other] }, { to: [ok], cc: [other] }],
    ['to[1]', { to: [ok, refused], cc: [other] }, { to: [ok], cc: [other] }],
    ['cc[0]', { to: [ok], cc: [refused, other] }, { to: [ok], cc: [other] }],
    ['bcc', { to: [ok], bcc: [refused, other] }, { to: [ok], bcc: [other] }],
    ['to', { to: [refused], cc: [ok, other] }, { to: [], cc: [ok, other] }],
  ])('as %s of %j', async (place, wanted, expected) => {
    await asEmail(wanted, more);
    expect(await outcomeOf()).toEqual({
      ...{ status: 'Sent', to: [], cc: [], bcc: [], dropped: dropped(place, reason) },
      ...expected,
    });
  });
});

describe.each([
  ['emails', asEmail],
  ['Resend', asResend],
  ['Postmark', asPostmark],
] as const)('what came in as %s', (_what, send) => {
  test('goes to the others where the first of its recipients is suppressed', async () => {
    await send({ to: [gone, ok] });
    expect(await outcomeOf()).toMatchObject({ status: 'Sent', to: [ok], dropped: dropped('to') });
  });

  test('goes to copies, also blind ones, where nobody else is left', async () => {
    await send({ to: [gone], cc: [ok] });
    expect(await outcomeOf()).toMatchObject({ status: 'Sent', to: [], cc: [ok] });
    await send({ to: [gone], bcc: [ok] });
    expect(await outcomeOf()).toMatchObject({ status: 'Sent', to: [], cc: [], bcc: [ok] });
  });
});

test('a send of which nobody is left is skipped, and one of a template where its recipient is not', async () => {
  await asEmail({ to: [gone], cc: [gone] });
  expect(await outcomeOf()).toMatchObject({ status: 'Skipped', dropped: null });
  const items = [{ idempotencyKey: 'copied', templateId, to: { email: gone }, cc: [ok] }];
  await stack.client.post('/emails/batch', { items });
  expect(await outcomeOf()).toMatchObject({ status: 'Skipped', to: [], cc: [] });
});

test('its delivery is that of the first who got it, and whoever is heard of is told by their place', async () => {
  await asEmail({ to: [gone, 'bounce@simulator.amazonses.com', ok] });
  const { id, outcome } = await settled();
  expect(outcome).toMatchObject({ to: ['bounce@simulator.amazonses.com', ok] });
  await eventually(async () => (await deliveryOf(id)) === 'bounced', { what: 'the bounce' });
});

test('the link to leave is that of the first who got it: they leave, and nobody else does', async () => {
  const leaver = 'zoe@example.com';
  await asEmail({ to: [left, leaver, ok] }, { type: 'marketing' });
  const { message } = await settled();
  const header = message?.headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '';
  const link = header.slice(1, -1);
  const page = await (await fetch(link, { headers: { accept: 'text/html' } })).text();
  expect(page).toContain('z•••@example.com');
  expect((await fetch(link, { method: 'POST' })).status).toBe(200);
  await asEmail({ to: [leaver] }, { type: 'marketing' });
  expect(await outcomeOf()).toMatchObject({ status: 'Skipped' });
  await asEmail({ to: [ok] }, { type: 'marketing' });
  expect(await outcomeOf()).toMatchObject({ status: 'Sent' });
  expect((await fetch(`${link}/resubscribe`, { method: 'POST' })).status).toBe(200);
  await asEmail({ to: [leaver] }, { type: 'marketing' });
  expect(await outcomeOf()).toMatchObject({ status: 'Sent' });
});
