import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { acceptedIds } from './sending.ts';

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack();
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', { name: 'Acme', fromEmail: 'hello@acme.test' }),
  );
  const html = '<p>Hello</p>{{#if unsubscribeUrl}}<a href="{{unsubscribeUrl}}">Leave</a>{{/if}}';
  const template = { name: 'News', subject: 'News', html, senderProfileId };
  templateId = idOf(await stack.client.post('/templates', template));
});

afterAll(() => stack?.stop());

type Fields = Readonly<Record<string, unknown>>;

const aGroup = async (type = 'OptOut') =>
  idOf(await stack.client.post('/subscription-groups', { name: 'News', type }));
const anAddress = () => `${randomBytes(6).toString('hex')}@example.com`;

async function settled(id: string) {
  const row = await eventually(
    async () => {
      const [found] = await stack.database.rows(
        'SELECT id, status, failure_message FROM email_sends WHERE id = $1',
        [id],
      );
      return found !== undefined && !['Scheduled', 'Queued', 'Processing'].includes(String(found.status))
        ? found
        : false;
    },
    { what: 'the send to be settled' },
  );
  const [entry, ...more] = stack.ses.ledger.entriesOf(id);
  expect(more).toEqual([]);
  const message = entry === undefined ? null : stack.ses.ledger.message(entry.seq);
  return { id, status: row.status, failureMessage: row.failure_message, message };
}

async function accept(email: string, item: Fields): Promise<string> {
  const key = randomBytes(8).toString('hex');
  const items = [{ idempotencyKey: key, templateId, to: { email }, ...item }];
  const { status, body } = await stack.client.post('/emails/batch', { items });
  return acceptedIds(status, body)[0] ?? '';
}

const send = async (email: string, item: Fields = {}) => settled(await accept(email, item));

async function sendEmail(email: Fields) {
  const tag = randomBytes(8).toString('hex');
  const whole = { from: 'hello@acme.test', subject: 'Hello', text: 'Hi', tags: [tag], ...email };
  expect((await stack.client.post('/emails/batch', { emails: [whole] })).status).toBe(200);
  const [row] = await stack.database.rows(`SELECT id FROM email_sends WHERE '${tag}' = ANY(tags)`);
  return settled(String(row?.id));
}

type Sent = Awaited<ReturnType<typeof send>>;

const listHeaders = ({ message }: Sent) =>
  message?.headers.filter(({ name }) => name.toLowerCase().startsWith('list-')) ?? [];

/** The address in the header that a mail client would post to. */
function linkOf(sent: Sent): string {
  const value = listHeaders(sent).find(({ name }) => name === 'List-Unsubscribe')?.value ?? '';
  const [, url = ''] = /^<(http:\/\/\S+)>$/.exec(value) ?? [];
  return url;
}

/** What Gmail and others do when their own button is pressed. */
async function oneClick(sent: Sent): Promise<number> {
  const { status } = await fetch(linkOf(sent), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'error',
  });
  return status;
}

const skipped = {
  status: 'Skipped',
  failureMessage: 'The recipient does not receive this subscription group.',
  message: null,
};

describe('a send with a subscription group', () => {
  test('has the two headers exactly as RFC 8058 writes them, and the same link in its template', async () => {
    const sent = await send(anAddress(), { subscriptionGroupId: await aGroup() });
    const link = linkOf(sent);
    expect(link).toMatch(new RegExp(`^${stack.apiUrl}/u/[A-Za-z0-9_-]{43}$`));
    expect(listHeaders(sent)).toEqual([
      { name: 'List-Unsubscribe', value: `<${link}>` },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ]);
    expect(sent.message?.html).toBe(`<p>Hello</p><a href="${link}">Leave</a>`);
  });

  test('has them beside more headers of its own than SES takes in its simple form', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`X-Own-${at}`, `${at}`]));
    const sent = await send(anAddress(), { subscriptionGroupId: await aGroup(), headers });
    expect(listHeaders(sent)).toEqual([
      { name: 'List-Unsubscribe', value: expect.stringMatching(/^<http:\S+>$/) },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ]);
    expect(await oneClick(sent)).toBe(200);
  });

  test('is the last one, once its link was posted to: the next is Skipped and never reaches SES', async () => {
    const email = anAddress();
    const subscriptionGroupId = await aGroup();
    const sent = await send(email, { subscriptionGroupId });
    expect(await oneClick(sent)).toBe(200);
    expect(await send(email, { subscriptionGroupId })).toMatchObject(skipped);
    expect(await send(email.toUpperCase(), { subscriptionGroupId })).toMatchObject(skipped);
  });

  test('is not the last one of other groups, nor of mail without a group, nor for others', async () => {
    const email = anAddress();
    const subscriptionGroupId = await aGroup();
    await oneClick(await send(email, { subscriptionGroupId }));
    expect(await send(email, { subscriptionGroupId: await aGroup() })).toMatchObject({ status: 'Sent' });
    expect(await send(email)).toMatchObject({ status: 'Sent' });
    expect(await send(anAddress(), { subscriptionGroupId })).toMatchObject({ status: 'Sent' });
  });

  test('goes on after its link was only opened, and again after the way back', async () => {
    const email = anAddress();
    const subscriptionGroupId = await aGroup();
    const sent = await send(email, { subscriptionGroupId });
    expect((await fetch(linkOf(sent))).status).toBe(200);
    expect(await send(email, { subscriptionGroupId })).toMatchObject({ status: 'Sent' });
    await oneClick(sent);
    expect((await fetch(`${linkOf(sent)}/resubscribe`, { method: 'POST' })).status).toBe(200);
    expect(await send(email, { subscriptionGroupId })).toMatchObject({ status: 'Sent' });
  });

  test('leaves out copies that left the group, and keeps those that only never joined it', async () => {
    const subscriptionGroupId = await aGroup();
    const left = anAddress();
    await oneClick(await send(left, { subscriptionGroupId }));
    const cc = [left.toUpperCase(), 'stays@example.com'];
    const sent = await send(anAddress(), { subscriptionGroupId, cc, bcc: [`Left <${left}>`] });
    expect(sent.message).toMatchObject({ cc: ['stays@example.com'], bcc: [] });
    const elsewhere = await send(anAddress(), { subscriptionGroupId: await aGroup(), cc: [left] });
    expect(elsewhere.message).toMatchObject({ cc: [left] });
    expect((await send(anAddress(), { cc: [left] })).message).toMatchObject({ cc: [left] });
  });
});

