import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emailsDryRunResponseSchema, itemsDryRunResponseSchema } from '@postroom/contracts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, errorOf } from './batch-items.ts';
import { anEmail } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
const from = 'news@acme.test';
const path = '/emails/batch?dryRun=true';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender({ fromEmail: from, fromName: 'Acme' });
  templateId = await workspace.aTemplate({
    senderProfileId,
    subject: 'Hi {{name}}',
    html: '<p>{{name}} {{profile.plan}} {{profile.email}} {{sender.name}}</p>',
    text: 'Hi {{name}}',
  });
});
afterAll(() => api.close());

/** All that a send could leave behind. */
const countAll = async () => ({
  sends: await api.prisma.emailSend.count(),
  batches: await api.prisma.batch.count(),
  profiles: await api.prisma.profile.count(),
  snapshots: await api.prisma.templateSnapshot.count(),
  attachments: await api.prisma.attachment.count(),
  groups: await api.prisma.subscriptionGroup.count(),
  facets: await api.prisma.sendFacet.count(),
  jobs: await api.countJobs(),
});

const dryItems = async (items: readonly unknown[], defaults?: unknown) => {
  const { status, body } = await workspace.post(path, { items, ...(defaults ? { defaults } : {}) });
  expect(status).toBe(200);
  return itemsDryRunResponseSchema.strict().parse(body);
};

describe('a dry run of items', () => {
  test('shows templates the profile that a new recipient would be given', async () => {
    const subject = '{{profile.externalId}} {{profile.email}} {{#if profile.id}}known{{/if}}';
    const ofProfile = await workspace.aTemplate({ subject });
    const to = { externalId: `ext-${randomUUID()}`, email: 'New@example.com' };
    const { items } = await dryItems([
      anItem({ templateId: ofProfile, to }),
      anItem({ templateId: ofProfile, to: { externalId: to.externalId } }),
    ]);
    const rendered = { subject: `${to.externalId} New@example.com known` };
    expect(items).toMatchObject([{ rendered }, { rendered }]);
  });

  test("shows the profile's own fields in place of attributes of the same name, also where it has none", async () => {
    const attributes = { id: 'crm-1', email: 'old@example.com', externalId: 'e-1', plan: 'gold' };
    const profileId = await workspace.aProfile({ email: 'own@example.com', attributes });
    const subject = '{{@profile.id}} {{@profile.email}} [{{@profile.externalId}}] {{@profile.plan}}';
    const ofProfile = await workspace.aTemplate({ subject });
    const { items } = await dryItems([anItem({ templateId: ofProfile, profileId, to: undefined })]);
    expect(items).toMatchObject([{ rendered: { subject: `${profileId} own@example.com [] gold` } }]);
  });

  test('answers what would be sent, and writes nothing at all', async () => {
    const profileId = await workspace.aProfile({ email: 'ada@example.com', attributes: { plan: 'gold' } });
    const before = await countAll();
    const content = Buffer.from(randomUUID()).toString('base64');
    const answer = await dryItems([
      anItem({ templateId, profileId, to: undefined, data: { name: '<Ada>' } }),
      anItem({
        templateId,
        data: { name: 'Bob' },
        subject: 'Final {{text}}',
        attachments: [{ filename: 'a.txt', content }],
      }),
    ]);
    expect(answer).toMatchObject({ dryRun: true, total: 2, accepted: 2, rejected: 0 });
    expect(answer.items).toMatchObject([
      {
        index: 0,
        status: 'accepted',
        replayed: false,
        rendered: {
          subject: 'Hi <Ada>',
          html: '<p>&lt;Ada&gt; gold ada@example.com Acme</p>',
          text: 'Hi <Ada>',
        },
      },
      { index: 1, rendered: { subject: 'Final {{text}}' } },
    ]);
    expect(await countAll()).toEqual(before);
  });

  test('refuses what a real run would refuse, with the same words', async () => {
    const items = [
      null,
      anItem({ templateId, data: {} }),
      anItem({ templateId: randomUUID() }),
      anItem({ templateId, data: { name: 'A' }, from: 'eve@elsewhere.test' }),
    ];
    const real = await workspace.batch(items);
    const dry = await dryItems(items);
    expect(dry.items).toEqual(real.items);
  });

  test('tells which names of the data hide what the pipeline provides', async () => {
    const subject = '{{sender.name}} sent you {{amount}} for {{@sender.name}}';
    const ofSender = await workspace.aTemplate({ subject });
    const answer = await dryItems([
      anItem({ templateId: ofSender, data: { amount: 5, sender: { name: 'Alice' } } }),
      anItem({ templateId: ofSender, data: { amount: 5 } }),
    ]);
    expect(answer.items).toMatchObject([
      { rendered: { subject: 'Alice sent you 5 for Acme' }, warnings: [{ path: 'data.sender' }] },
      { rendered: { subject: 'Acme sent you 5 for Acme' } },
    ]);
    expect(answer.items[1]).not.toHaveProperty('warnings');
  });

  test('tells a template that cannot be rendered with the data', async () => {
    const failing = await workspace.aTemplate({ subject: '{{#if a}}x{{/if}}' });
    const answer = await dryItems([anItem({ templateId: failing })]);
    expect(answer.items).toMatchObject([{ status: 'rejected', error: 'rendering_failed' }]);
  });

  test('says which keys are known, and which are used for something else', async () => {
    const item = anItem({ templateId, data: { name: 'Ada' } });
    await workspace.batch([item]);
    const fresh = anItem({ templateId, data: { name: 'Eve' } });
    const answer = await dryItems([item, { ...item, data: { name: 'Bob' } }, fresh, fresh]);
    expect(answer.items).toMatchObject([
      { status: 'accepted', replayed: true, rendered: null },
      { status: 'rejected', error: 'idempotency_key_reuse' },
      { status: 'accepted', replayed: false, rendered: { subject: 'Hi Eve' } },
      { status: 'accepted', replayed: true, rendered: null },
    ]);
  });
});

