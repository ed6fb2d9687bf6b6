import { gzipSync } from 'node:zlib';
import type { World } from '../world.ts';
import { fields, KiB, list, MiB, many, type Row, type Rows, unknownId } from './row.ts';

let keys = 0;
/** An item as JSON text, with more fields as text. */
const item = ({ templateId }: Pick<World, 'templateId'>, more = ''): string => {
  keys += 1;
  const own = { idempotencyKey: `k-${keys}`, templateId, to: { email: `p${keys}@example.com` } };
  return more === '' ? JSON.stringify(own) : `${JSON.stringify(own).slice(0, -1)},${more}}`;
};

const batch = (body: string | Buffer, headers = {}) => ({
  method: 'POST',
  path: '/api/v1/emails/batch',
  body,
  headers,
});
const items = (texts: readonly string[]) => batch(`{"items":[${texts.join(',')}]}`);
const emails = (list_: readonly object[]) => batch(JSON.stringify({ emails: list_ }));

const anEmail = { from: 'a@acme.test', to: ['p@example.com'], subject: 's', text: 't' };
const people = (name: string, domain = 'example.com') => many(50, (at) => `${name}${at}@${domain}`);

/** Just under the 25 MiB of the body, in all. */
const share = (parts: number) => Math.floor((24.5 * MiB) / parts);

const ofItems: readonly Row[] = [
  {
    what: '100 items of 250 KiB of data',
    ask: (world) => items(many(100, () => item(world, `"data":{"a":"${'x'.repeat(250 * KiB)}"}`))),
  },
  {
    what: '100 items whose data has 1,100 fields each',
    ask: (world) => items(many(100, () => item(world, `"data":${fields(1_100)}`))),
  },
  {
    what: '100 items whose data has 10,000 numbers each',
    ask: (world) => items(many(100, () => item(world, `"data":{"a":${list(10_000, '0')}}`))),
  },
  {
    what: 'numbers of 17 digits wherever they fit',
    ask: (world) => items(many(100, () => item(world, `"data":{"a":${list(9_000, '0.30000000000000004')}}`))),
  },
  {
    what: '100 items with 50 recipients each, in one text',
    ask: (world) => items(many(100, () => item(world, `"cc":"${people('c').slice(0, 49).join(',')}"`))),
  },
  {
    what: 'one item with 119,000 unknown fields',
    ask: (world) => items([item(world, fields(119_000).slice(1, -1))]),
  },
  {
    what: '100 items with 1,000 unknown fields each',
    ask: (world) => items(many(100, () => item(world, fields(1_000).slice(1, -1)))),
  },
  {
    what: 'unknown fields with names of 10 KB',
    ask: (world) => items(many(20, () => item(world, fields(50, 'n'.repeat(10_000)).slice(1, -1)))),
  },
  {
    what: 'data of 55,000 names that stand twice',
    ask: (world) => items([item(world, `"data":${fields(55_000).slice(0, -1)},${fields(55_000).slice(1)}`)]),
  },
  {
    what: 'a million numbers that cannot be kept',
    ask: (world) => items(many(100, () => item(world, `"data":{"a":${list(10_000, '1e400')}}`))),
  },
  { what: '2 million unknown fields', ask: (world) => items([item(world, fields(1_900_000).slice(1, -1))]) },
  {
    what: '13 million zeros in 25 KB of gzip',
    ask: (world) =>
      batch(gzipSync(`{"items":[${item(world, `"data":{"a":${list(12_900_000, '0')}}`)}]}`), {
        'content-encoding': 'gzip',
      }),
  },
  {
    what: 'nesting as deep as it is taken',
    ask: () => batch(`{"items":${'['.repeat(249_990)}${']'.repeat(249_990)}}`),
  },
  { what: 'a million empty arrays', ask: () => batch(`{"items":${list(1_040_000, '[]')}}`) },
  { what: 'a million short texts', ask: () => batch(`{"items":${list(1_040_000, '"abcdefgh"')}}`) },
  {
    what: 'objects of many shapes',
    ask: () => batch(`{"items":[${many(119_000, (at) => `{"k${at}":0}`).join(',')}]}`),
  },
  { what: '25 MiB of spaces', ask: () => batch(Buffer.alloc(25 * MiB, ' ')) },
  { what: '25 MiB of one text', ask: () => batch(`{"items":["${'x'.repeat(share(1))}"]}`) },
  {
    what: '25 MiB of one text that is not ASCII',
    ask: () => batch(`{"items":["${'漢'.repeat(share(3))}"]}`),
  },
  { what: '25 MiB of escapes', ask: () => batch(`{"items":["${'\\n'.repeat(share(2))}"]}`) },
  { what: 'a name of 25 MiB', ask: () => batch(`{"${'x'.repeat(share(1))}":0}`) },
  {
    what: 'variables with long names that all items lack',
    ask: async (world) => {
      const html = many(60, (at) => `{{${'n'.repeat(240)}${at}}}`).join('');
      const senderProfileId = world.senderProfileId;
      const templateId = await world.make('/templates', { name: 'T', subject: 's', html, senderProfileId });
      return items(many(100, () => item({ templateId })));
    },
  },
];

/** A template of its own, and a dry run of as many items with the same data. */
const dryRun = async (world: World, html: string, data: (at: number) => string) => {
  const { senderProfileId } = world;
  const templateId = await world.make('/templates', { name: 'T', subject: 's', html, senderProfileId });
  const { path, ...rest } = items(many(100, (at) => item({ templateId }, `"data":${data(at)}`)));
  return { ...rest, path: `${path}?dryRun=true` };
};

