import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, RawSmtp } from '@postroom/testkit';
import { aMessage, bring as bringBy } from './raw-client.ts';
import { idIn, type SmtpStack, sentOf, startSmtpStack } from './smtp-stack.ts';

let smtp: SmtpStack;

beforeAll(async () => {
  smtp = await startSmtpStack();
});

afterAll(() => smtp.stop());

async function bring(message: string, to?: string[], key = smtp.stack.key): Promise<string> {
  const client = await RawSmtp.greet(smtp.port, key);
  const answer = await bringBy(client, message, to);
  client.end();
  return answer;
}

const related = [
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<a href="https://shop.acme.test/">Shop</a> <img src="cid:logo">',
  '--b',
  'Content-Type: image/png',
  'Content-ID: <logo>',
  'Content-Transfer-Encoding: base64',
  '',
  'AQID',
  '--b--',
].join('\r\n');

test('tracking and a group touch the html and the header, and no other part', async () => {
  const { stack } = smtp;
  const groupId = idOf(await stack.client.post('/subscription-groups', { name: 'News', type: 'OptOut' }));
  const fields = {
    'Content-Type': 'multipart/related; boundary=b',
    'List-Unsubscribe': '<https://acme.test/leave>',
    'X-Postroom-Group': groupId,
    'X-Postroom-Track-Clicks': 'true',
  };
  const { raw = '', html } = await sentOf(stack, idIn(await bring(aMessage(fields, related))));
  expect(html).toMatch(new RegExp(`<a href="${stack.apiUrl}/[^"]+">Shop</a> <img src="cid:logo">`));
  expect(raw).toContain(
    '--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\nAQID\r\n--b--',
  );
  expect(raw).toMatch(/^List-Unsubscribe:\s+<http/m);
  expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
  expect(raw).not.toContain('acme.test/leave');
});

test('the link to leave that a message has of its own is not tracked, and it gets no name that it has not', async () => {
  const { stack } = smtp;
  const leave = 'https://acme.test/leave?u=1';
  const fields = {
    From: 'hello@acme.test',
    'Content-Type': 'text/html',
    'List-Unsubscribe': `<mailto:leave@acme.test>, <${leave}>`,
    'X-Postroom-Track-Clicks': 'true',
  };
  const html = (url: string) => `<a href="${url}">Shop</a> <a href="${leave}">Leave</a>`;
  const id = idIn(await bring(aMessage(fields, html('https://shop.acme.test/'))));
  const sent = await sentOf(stack, id);
  expect(sent.raw).toMatch(/^From: hello@acme\.test\r$/m);
  const from = { email: 'hello@acme.test', name: null };
  expect((await stack.client.get(`/emails/${id}`)).body).toMatchObject({ from });
  const [tracked = ''] = new RegExp(`${stack.apiUrl}/t/c/[^"]+`).exec(sent.html ?? '') ?? [];
  expect(tracked).not.toBe('');
  expect(sent.html?.trimEnd()).toBe(html(tracked));
});

test('bytes of 8 bits go out as they came', async () => {
  const { stack, port } = smtp;
  // A byte for each character.
  const body = Buffer.from('Grüße aus Köln').toString('latin1');
  const fields = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': '8bit' };
  const client = await RawSmtp.greet(port, stack.key);
  for (const line of ['MAIL FROM:<hello@acme.test> BODY=8BITMIME', 'RCPT TO:<jane@b.test>', 'DATA'])
    await client.say(line);
  client.write(`${aMessage(fields, body)}\r\n.\r\n`);
  const { text } = await sentOf(stack, idIn(await client.hear()));
  client.end();
  expect(text?.trimEnd()).toBe('Grüße aus Köln');
});

test('who is suppressed gets nothing and is not shown; who gets nothing anyway is shown as before', async () => {
  const { stack } = smtp;
  await stack.client.post('/suppressions', { email: 'gone@b.test' });
  const fields = { To: 'Jane <jane@b.test>, away@b.test, gone@b.test' };
  const message = await sentOf(stack, idIn(await bring(aMessage(fields), ['jane@b.test', 'gone@b.test'])));
  expect(message).toMatchObject({ to: ['Jane <jane@b.test>'], cc: [], bcc: [] });
  expect(message.raw).toMatch(/^To: Jane <jane@b.test>, away@b.test\r$/m);
});

test('where the first recipient is suppressed the others get it, were they copies alone', async () => {
  const { stack } = smtp;
  await stack.client.post('/suppressions', { email: 'off@b.test', reason: 'Manual' });
  const shown = { To: 'off@b.test, jane@b.test', Cc: 'zoe@b.test' };
  const { to, cc, raw } = await sentOf(
    stack,
    idIn(await bring(aMessage(shown), ['off@b.test', 'jane@b.test', 'zoe@b.test'])),
  );
  expect([to, cc]).toEqual([['jane@b.test'], ['zoe@b.test']]);
  expect(raw).not.toContain('off@b.test');
  const copied = await sentOf(
    stack,
    idIn(await bring(aMessage({ ...shown, To: 'off@b.test' }), ['off@b.test', 'zoe@b.test'])),
  );
  expect([copied.to, copied.cc, /^To:/m.test(copied.raw ?? '')]).toEqual([[], ['zoe@b.test'], false]);
});

test('who is in neither To nor Cc is blind, be it everybody', async () => {
  const { stack } = smtp;
  const id = idIn(await bring(aMessage({ To: 'undisclosed-recipients:;' }), ['a@b.test', 'b@b.test']));
  const message = await sentOf(stack, id);
  expect([...message.to, ...message.cc, ...message.bcc].sort()).toEqual(['a@b.test', 'b@b.test']);
  expect(message.raw).not.toMatch(/[ab]@b\.test/);
});