describe('a send without a group', () => {
  test('has no such headers, and no link for its template', async () => {
    const sent = await send(anAddress());
    expect(listHeaders(sent)).toEqual([]);
    expect(sent.message?.html).toBe('<p>Hello</p>');
  });

  test('that is a transactional email has none either', async () => {
    expect(listHeaders(await sendEmail({ to: [anAddress()] }))).toEqual([]);
  });
});

describe('a marketing email', () => {
  test('has the headers, and posting to its link ends marketing for all that it reaches, and nothing else', async () => {
    const email = anAddress();
    const sent = await sendEmail({ to: [email], type: 'marketing' });
    expect(listHeaders(sent).map(({ name }) => name)).toEqual(['List-Unsubscribe', 'List-Unsubscribe-Post']);
    expect(await oneClick(sent)).toBe(200);
    expect(await sendEmail({ to: [email], type: 'marketing' })).toMatchObject(skipped);
    const second = await sendEmail({ to: [anAddress(), email], cc: [email], type: 'marketing' });
    expect(second.message).toMatchObject({ to: [expect.not.stringContaining(email)], cc: [] });
    expect(await sendEmail({ to: [email] })).toMatchObject({ status: 'Sent' });
  });
});

describe('marketing mail', () => {
  test('says that it is bulk and made by a machine, and that it is not if its own headers say so', async () => {
    const said = ({ message }: Sent) =>
      message?.headers.filter(({ name }) => /^(?:precedence|auto-submitted)$/i.test(name)) ?? [];
    expect(said(await sendEmail({ to: [anAddress()], type: 'marketing' }))).toEqual([
      { name: 'Precedence', value: 'bulk' },
      { name: 'Auto-Submitted', value: 'auto-generated' },
    ]);
    const headers = { Precedence: 'list' };
    expect(said(await send(anAddress(), { subscriptionGroupId: await aGroup(), headers }))).toEqual([
      { name: 'Precedence', value: 'list' },
      { name: 'Auto-Submitted', value: 'auto-generated' },
    ]);
    expect(said(await send(anAddress()))).toEqual([]);
  });

  test('that waits when its recipient opts out is Skipped with the reason', async () => {
    const email = anAddress();
    const subscriptionGroupId = await aGroup();
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await accept(email, { subscriptionGroupId, scheduledAt });
    expect(await oneClick(await send(email, { subscriptionGroupId }))).toBe(200);
    const moved = await stack.client.patch(`/emails/${waiting}`, { scheduledAt: new Date().toISOString() });
    expect(moved.status).toBe(200);
    expect(await settled(waiting)).toMatchObject(skipped);
  });
});

describe('a group that asks for a confirmation', () => {
  test('has its mail skipped until the link of the confirmation mail was used, which opening it does not', async () => {
    const senderProfileId = idOf(
      await stack.client.post('/sender-profiles', {
        name: 'Lists',
        fromEmail: 'lists@acme.test',
        tracking: { clicks: true },
      }),
    );
    const html = '<p><a href="{{@confirmUrl}}">Yes, {{@profile.email}}</a></p>';
    const asking = { name: 'Confirm', subject: 'Please confirm', html, senderProfileId };
    const confirmation = { templateId: idOf(await stack.client.post('/templates', asking)), senderProfileId };
    const group = { name: 'Asked', type: 'OptIn', confirmation };
    const subscriptionGroupId = idOf(await stack.client.post('/subscription-groups', group));
    const email = anAddress();
    const put = await stack.client.put(`/subscription-groups/${subscriptionGroupId}/subscriptions`, {
      email,
      subscribed: true,
    });
    expect(put).toMatchObject({ status: 200, body: { status: 'pending', subscribed: false } });
    const [row] = await stack.database.rows('SELECT id FROM email_sends WHERE to_email = $1', [email]);
    const asked = await settled(String(row?.id));
    expect(asked).toMatchObject({ status: 'Sent', message: { subject: 'Please confirm' } });
    expect(listHeaders(asked)).toEqual([]);
    const [, link = ''] = /href="([^"]+)"/.exec(asked.message?.html ?? '') ?? [];
    expect(link).toMatch(new RegExp(`^${stack.apiUrl}/u/[A-Za-z0-9_-]{43}/confirm$`));
    for (const method of ['HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
    const waiting = {
      ...skipped,
      failureMessage: 'The recipient has not confirmed the subscription to this group yet.',
    };
    expect(await send(email, { subscriptionGroupId })).toMatchObject(waiting);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await send(email, { subscriptionGroupId })).toMatchObject({ status: 'Sent' });
  });
});
