import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RawSmtp } from '@postroom/testkit';
import { aMessage, bring } from './raw-client.ts';
import { idIn, type SmtpStack, sentOf, startSmtpStack } from './smtp-stack.ts';

let smtp: SmtpStack;

beforeAll(async () => {
  smtp = await startSmtpStack({ SMTP_MAX_BYTES: '200000', SMTP_MAX_RECIPIENTS: '5' });
});

afterAll(() => smtp.stop());

const plain = (text: string) => `AUTH PLAIN ${Buffer.from(text, 'latin1').toString('base64')}`;
const wrongKey = `sk_live_${'w'.repeat(32)}`;

type Said = readonly string[];

/** What is said once the key was taken, and the beginning of the last answer. */
const commands: readonly (readonly [Said, RegExp])[] = [
  [['FOO'], /^500/],
  [[''], /^500/],
  [['\0\0\0'], /^500/],
  [['MAIL'], /^501/],
  [['MAIL FROM:hello@acme.test MAIL'], /^501|^250/],
  [['MAIL FROM:<a b@acme.test>'], /^501/],
  [['MAIL FROM:<no-at>'], /^501/],
  [['MAIL FROM:<root@no_host>'], /^501/],
  [['MAIL FROM:<root@no-host>'], /^250/],
  [['MAIL FROM:<>'], /^250/],
  [['MAIL FROM:<jörg@acme.test>'], /^250/],
  [['MAIL FROM:<hello@acme.test> SMTPUTF8'], /^555 5\.6\.7/],
  [['MAIL FROM:<hello@acme.test> SMTPUTF8', 'MAIL FROM:<hello@acme.test>'], /^250/],
  [['MAIL FROM:<hello@acme.test> RET=HDRS'], /^555 5\.5\.4 The parameter RET /],
  [['MAIL FROM:<hello@acme.test> SIZE=10 ENVID=one'], /^555 5\.5\.4 The parameter ENVID /],
  [['MAIL FROM:<hello@acme.test> MT-PRIORITY=4'], /^555 5\.5\.4 The parameter MT-PRIORITY /],
  [['MAIL FROM:<hello@acme.test> constructor=1'], /^555 5\.5\.4/],
  [['MAIL FROM:<hello@acme.test> SIZE=10 BODY=8BITMIME AUTH=<>'], /^250/],
  [
    ['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@b.test> NOTIFY=NEVER'],
    /^555 5\.5\.4 The parameter NOTIFY /,
  ],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@b.test> SIZE=10'], /^555 5\.5\.4 The parameter SIZE /],
  [['MAIL FROM:<hello@acme.test> SIZE=200001'], /^552/],
  [['MAIL FROM:<hello@acme.test> SIZE=-1'], /^501/],
  [['MAIL FROM:<hello@acme.test> BODY=BINARYMIME'], /^501/],
  [['MAIL FROM:<hello@acme.test>', 'MAIL FROM:<hello@acme.test>'], /^503/],
  [['RCPT TO:<jane@b.test>'], /^503/],
  [['DATA'], /^503/],
  [['MAIL FROM:<hello@acme.test>', 'DATA'], /^503/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<>'], /^501/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane>'], /^501/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@localhost>'], /^553 5\.1\.3/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<"a b"@b.test>'], /^553 5\.1\.3|^501/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<postmaster>'], /^553 5\.1\.3/],
  [['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@[127.0.0.1]>'], /^553 5\.1\.3/],
  [
    ['MAIL FROM:<hello@acme.test>', ...[1, 2, 3, 4, 5, 6].map((at) => `RCPT TO:<r${at}@b.test>`)],
    /^452 4\.5\.3/,
  ],
  [[plain('\0x\0again')], /^503/],
  [['STARTTLS'], /^500|^502|^454/],
  [['BDAT 5 LAST'], /^500/],
  [['VRFY jane'], /^252/],
  [['EXPN list'], /^500/],
  [['WIZ please'], /^500/],
  [['XCLIENT ADDR=10.0.0.1'], /^550/],
  [['X'.repeat(20_000)], /^421/],
  [['GET / HTTP/1.1'], /^421/],
];

