import { expect, test } from '@jest/globals';
import { emailRequestSchema } from '../emails.ts';
import { batchItemSchema } from '../items.ts';
import { sendsFilterSchema } from '../sends.ts';
import type { DoorSend } from './door-send.ts';
import { pairOfTag } from './pair-tag.ts';
import { readPostmarkEmail, readPostmarkTemplate } from './postmark-emails.ts';
import { readResendEmail } from './resend-emails.ts';

const template = '01890001-0000-7000-8000-000000000000';
const postmark = { From: 'a@acme.test', To: 'jane@example.com' };
const resend = { from: 'a@acme.test', to: 'jane@example.com', subject: 's' };

type Pair = { readonly name: string; readonly value: string };
type Read = (pair: Pair) => DoorSend;

/** Each form that takes pairs, with the product's own bounds of a name and a value, and where each is told. */
const forms: readonly (readonly [string, Read, Pair, (pair: Pair) => Pair])[] = (() => {
  const ofPostmark = { name: 'n'.repeat(20), value: 'v'.repeat(80) };
  const ofResend = { name: 'n'.repeat(256), value: 'v'.repeat(256) };
  const inMetadata = ({ name }: Pair) => ({ name: `Metadata.${name}`, value: `Metadata.${name}` });
  const inTags = () => ({ name: 'tags[0].name', value: 'tags[0].value' });
  const metadata = ({ name, value }: Pair) => ({ Tag: 't'.repeat(100), Metadata: { [name]: value } });
  return [
    [
      'Postmark',
      (pair) => readPostmarkEmail({ ...postmark, Subject: 's', TextBody: 't', ...metadata(pair) }),
      ofPostmark,
      inMetadata,
    ],
    [
      'a template by Postmark',
      (pair) =>
        readPostmarkTemplate({ ...postmark, TemplateId: template, TemplateModel: {}, ...metadata(pair) }),
      ofPostmark,
      inMetadata,
    ],
    ['Resend', (pair) => readResendEmail({ ...resend, text: 't', tags: [pair] }), ofResend, inTags],
    [
      'a template by Resend',
      (pair) => readResendEmail({ ...resend, template: { id: template }, tags: [pair, pair] }),
      ofResend,
      inTags,
    ],
  ];
})();

const pathsOf = (send: DoorSend) => (send.kind === 'bad' ? send.issues.map(({ path }) => path) : []);

test.each(forms)(
  'a pair at the bounds of its product is taken, and can be looked for: %s',
  (_what, read, pair) => {
    const send = read(pair);
    if (send.kind === 'bad') throw new Error(JSON.stringify(send.issues));
    const tags = (send.kind === 'email' ? send.email : send.item).tags ?? [];
    expect(tags.flatMap((tag) => pairOfTag(tag) ?? [])).toEqual([pair]);
    const filters = [...tags.map((tag) => ({ tag })), { tag_name: pair.name }];
    for (const filter of filters) expect(sendsFilterSchema.parse(filter)).toEqual(filter);
  },
);

const shown = { from: 'a@acme.test', to: ['jane@example.com'], subject: 's', text: 't' };
const item = { idempotencyKey: '-', templateId: template, to: { email: 'jane@example.com' } };

test.each(forms)('what a send of it shows can be posted again: %s', (_what, read, pair) => {
  for (const value of [pair.value, pair.value.slice(0, 1)]) {
    const send = read({ ...pair, value });
    if (send.kind === 'bad') throw new Error(JSON.stringify(send.issues));
    const { tags } = send.kind === 'email' ? send.email : send.item;
    expect(emailRequestSchema.parse({ ...shown, tags })).toMatchObject({ tags });
    expect(batchItemSchema.parse({ ...item, tags })).toMatchObject({ tags });
  }
});

const part = (length: number) => 'x'.repeat(length);

test.each([
  [part(100), true],
  [part(101), false],
  [`:${part(99)}`, true],
  [`:${part(100)}`, false],
  [`${part(256)}:${part(256)}`, true],
  [`${part(257)}:`, false],
  [`n:${part(257)}`, false],
  [part(514), false],
])('a tag of any request is bounded as a door bounds it: %#', (tag, isTaken) => {
  const issues = emailRequestSchema.safeParse({ ...shown, tags: [tag] }).error?.issues ?? [];
  expect(issues.map(({ message }) => message)).toEqual(
    isTaken ? [] : ['must have at most 100 characters, or 256 before and 256 after its colon'],
  );
});

test.each(forms)(
  'one beyond them is refused by the name that it was sent under: %s',
  (_what, read, pair, toldAt) => {
    for (const part of ['name', 'value'] as const) {
      for (const wrong of [`${pair[part]}x`, `a\nb`]) {
        const given = { ...pair, [part]: wrong };
        expect([part, pathsOf(read(given))[0]]).toEqual([part, toldAt(given)[part]]);
      }
    }
  },
);

test.each(['t'.repeat(101), 'a\nb'])('a tag that is none of ours is refused as Tag: %j', (Tag) => {
  for (const read of [readPostmarkEmail, readPostmarkTemplate]) {
    expect(pathsOf(read({ ...postmark, Subject: 's', TextBody: 't', Tag }))).toContain('Tag');
  }
});