describe('a dry run of emails', () => {
  test('answers what would be sent, and writes nothing at all', async () => {
    const before = await countAll();
    const { status, body } = await workspace.post(path, {
      emails: [
        anEmail({ from, to: ['ada@example.com'], html: '<p>{{as it is}}</p>', type: 'marketing' }),
        anEmail({ from: 'eve@elsewhere.test' }),
      ],
    });
    expect(status).toBe(200);
    expect(emailsDryRunResponseSchema.strict().parse(body)).toMatchObject({
      dryRun: true,
      count: 2,
      emails: [
        {
          status: 'queued',
          from: `Acme <${from}>`,
          to: 'ada@example.com',
          rendered: { subject: 'Our April newsletter', html: '<p>{{as it is}}</p>', text: null },
        },
        { status: 'failed', error: expect.stringContaining('not verified'), rendered: null },
      ],
    });
    expect(await countAll()).toEqual(before);
  });

  test('says of each what the real thing then answers, of one that repeats another, too', async () => {
    const twice = anEmail({ from: 'eve@elsewhere.test', idempotency_key: 'twice' });
    const emails = [
      anEmail({ from }),
      anEmail({ from: `Ada <${from}>`, to: ['B <b@example.com>'] }),
      twice,
      twice,
    ];
    const told = (body: unknown) =>
      Array.from(Object(body).emails, (email) =>
        ['status', 'from', 'to', 'subject', 'error'].map((field) => Reflect.get(Object(email), field)),
      );
    const dry = told((await workspace.post(path, { emails })).body);
    expect(dry).toEqual(told((await workspace.post('/emails/batch', { emails })).body));
    expect(dry.map(([status]) => status)).toEqual(['queued', 'queued', 'failed', 'failed']);
  });

  test('refuses a malformed request as the real one would', async () => {
    const refusal = errorOf(await workspace.post(path, { emails: [anEmail({ from, to: [] })] }));
    expect(refusal).toMatchObject({ status: 400, details: { issues: [{ path: 'emails[0].to' }] } });
  });
});

test.each(['dryRun=maybe', 'dryRun=', 'dryRun=true&dryRun=true', 'dryrun=true', 'dryRun=true&x=1'])(
  '?%s is refused, rather than sent',
  async (query) => {
    const before = await countAll();
    const answer = await workspace.post(`/emails/batch?${query}`, { emails: [anEmail({ from })] });
    expect(errorOf(answer)).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(await countAll()).toEqual(before);
  },
);

test('?dryRun=false sends', async () => {
  const { status } = await workspace.post('/emails/batch?dryRun=false', { emails: [anEmail({ from })] });
  expect(status).toBe(200);
  expect(await api.prisma.emailSend.count({ where: { fromEmail: from } })).toBeGreaterThan(0);
});
