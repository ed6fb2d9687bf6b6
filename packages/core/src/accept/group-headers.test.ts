import { expect, test } from '@jest/globals';
import {
  type DoorSend,
  emailRequestSchema,
  readPostmarkEmail,
  readPostmarkTemplate,
  readResendEmail,
  readSmtpMessage,
} from '@postroom/contracts';
import { recorder } from '../../test/accept-recorder.ts';
import { anEmail, anItem, id } from '../../test/field-changes.ts';
import type { PostroomError } from '../postroom-error.ts';
import { acceptEmailsBatch } from './accept-emails-batch.ts';
import { acceptItemsBatch } from './accept-items-batch.ts';
import { acceptSends } from './accept-sends.ts';

type Headers = Readonly<Record<string, string>>;
/** Accepts one send with headers of its own, and answers why it was refused. */
type Accept = (headers: Headers) => Promise<unknown>;

const owner = { workspaceId: 'workspace', isSimulated: false };
const group = id(2);

const asItem = async (item: object, defaults: object = {}) => {
  const batch = { ...owner, items: [{ ...anItem, ...item }], defaults };
  const [only] = (await acceptItemsBatch(recorder().deps, batch)).items;
  return only?.kind === 'rejected' ? only.details?.issues : null;
};

const asEmail = (email: object, isAlone: boolean) =>
  acceptEmailsBatch(recorder().deps, {
    ...owner,
    ...{ emails: [emailRequestSchema.parse({ ...anEmail, ...email })], idempotencyHeader: null, isAlone },
  }).then(
    () => null,
    (error: PostroomError) => error.details?.issues,
  );

async function byDoor(send: DoorSend) {
  if (send.kind === 'bad') throw new Error(JSON.stringify(send.issues));
  const sends = { ...owner, sends: [send], idempotencyHeader: null, isWhole: false };
  const outcome = await acceptSends(recorder().deps, sends);
  const [only] = outcome.kind === 'taken' ? outcome.outcomes : [];
  return only?.kind === 'rejected' ? only.details?.issues : null;
}

const resend = { from: anEmail.from, to: 'jane@example.com', subject: 's' };
const postmark = { From: anEmail.from, To: 'jane@example.com' };
const listed = (headers: Headers) => Object.entries(headers).map(([Name, Value]) => ({ Name, Value }));

/** Every way in, with a group by each way that it has; `path` is where it says what is wrong. */
const ways: readonly (readonly [string, (withGroup: boolean) => Accept, path?: string])[] = [
  ['an item', (on) => (headers) => asItem({ headers, ...(on ? { subscriptionGroupId: group } : {}) })],
  ['defaults', (on) => (headers) => asItem({ headers }, on ? { subscriptionGroupId: group } : {})],
  ['headers of defaults', (on) => (headers) => asItem(on ? { subscriptionGroupId: group } : {}, { headers })],
  [
    'a list of emails',
    (on) => (headers) => asEmail({ headers, type: on ? 'marketing' : null }, false),
    'emails[0].headers',
  ],
  ['an email', (on) => (headers) => asEmail({ headers, type: on ? 'marketing' : null }, true)],
  [
    'Resend',
    (on) => (headers) =>
      byDoor(readResendEmail({ ...resend, text: 't', headers, ...(on ? { topic_id: group } : {}) })),
  ],
  [
    'a template by Resend',
    (on) => (headers) =>
      byDoor(
        readResendEmail({ ...resend, template: { id: id(1) }, headers, ...(on ? { topic_id: group } : {}) }),
      ),
  ],
  [
    'Postmark',
    (on) => (headers) =>
      byDoor(
        readPostmarkEmail({
          ...{ ...postmark, Subject: 's', TextBody: 't', Headers: listed(headers) },
          MessageStream: on ? 'broadcast' : 'outbound',
        }),
      ),
  ],
  [
    'a template by Postmark',
    (on) => (headers) =>
      byDoor(
        readPostmarkTemplate({
          ...{ ...postmark, TemplateId: id(1), TemplateModel: {}, Headers: listed(headers) },
          MessageStream: on ? 'broadcast' : 'outbound',
        }),
      ),
  ],
];

const own: readonly Headers[] = [
  { 'List-Unsubscribe': '<mailto:off@acme.test>' },
  {
    'X-A': 'a',
    'list-UNSUBSCRIBE': '<https://acme.test/u>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
];

test.each(ways)(
  'a link of its own beside a group is refused by name: %s',
  async (_what, accept, path = 'headers') => {
    for (const headers of own) {
      const names = Object.keys(headers).filter((name) => name !== 'X-A');
      const message = expect.stringContaining('leave it out');
      expect(await accept(true)(headers)).toEqual(
        names.map((name) => ({ path: `${path}.${name}`, message })),
      );
      expect(await accept(false)(headers)).toBeNull();
    }
  },
);

const ofLinks = [
  ['a group', `X-Postroom-Group: ${group}`],
  ['marketing', 'X-Postroom-Type: marketing'],
] as const;

function bySmtp(option: string) {
  const head = `From: ${anEmail.from}\r\nTo: jane@example.com\r\nList-Unsubscribe: <https://acme.test/u>\r\n${option}`;
  const envelope = { from: anEmail.from, recipients: ['jane@example.com'] };
  const message = readSmtpMessage(Buffer.from(`${head}\r\n\r\nHello\r\n`), envelope);
  if (message.kind === 'bad') throw new Error(message.reason);
  return message.send;
}

test.each(ofLinks)('by SMTP with a template it is refused as in an item: %s', async (_what, option) => {
  expect(await byDoor(bySmtp(`X-Postroom-Template: ${id(1)}\r\n${option}`))).toEqual([
    { path: 'headers.List-Unsubscribe', message: expect.stringContaining('leave it out') },
  ]);
});

test.each(ofLinks)(
  'by SMTP it is no header of the send, whose link stands in its place: %s',
  async (_what, option) => {
    const { deps, written } = recorder();
    const sends = { ...owner, sends: [bySmtp(option)], idempotencyHeader: null, isWhole: true };
    expect(await acceptSends(deps, sends)).toMatchObject({ kind: 'taken', outcomes: [{ kind: 'accepted' }] });
    expect(written).toEqual(expect.arrayContaining([[expect.objectContaining({ headers: [] })]]));
  },
);
