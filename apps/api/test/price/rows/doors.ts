import { fields, list, MiB, many, type Row, type Rows, unknownId } from './row.ts';

const resend =
  (method: string, path: string) =>
  (body: string): Row['ask'] =>
  () => ({ method, path: `/resend${path}`, body });

const anEmail = { from: 'a@acme.test', to: 'p@example.com', subject: 's', text: 't' };
const people = (name: string) => many(50, (at) => `${name}${at}@example.com`);

const one = resend('POST', '/emails');
const batch = resend('POST', '/emails/batch');

const postmark =
  (path: string) =>
  (body: string): Row['ask'] =>
  () => ({ method: 'POST', path, body });

const aMessage = { From: 'a@acme.test', To: 'p@example.com', Subject: 's', TextBody: 't' };
const comma = (name: string) => people(name).join(', ');

const ofMessage = (send: (body: string) => Row['ask']): readonly Row[] => [
  { what: '119,000 unknown fields', ask: send(fields(119_000)) },
  {
    what: '119,000 unknown fields beside one that says nothing',
    ask: send(`{"TrackLinks":"",${fields(119_000).slice(1)}`),
  },
  { what: 'a million headers', ask: send(`{"Headers":${list(1_000_000, '0')}}`) },
  { what: '119,000 fields of Metadata', ask: send(`{"Metadata":${fields(119_000)}}`) },
  { what: '2 MiB of commas', ask: send(JSON.stringify({ ...aMessage, To: ','.repeat(2 * MiB) })) },
];

const ofMessages = (send: (body: string) => Row['ask'], wrap = (text: string) => text): readonly Row[] => [
  {
    what: '500 messages with 150 addresses each',
    ask: send(
      wrap(
        JSON.stringify(
          many(500, (at) => ({
            ...aMessage,
            To: comma(`p${at}.`),
            Cc: comma(`p${at}.`),
            Bcc: comma(`p${at}.`),
          })),
        ),
      ),
    ),
  },
  { what: '500 messages that are none', ask: send(wrap(JSON.stringify(many(500, () => ({ a: 1, b: 2 }))))) },
  { what: 'a million elements', ask: send(wrap(list(1_000_000, '0'))) },
];

const unknownFields = (path: string): readonly Row[] => [
  { what: '1 MiB of unknown fields', ask: () => ({ method: 'POST', path, body: fields(90_000) }) },
];

/** The longest name that headers have room for, in the place of an id or a cursor. */
const longName = (method: string, path: (name: string) => string): readonly Row[] => [
  { what: 'a name of 8,000 characters', ask: () => ({ method, path: path('x'.repeat(8_000)) }) },
];

/**
 * Rows of the routes for clients of other products: what they read in ways of their own. How large bodies are read, and what
 * their sends then cost, is asked of our own routes.
 */