test('a template is rendered with the data of the header, and takes the files of the message', async () => {
  const { stack, templateId } = smtp;
  const body = [
    '--b',
    'Content-Type: text/plain',
    '',
    'ignored',
    '--b',
    'Content-Type: text/csv; name=a.csv',
    '',
    'a,b',
    '--b--',
  ];
  const fields = {
    Subject: null,
    'Content-Type': 'multipart/mixed; boundary=b',
    'X-Postroom-Template': templateId,
    'X-Postroom-Data': '{ "name":\r\n "Jane" }',
  };
  const message = await sentOf(stack, idIn(await bring(aMessage(fields, body.join('\r\n')))));
  expect(message).toMatchObject({
    subject: 'Hello Jane',
    html: '<p>Hello Jane</p>',
    attachments: [{ filename: 'a.csv', contentType: 'text/csv', sizeBytes: 3 }],
  });
});

test('a send of a later time waits, and one of a test key is simulated', async () => {
  const { stack } = smtp;
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const later = idIn(await bring(aMessage({ 'X-Postroom-Scheduled-At': at })));
  expect((await stack.client.get(`/emails/${later}`)).body).toMatchObject({
    status: 'Scheduled',
    scheduledAt: at,
  });
  const made = await stack.client.post('/api-keys', { name: 'test', scopes: ['emails:write'], mode: 'test' });
  const key = String(Object(made.body).key);
  const simulated = idIn(await bring(aMessage(), undefined, key));
  await eventually(async () => {
    const [row] = await stack.database.rows('SELECT status::text, simulated FROM email_sends WHERE id = $1', [
      simulated,
    ]);
    expect(row).toEqual({ status: 'Sent', simulated: true });
  });
  expect(stack.ses.ledger.entriesOf(simulated)).toEqual([]);
});

test('a person who is only shown in a message is erased from it, and it goes out without them', async () => {
  const { stack } = smtp;
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const fields = { To: 'jane@b.test, Gone Person <erased@b.test>', 'X-Postroom-Scheduled-At': at };
  const id = idIn(await bring(aMessage(fields)));
  const kept = async () => {
    const [row] = await stack.database.rows(
      'SELECT attachments::text AS kept FROM email_sends WHERE id = $1',
      [id],
    );
    return String(row?.kept);
  };
  expect(await kept()).toContain('Gone Person');
  expect((await stack.client.post('/erasures', { email: 'erased@b.test' })).status).toBeLessThan(300);
  await eventually(async () => expect(await kept()).not.toMatch(/Gone Person|erased@b/));
  const soon = new Date(Date.now() + 500).toISOString();
  await stack.client.patch(`/emails/${id}`, { scheduledAt: soon });
  expect((await sentOf(stack, id)).raw).toMatch(/^To: jane@b\.test\r$/m);
});

test('a key that is limited to sender profiles sends from no other', async () => {
  const { client } = smtp.stack;
  const sender = { name: 'Own', fromEmail: 'own@acme.test' };
  const senderProfileIds = [idOf(await client.post('/sender-profiles', sender))];
  const limited = { name: 'l', scopes: ['emails:write'], senderProfileIds };
  const { body } = await client.post('/api-keys', limited);
  const answer = await bring(aMessage(), undefined, String(Object(body).key));
  expect(answer).toMatch(/^550 5\.7\.1.*limited to sender profiles/);
});

test('what comes back from where it was sent to goes out no more, and what is forwarded to others does', async () => {
  const { raw = '' } = await sentOf(smtp.stack, idIn(await bring(aMessage({ Subject: 'Around' }))));
  expect(raw).toMatch(/^X-Postroom-Send-Id: /im);
  expect(await bring(raw, ['other@b.test', 'JANE@b.test'])).toMatch(/^554 5\.4\.6 .*loop/);
  expect(await bring(raw, ['other@b.test'])).toMatch(/^250/);
});

test('a key that may not send is refused at AUTH, and one that was revoked at the next message', async () => {
  const { stack, port } = smtp;
  const reading = await stack.client.post('/api-keys', { name: 'r', scopes: ['emails:read'] });
  const client = await RawSmtp.greet(port, null);
  const auth = (key: string) => `AUTH PLAIN ${Buffer.from(`\0x\0${key}`).toString('base64')}`;
  expect(await client.say(auth(String(Object(reading.body).key)))).toMatch(/^535 5\.7\.8.*emails:write/);
  const writing = await stack.client.post('/api-keys', { name: 'w', scopes: ['emails:write'] });
  expect(await client.say(auth(String(Object(writing.body).key)))).toMatch(/^235/);
  expect(await bringBy(client, aMessage())).toMatch(/^250/);
  const begun = await RawSmtp.greet(port, null);
  expect(await begun.say(auth(String(Object(writing.body).key)))).toMatch(/^235/);
  for (const line of ['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@b.test>']) await begun.say(line);
  await fetch(`${stack.apiUrl}/api/v1/api-keys/${idOf(writing)}`, {
    method: 'DELETE',
    headers: { 'x-api-key': stack.key },
  });
  await eventually(async () => expect(await bringBy(client, aMessage())).toMatch(/^535/));
  // What was begun before is the next message too, however long its connection stands.
  expect(await begun.say('DATA')).toMatch(/^354/);
  expect(await begun.say(`${aMessage()}\r\n.`)).toMatch(/^535 5\.7\.8/);
  expect(await begun.say('MAIL FROM:<hello@acme.test>')).toMatch(/^530/);
  client.end();
  begun.end();
});