const ofDryRuns: readonly Row[] = [
  {
    what: 'a dry run of loops around large texts',
    ask: (world) =>
      dryRun(
        world,
        '{{#each list}}{{../big}}{{/each}}',
        () => `{"list":${list(1_000, '0')},"big":"${'x'.repeat(10_000)}"}`,
      ),
  },
  {
    what: 'a dry run of characters that are escaped',
    ask: (world) => dryRun(world, '{{a}}'.repeat(120), () => `{"a":"${'&'.repeat(30_000)}"}`),
  },
  {
    what: 'a dry run of loops in loops',
    ask: (world) =>
      dryRun(
        world,
        '{{#each a}}{{#each ../a}}{{#each ../../a}}{{#each ../../../a}}x{{/each}}{{/each}}{{/each}}{{/each}}',
        () => `{"a":${list(1_000, '0')}}`,
      ),
  },
];

const ofEmails: readonly Row[] = [
  {
    what: '1,000 emails with 50 recipients in 150 addresses each',
    ask: () =>
      emails(
        many(1_000, (at) => ({
          ...anEmail,
          to: people(`p${at}.`),
          cc: people(`p${at}.`),
          bcc: people(`p${at}.`),
        })),
      ),
  },
  {
    what: '1,000 emails with 150 addresses of other scripts each',
    ask: () => {
      const to = people('p', 'größe.example');
      return emails(many(1_000, () => ({ ...anEmail, to, cc: to, bcc: to })));
    },
  },
  {
    what: '24,000 addresses with one label of 300 letters',
    ask: () =>
      emails(many(1_000, () => ({ ...anEmail, to: many(24, (at) => `p${at}@${'漢'.repeat(300)}.example`) }))),
  },
  {
    what: '50,000 addresses that are none',
    ask: () => emails(many(1_000, () => ({ ...anEmail, to: many(50, () => 'not an address') }))),
  },
  {
    what: '1,000 emails of 24 KB that all differ',
    ask: () => emails(many(1_000, (at) => ({ ...anEmail, html: `${at}${'<p>x</p>'.repeat(3_000)}` }))),
  },
  {
    what: '1,000 emails with 30 headers and 20 tags each',
    ask: () => {
      const headers = Object.fromEntries(many(30, (at) => [`X-Order-${at}`, 'v'.repeat(300)]));
      return emails(many(1_000, () => ({ ...anEmail, headers, tags: many(20, (at) => `tag-${at}`) })));
    },
  },
  {
    what: 'two emails with 7 MiB of attachments each, which are messages by their type or their ending',
    ask: () => {
      const content = Buffer.alloc(7 * MiB, `${'x'.repeat(76)}\r\n`).toString('base64');
      const file = { filename: 'a.eml', content };
      const attachments = [[{ ...file, content_type: 'message/rfc822' }], [file]];
      return emails(many(2, (at) => ({ ...anEmail, attachments: attachments[at] })));
    },
  },
  {
    what: '1,000 emails with an attachment each that differ',
    ask: () =>
      emails(
        many(1_000, (at) => ({
          ...anEmail,
          attachments: [
            { filename: 'a.txt', content: Buffer.alloc(18 * KiB, String(at)).toString('base64') },
          ],
        })),
      ),
  },
  {
    what: '1,000 emails without a field that is right',
    ask: () => emails(many(1_000, () => ({ a: 1, b: 2, c: 3 }))),
  },
];

const one = (body: string, key = 'one') => ({
  method: 'POST',
  path: '/api/v1/emails',
  body,
  headers: { 'idempotency-key': `${key}-${Date.now()}` },
});

const longKey = { 'idempotency-key': 'k'.repeat(8_000) };

/** Rows of the routes that take emails. */
export const emailRows: Rows = {
  'POST /api/v1/emails/batch': [...ofItems, ...ofDryRuns, ...ofEmails],
  'POST /api/v1/emails': [
    {
      what: 'an email with as much html and text as is taken',
      ask: () => one(JSON.stringify({ ...anEmail, html: '漢'.repeat(4 * MiB), text: '漢'.repeat(4 * MiB) })),
    },
    {
      what: 'an item with as much data as is taken',
      ask: ({ templateId }) =>
        one(
          JSON.stringify({ templateId, to: { email: 'p@example.com' }, data: { a: 'x'.repeat(255 * KiB) } }),
        ),
    },
    {
      what: 'an item with as many fields of data as are taken',
      ask: ({ templateId }) =>
        one(`{"templateId":"${templateId}","to":{"email":"p@x.io"},"data":${fields(24_000)}}`),
    },
    { what: '119,000 unknown fields', ask: () => one(fields(119_000)) },
    { what: 'a key of 8,000 characters', ask: () => ({ ...one(JSON.stringify(anEmail)), headers: longKey }) },
  ],
  'POST /api/v1/emails/actions': [
    {
      what: 'a filter with 1 MiB of unknown fields',
      ask: () => ({
        method: 'POST',
        path: '/api/v1/emails/actions',
        body: `{"action":"export","filter":${fields(80_000)}}`,
      }),
    },
  ],
  'PATCH /api/v1/emails/{id}': [
    {
      what: '1 MiB of unknown fields',
      ask: () => ({ method: 'PATCH', path: `/api/v1/emails/${unknownId}`, body: fields(90_000) }),
    },
  ],
};
