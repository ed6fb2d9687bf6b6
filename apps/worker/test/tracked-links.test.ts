import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { acceptedIds } from './sending.ts';

let stack: Stack;
let senderProfileId: string;
let templateId: string;

const html =
  "<!doctype html><body><A class=x HREF='https://shop.example/orders/{{order}}?a=1&amp;b=2'>Order</A>" +
  '<a href="mailto:help@shop.example">Help</a> <a data-no-track href="https://shop.example/private">Private</a>' +
  '{{#if unsubscribeUrl}}<a href="{{unsubscribeUrl}}">Leave</a>{{/if}}</body>\r\n';
const text = 'Order {{order}}: https://shop.example/orders/{{order}}.';

beforeAll(async () => {
  stack = await startTestStack();
  const sender = { name: 'Acme', fromEmail: 'hello@acme.test', tracking: { opens: true } };
  senderProfileId = idOf(await stack.client.post('/sender-profiles', sender));
  const template = { name: 'Order', subject: 'Order', html, text, senderProfileId };
  templateId = idOf(await stack.client.post('/templates', template));
});

afterAll(() => stack?.stop());

type Fields = Readonly<Record<string, unknown>>;

/** Sends one item, and answers the message as SES got it. */
async function send(item: Fields = {}) {
  const items = [
    {
      idempotencyKey: randomBytes(8).toString('hex'),
      templateId,
      to: { email: `${randomBytes(6).toString('hex')}@example.com` },
      data: { order: '1001' },
      ...item,
    },
  ];
  const { status, body } = await stack.client.post('/emails/batch', { items });
  const [id = ''] = acceptedIds(status, body);
  const entry = await eventually(() => stack.ses.ledger.entriesOf(id)[0] ?? false, {
    what: 'the mail at SES',
  });
  const message = stack.ses.ledger.message(entry.seq);
  if (message === null) throw new Error('the mail is not kept');
  return { id, message };
}

const get = (url: string, init: RequestInit = {}) =>
  fetch(url, { redirect: 'manual', headers: { 'user-agent': firefox }, ...init });
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

const trackedLink = () => new RegExp(`${stack.apiUrl}/t/c/[A-Za-z0-9_-]+`, 'g');
const pixel = () => new RegExp(`<img src="(${stack.apiUrl}/t/o/[A-Za-z0-9_-]+)"[^>]*>`);

async function eventsOf(id: string) {
  const { body } = await stack.client.get(`/emails/${id}/events`);
  return Object(body) as { events: Fields[]; engagement: unknown };
}

describe('a send whose clicks and opens are recorded', () => {
  test('has tracked links in its html, and is otherwise as it was rendered; each click leads on and is told', async () => {
    const { id, message } = await send({ tracking: { clicks: true } });
    const rendered = html
      .replaceAll('{{order}}', '1001')
      .replace(/\{\{#if.*\{\{\/if\}\}/, '')
      .replace(' data-no-track', '');
    const [link = '', ...more] = message.html?.match(trackedLink()) ?? [];
    expect(more).toEqual([]);
    const [image = '', pixelUrl = ''] = pixel().exec(message.html ?? '') ?? [];
    const target = 'https://shop.example/orders/1001?a=1&b=2';
    expect(message.html?.replace(image, '').replace(link, target.replace('&', '&amp;'))).toBe(rendered);
    expect(message.html).toContain(`${image}</body>`);
    expect(message.text).toBe('Order 1001: https://shop.example/orders/1001.');
    const { status, headers } = await get(link);
    expect([status, headers.get('location')]).toEqual([302, target]);
    expect((await get(pixelUrl)).headers.get('content-type')).toBe('image/gif');
    await eventually(
      async () => (await eventsOf(id)).events.filter(({ type }) => type === 'opened').length === 1,
      {
        what: 'the open in the history',
      },
    );
    const { events, engagement } = await eventsOf(id);
    expect(events.find(({ type }) => type === 'clicked')).toEqual({
      type: 'clicked',
      at: expect.any(String),
      machine: true,
      reason: 'instant',
      url: target,
      detail: { userAgent: firefox, linkNumber: 0 },
    });
    expect(engagement).toEqual({ opened: { people: 0, machines: 1 }, clicked: { people: 0, machines: 1 } });
  });

  test('has its text part tracked only where that is asked for', async () => {
    const { message } = await send({ tracking: { clicks: true, opens: false, text: true } });
    const [link = '', ...more] = message.text?.match(trackedLink()) ?? [];
    expect(more).toEqual([]);
    expect(message.text).toBe(`Order 1001: ${link}.`);
    expect((await get(link)).headers.get('location')).toBe('https://shop.example/orders/1001');
    expect(message.html).not.toMatch(pixel());
  });

  test('keeps its link to leave as it is', async () => {
    const group = { name: 'News', type: 'OptOut' };
    const subscriptionGroupId = idOf(await stack.client.post('/subscription-groups', group));
    const { message } = await send({ tracking: { clicks: true }, subscriptionGroupId });
    const header = message.headers.find(({ name }) => name === 'List-Unsubscribe')?.value.slice(1, -1);
    expect(header).toContain('/u/');
    expect(message.html).toContain(`<a href="${header}">Leave</a>`);
  });

  test('of the emails dialect is tracked in the same way', async () => {
    const tag = randomBytes(8).toString('hex');
    const email = {
      from: 'hello@acme.test',
      to: ['ada@example.com'],
      subject: 'Hi',
      html: '<a href="https://a.example">x</a>',
      tags: [tag],
      tracking: { clicks: true, opens: false },
    };
    expect((await stack.client.post('/emails/batch', { emails: [email] })).status).toBe(200);
    const [row] = await stack.database.rows(`SELECT id FROM email_sends WHERE '${tag}' = ANY(tags)`);
    const entry = await eventually(() => stack.ses.ledger.entriesOf(String(row?.id))[0] ?? false, {
      what: 'the mail at SES',
    });
    const sent = stack.ses.ledger.message(entry.seq)?.html ?? '';
    expect(sent).toMatch(/^<a href="http:\/\/[^"]+\/t\/c\/[A-Za-z0-9_-]+">x<\/a>$/);
  });
});

test('a send that is not tracked is identical to what was rendered, and SES is told to leave every mail alone', async () => {
  const { message } = await send({ tracking: { opens: false } });
  expect(message.html).toBe(html.replaceAll('{{order}}', '1001').replace(/\{\{#if.*\{\{\/if\}\}/, ''));
  expect(message.trackingOverride).toEqual({ opens: 'DISABLED', clicks: 'DISABLED' });
});

test('a tracking host takes the place of the address of the installation once it was found to lead to us', async () => {
  const trackingHost = 'https://links.acme.test';
  const sender = { name: 'Links', fromEmail: 'links@acme.test', trackingHost, tracking: { clicks: true } };
  const own = idOf(await stack.client.post('/sender-profiles', sender));
  const before = await send({ senderProfileId: own });
  expect(before.message.html).toContain(`${stack.apiUrl}/t/c/`);
  await stack.database.rows('UPDATE sender_profiles SET tracking_host_checked_at = now() WHERE id = $1', [
    own,
  ]);
  const after = await send({ senderProfileId: own });
  expect(after.message.html).toContain("HREF='https://links.acme.test/t/c/");
});