/** What is said without a key. */
const strangers: readonly (readonly [Said, RegExp])[] = [
  [['MAIL FROM:<hello@acme.test>'], /^530 5\.7\.0 AUTH with an API key/],
  [['AUTH'], /^504/],
  [['AUTH CRAM-MD5'], /^504/],
  [['AUTH XOAUTH2 x'], /^504/],
  [['AUTH PLAIN', '*'], /^501/],
  [['AUTH PLAIN !!!'], /^501/],
  [[plain('\0x\0')], /^535 5\.7\.8/],
  [[plain(`\0x\0${wrongKey}`)], /^535 5\.7\.8/],
  [[plain('\0x\0\xff\xfe')], /^535 5\.7\.8/],
  [['AUTH LOGIN', 'eA==', 'eA=='], /^535 5\.7\.8/],
];

const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
const mixed = { 'Content-Type': 'multipart/mixed; boundary=b' };
const nested = (depth: number): string =>
  depth === 0
    ? 'x'
    : `--b${depth}\r\nContent-Type: multipart/mixed; boundary=b${depth - 1}\r\n\r\n${nested(depth - 1)}\r\n--b${depth}--`;

/** Messages, and the answer to each. */
const messages: readonly (readonly [what: string, message: string, answer: RegExp])[] = [
  ['nothing', '', /^554/],
  ['no header', '\r\nHello', /^554/],
  ['no From', aMessage({ From: null }), /^554 5\.6\.0/],
  ['two From', aMessage({ From: 'a@acme.test, b@acme.test' }), /^554 5\.6\.0/],
  ['From twice', `From: a@acme.test\r\n${aMessage()}`, /^554 5\.6\.0/],
  ['a From that is none', aMessage({ From: 'Acme' }), /^554 5\.6\.0/],
  ['a From that hides one', aMessage({ From: '"hello@acme.test" <x@evil.test>' }), /^550 5\.7\.1/],
  ['a sender of nobody here', aMessage({ From: 'ceo@bank.test' }), /^550 5\.7\.1/],
  ['a To that is none', aMessage({ To: 'jane@' }), /^554 5\.6\.0/],
  ['UTF-8 in a header', aMessage({ Subject: 'Gr\xc3\xbc\xc3\x9fe' }), /^554 5\.6\.0.*RFC 2047/],
  ['a line that is no field', `what\r\n${aMessage()}`, /^554 5\.6\.0/],
  ['a field without a name', `: x\r\n${aMessage()}`, /^554 5\.6\.0/],
  ['a long line in the header', aMessage({ 'X-A': 'x'.repeat(1_000) }), /^554 5\.6\.0/],
  ['a long line in the body', aMessage({}, 'x'.repeat(999)), /^554 5\.6\.0.*quoted-printable/],
  ['NUL', aMessage({}, 'a\0b'), /^554 5\.6\.0/],
  ['a bare LF', aMessage({}, 'a\nb'), /^554 5\.6\.0/],
  ['a bare CR', aMessage({}, 'a\rb'), /^554 5\.6\.0/],
  ['a CR at the end', aMessage({}, 'a\r'), /^554 5\.6\.0/],
  ['too many bytes', aMessage({}, 'x\r\n'.repeat(70_000)), /^552/],
  ['a multipart without a boundary', aMessage({ 'Content-Type': 'multipart/mixed' }), /^554 5\.6\.0/],
  ['a multipart without parts', aMessage(mixed), /^554 5\.6\.0/],
  ['600 parts', aMessage(mixed, part('text/plain', 'x').repeat(600)), /^554 5\.6\.0/],
  [
    'parts 30 deep',
    aMessage({ 'Content-Type': 'multipart/mixed; boundary=b30' }, nested(30)),
    /^554 5\.6\.0/,
  ],
  ['a type twice', aMessage({ 'Content-Type': 'text/plain', 'content-type': 'text/html' }), /^554 5\.6\.0/],
  ['600 fields', `${'X-A: b\r\n'.repeat(600)}${aMessage()}`, /^554 5\.6\.0/],
  ['an option that there is not', aMessage({ 'X-Postroom-Tag': 'a' }), /^554 5\.6\.0.*X-Postroom-Tag/],
  ['a group that is none', aMessage({ 'X-Postroom-Group': 'x' }), /^554 5\.6\.0/],
  [
    'a group of nobody here',
    aMessage({ 'X-Postroom-Group': '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }),
    /^554 5\.6\.0/,
  ],
  [
    'a type of mail that there is not',
    aMessage({ 'X-Postroom-Type': 'spam' }),
    /^554 5\.6\.0.*X-Postroom-Type/,
  ],
  ['tracking that is neither', aMessage({ 'X-Postroom-Track-Clicks': 'perhaps' }), /^554 5\.6\.0/],
  ['a time that is none', aMessage({ 'X-Postroom-Scheduled-At': 'tomorrow' }), /^554 5\.6\.0/],
  [
    'a template of nobody here',
    aMessage({ 'X-Postroom-Template': '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }),
    /^554 5\.6\.0/,
  ],
  ['data of no template', aMessage({ 'X-Postroom-Data': '{}' }), /^554 5\.6\.0/],
  ['data that is no JSON', aMessage({ 'X-Postroom-Template': 'x', 'X-Postroom-Data': '{' }), /^554 5\.6\.0/],
  [
    'data with a number that would be changed',
    aMessage({ 'X-Postroom-Template': 'x', 'X-Postroom-Data': '{"a":[9007199254740993]}' }),
    /^554 5\.6\.0 .*X-Postroom-Data\.a\[0\]/,
  ],
  [
    'data with a name that stands twice',
    aMessage({ 'X-Postroom-Template': 'x', 'X-Postroom-Data': '{"a":1,"a":2}' }),
    /^554 5\.6\.0 .*X-Postroom-Data\.a /,
  ],
  [
    '30 tags',
    aMessage({ 'X-Postroom-Tags': Array.from({ length: 30 }, (_, at) => `t${at}`).join() }),
    /^554/,
  ],
];

/** The same for each, some at a time. */
async function each<Case>(
  cases: readonly Case[],
  answerTo: (one: Case) => Promise<string>,
): Promise<string[]> {
  const answers: string[] = [];
  for (let at = 0; at < cases.length; at += 20) {
    answers.push(...(await Promise.all(cases.slice(at, at + 20).map(answerTo))));
  }
  return answers;
}

async function converse(key: string | null, lines: Said): Promise<string> {
  const client = await RawSmtp.greet(smtp.port, key);
  let answer = '';
  for (const line of lines) answer = await client.say(line);
  client.end();
  return answer;
}

test('whatever is said is answered, and nothing half is written', async () => {
  const { stack, port } = smtp;
  const { key } = stack;
  const told: [unknown, string, RegExp][] = [];
  for (const [one, cases] of [
    [key, commands],
    [null, strangers],
  ] as const) {
    const answers = await each(cases, ([lines]) => converse(one, lines));
    for (const [at, [lines, wanted]] of cases.entries()) told.push([lines, answers[at] ?? '', wanted]);
  }
  const answers = await each(messages, async ([, message]) => {
    const client = await RawSmtp.greet(port, key);
    const answer = await bring(client, message);
    client.end();
    return answer;
  });
  for (const [at, [what, , wanted]] of messages.entries()) told.push([what, answers[at] ?? '', wanted]);
  expect(told.filter(([, answer, wanted]) => !wanted.test(answer))).toEqual([]);
  expect(told.length).toBeGreaterThan(60);
  expect(await stack.database.count('SELECT count(*) FROM email_sends')).toBe(0);
  expect(await stack.database.count('SELECT count(*) FROM attachments')).toBe(0);
  const client = await RawSmtp.greet(port, key);
  expect(await bring(client, aMessage())).toMatch(/^250 2\.0\.0 Ok: queued as /);
  client.end();
});

test.each([
  ['LF dot LF', '\n.\n'],
  ['LF dot CRLF', '\n.\r\n'],
  ['CR dot CR', '\r.\r'],
  ['CRLF dot LF', '\r\n.\n'],
  ['CRLF dot CR', '\r\n.\r'],
  ['CR dot CRLF', '\r.\r\n'],
  ['CRLF dot dot CR', '\r\n..\r'],
])('%s ends no message, and what stands behind it is no command', async (_what, end) => {
  const { stack, port } = smtp;
  const before = await stack.database.count('SELECT count(*) FROM email_sends');
  const client = await RawSmtp.greet(port, stack.key);
  const hidden = ['MAIL FROM:<hello@acme.test>', 'RCPT TO:<victim@b.test>', 'DATA', aMessage()].join('\r\n');
  expect(await bring(client, `${aMessage()}${end}${hidden}`)).toMatch(/^554 5\.6\.0/);
  expect(await client.say('NOOP')).toMatch(/^250/);
  client.end();
  expect(await stack.database.count('SELECT count(*) FROM email_sends')).toBe(before);
});

test('the same Message-ID, envelope and content is one send, whatever way it took, who signed it there and when it was dated', async () => {
  const { stack, port } = smtp;
  const strangeSenders = ['a@localhost', 'root@web01', 'www-data@[10.0.0.1]'];
  const idOf = async (message: string, to = ['jane@b.test', 'blind@b.test'], from = 'hello@acme.test') => {
    const client = await RawSmtp.greet(port, stack.key);
    const answer = await client.bring(message, { from, to });
    client.end();
    return idIn(answer);
  };
  const message = aMessage({ 'Message-ID': '<1@acme.test>', Date: 'Sun, 29 Nov 2026 10:00:00 +0000' });
  const ids = await Promise.all(Array.from({ length: 10 }, () => idOf(message)));
  const again = aMessage({ 'Message-ID': '<1@acme.test>', Date: 'Sun, 29 Nov 2026 10:05:00 +0000' });
  ids.push(
    await idOf(`Received: from a by b; now\r\n${again}`),
    await idOf(`ARC-Seal: i=1; b=eA==\r\nDKIM-Signature: v=1; b=eQ==; t=1\r\n${again}`),
    await idOf(`ARC-Seal: i=1; b=eg==\r\nDKIM-Signature: v=1; b=eA==; t=2\r\n${again}`),
    await idOf(message, ['blind@b.test', 'jane@b.test']),
  );
  expect(new Set(ids).size).toBe(1);
  const parted = (boundary: string, text = 'Hello') => {
    const type = {
      'Message-ID': '<parts@acme.test>',
      'Content-Type': `multipart/mixed; boundary="${boundary}"`,
    };
    return aMessage(type, `--${boundary}\r\n\r\n${text}\r\n--${boundary}\r\n\r\nBye\r\n--${boundary}--`);
  };
  const [one, two, three] = [await idOf(parted('a')), await idOf(parted('b')), await idOf(parted('b', 'Hi'))];
  expect([two === one, three === one]).toEqual([true, false]);
  const others = [
    await idOf(aMessage({ 'Message-ID': '<2@acme.test>' })),
    await idOf(aMessage({ 'Message-ID': '<1@acme.test>' }, 'Other')),
    await idOf(message, ['jane@b.test']),
    await idOf(aMessage()),
    await idOf(aMessage()),
    // Nobody is told of bounces, so that it need be no address that there is.
    ...(await Promise.all(strangeSenders.map((from) => idOf(message, undefined, from)))),
  ];
  expect(new Set([...ids, ...others]).size).toBe(6 + strangeSenders.length);
  const [id = ''] = ids;
  const sent = await sentOf(stack, id);
  expect(sent).toMatchObject({ to: ['jane@b.test'], bcc: ['blind@b.test'] });
  expect(sent.raw).not.toMatch(/^(?:date|received|message-id)|blind@/im);
});