export const doorRows: Rows = {
  'POST /resend/emails': [
    {
      what: 'as much html and text as is taken',
      ask: one(JSON.stringify({ ...anEmail, html: '漢'.repeat(4 * MiB) })),
    },
    {
      what: 'an attachment of 7 MiB',
      ask: one(
        JSON.stringify({
          ...anEmail,
          attachments: [{ filename: 'a.pdf', content: Buffer.alloc(7 * MiB, 7).toString('base64') }],
        }),
      ),
    },
    { what: '119,000 unknown fields', ask: one(fields(119_000)) },
    { what: '119,000 headers', ask: one(`{"headers":${fields(119_000)}}`) },
    { what: '119,000 fields of a file', ask: one(`{"attachments":[${fields(119_000)}]}`) },
    { what: 'a million tags', ask: one(`{"tags":${list(1_000_000, '0')}}`) },
  ],
  'POST /resend/emails/batch': [
    {
      what: '100 emails with 50 recipients in 150 addresses each',
      ask: batch(
        JSON.stringify(
          many(100, (at) => ({
            ...anEmail,
            to: people(`p${at}.`),
            cc: people(`p${at}.`),
            bcc: people(`p${at}.`),
          })),
        ),
      ),
    },
    {
      what: '100 templates with as many fields of variables as are taken',
      ask: ({ templateId }) => ({
        method: 'POST',
        path: '/resend/emails/batch',
        body: `[${many(100, () => `{"to":"p@example.com","template":{"id":"${templateId}","variables":${fields(1_100)}}}`).join(',')}]`,
      }),
    },
    { what: 'a million elements', ask: batch(list(1_040_000, '0')) },
  ],
  'PATCH /resend/emails/{id}': [
    { what: '1 MiB of unknown fields', ask: resend('PATCH', `/emails/${unknownId}`)(fields(90_000)) },
  ],
  'POST /email': ofMessage(postmark('/email')),
  'POST /email/withTemplate': ofMessage(postmark('/email/withTemplate')),
  'POST /email/batch': ofMessages(postmark('/email/batch')),
  'POST /email/batchWithTemplates': ofMessages(
    postmark('/email/batchWithTemplates'),
    (text) => `{"Messages":${text}}`,
  ),
  'POST /resend/domains': unknownFields('/resend/domains'),
  'POST /resend/webhooks': unknownFields('/resend/webhooks'),
  'PATCH /resend/webhooks/{id}': [
    { what: '1 MiB of unknown fields', ask: resend('PATCH', `/webhooks/${unknownId}`)(fields(90_000)) },
  ],
  'POST /resend/suppressions': unknownFields('/resend/suppressions'),
  'POST /message-streams/{stream}/suppressions': unknownFields('/message-streams/outbound/suppressions'),
  'POST /message-streams/{stream}/suppressions/delete': [
    ...unknownFields('/message-streams/outbound/suppressions/delete'),
    {
      what: '1 MiB of addresses',
      ask: postmark('/message-streams/outbound/suppressions/delete')(
        `{"Suppressions":${list(30_000, '{"EmailAddress":"a@b.co"}')}}`,
      ),
    },
  ],
  'POST /resend/suppressions/batch/add': [
    ...unknownFields('/resend/suppressions/batch/add'),
    {
      what: '100 addresses',
      ask: resend(
        'POST',
        '/suppressions/batch/add',
      )(JSON.stringify({ emails: many(100, (at) => `b${at}@example.com`) })),
    },
    {
      what: '1 MiB of addresses',
      ask: resend('POST', '/suppressions/batch/add')(`{"emails":${list(90_000, '"a@b.co"')}}`),
    },
  ],
  'POST /resend/suppressions/batch/remove': [
    ...unknownFields('/resend/suppressions/batch/remove'),
    {
      what: '100 addresses',
      ask: resend(
        'POST',
        '/suppressions/batch/remove',
      )(JSON.stringify({ emails: many(100, (at) => `b${at}@example.com`) })),
    },
  ],
  'POST /resend/templates': [
    ...unknownFields('/resend/templates'),
    {
      what: '1 MiB of variables that are none',
      ask: resend(
        'POST',
        '/templates',
      )(`{"name":"a","subject":"b","html":"c","variables":${list(500_000, '0')}}`),
    },
    {
      what: '60,000 tags with a fallback',
      status: 422,
      ask: resend(
        'POST',
        '/templates',
      )(
        JSON.stringify({
          name: 'a',
          subject: 'b',
          html: '{{{A}}}'.repeat(60_000),
          variables: [{ key: 'A', type: 'string', fallback_value: 'x'.repeat(500) }],
        }),
      ),
    },
    {
      what: '480,000 braces that open and do not close',
      ask: resend(
        'POST',
        '/templates',
      )(JSON.stringify({ name: 'a', subject: 'b', html: '{'.repeat(480_000) })),
    },
  ],
  'PATCH /resend/templates/{id}': [
    { what: '1 MiB of unknown fields', ask: resend('PATCH', `/templates/${unknownId}`)(fields(90_000)) },
  ],
  'GET /resend/templates': longName('GET', (name) => `/resend/templates?after=${name}`),
  'GET /resend/templates/{id}': longName('GET', (name) => `/resend/templates/${name}`),
  'DELETE /resend/templates/{id}': longName('DELETE', (name) => `/resend/templates/${name}`),
  'POST /resend/templates/{id}/duplicate': longName('POST', (name) => `/resend/templates/${name}/duplicate`),
  'POST /resend/templates/{id}/publish': longName('POST', (name) => `/resend/templates/${name}/publish`),
  'GET /deliverystats': longName('GET', (name) => `/deliverystats?a=${name}`),
  'GET /bounces': [
    ...longName('GET', (name) => `/bounces?tag=${name}`),
    { what: 'the furthest page', ask: () => ({ method: 'GET', path: '/bounces?count=500&offset=9500' }) },
  ],
  'GET /bounces/{id}': longName('GET', (name) => `/bounces/${name}`),
  'GET /bounces/{id}/dump': longName('GET', (name) => `/bounces/${name}/dump`),
  'PUT /bounces/{id}/activate': longName('PUT', (name) => `/bounces/${name}/activate`),
  'GET /message-streams/{stream}/suppressions/dump': longName(
    'GET',
    (name) => `/message-streams/${name}/suppressions/dump`,
  ),
  'GET /resend/domains': longName('GET', (name) => `/resend/domains?after=${name}`),
  'GET /resend/domains/{id}': longName('GET', (name) => `/resend/domains/${name}`),
  'POST /resend/domains/{id}/verify': longName('POST', (name) => `/resend/domains/${name}/verify`),
  'DELETE /resend/domains/{id}': longName('DELETE', (name) => `/resend/domains/${name}`),
  'GET /resend/webhooks': longName('GET', (name) => `/resend/webhooks?after=${name}`),
  'GET /resend/webhooks/{id}': longName('GET', (name) => `/resend/webhooks/${name}`),
  'DELETE /resend/webhooks/{id}': longName('DELETE', (name) => `/resend/webhooks/${name}`),
  'POST /resend/webhooks/{id}/signing-secret/rotate': longName(
    'POST',
    (name) => `/resend/webhooks/${name}/signing-secret/rotate`,
  ),
  'GET /resend/suppressions': longName('GET', (name) => `/resend/suppressions?after=${name}`),
  'GET /resend/suppressions/{id}': longName('GET', (name) => `/resend/suppressions/${name}`),
  'DELETE /resend/suppressions/{id}': longName('DELETE', (name) => `/resend/suppressions/${name}`),
  'POST /resend/emails/{id}/cancel': longName('POST', (name) => `/resend/emails/${name}/cancel`),
  'GET /resend/emails/{id}': longName('GET', (name) => `/resend/emails/${name}`),
  'GET /messages/outbound/{id}/details': longName('GET', (name) => `/messages/outbound/${name}/details`),
  'GET /resend/emails': longName('GET', (name) => `/resend/emails?after=${name}`),
};
