import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, acceptedOf, anItem, errorOf, issuePathsOf, refusal } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
let fields: Json;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate({ subject: 'The template' });
  fields = {
    templateId,
    senderProfileId: await workspace.aSender({ fromEmail: 'default@acme.test', fromName: null }),
    from: 'Default <default@acme.test>',
    replyTo: 'Default replies <replies@acme.test>',
    subject: 'The default',
    subscriptionGroupId: await workspace.aGroup(),
    tracking: { clicks: true, opens: false },
  };
});
afterAll(() => api.close());

const rowOf = (id: string) => api.prisma.emailSend.findUniqueOrThrow({ where: { id } });

describe('defaults', () => {
  test('every field that they may hold reaches an item that leaves it out', async () => {
    const send = await accept(workspace, anItem(), fields);
    expect(send).toMatchObject({
      templateId,
      senderProfileId: fields.senderProfileId,
      from: { email: 'default@acme.test', name: 'Default' },
      replyTo: { email: 'replies@acme.test', name: 'Default replies' },
      subject: 'The default',
      subscriptionGroupId: fields.subscriptionGroupId,
    });
    expect(await rowOf(send.id)).toMatchObject({ trackClicks: true, trackOpens: false });
  });

  test('the item wins over the defaults', async () => {
    const own = {
      templateId: await workspace.aTemplate(),
      senderProfileId: await workspace.aSender({ fromEmail: 'own@acme.test' }),
      from: 'Own <own@acme.test>',
      replyTo: 'own-replies@acme.test',
      subject: 'Its own',
      subscriptionGroupId: await workspace.aGroup(),
    };
    expect(await accept(workspace, anItem(own), fields)).toMatchObject({
      ...own,
      from: { email: 'own@acme.test', name: 'Own' },
      replyTo: { email: 'own-replies@acme.test', name: null },
    });
  });

  test('tracking merges per key', async () => {
    const trackingOf = async (tracking: unknown) => {
      const { id } = await accept(workspace, anItem({ tracking }), fields);
      const { trackClicks, trackOpens } = await rowOf(id);
      return { trackClicks, trackOpens };
    };
    expect(await trackingOf({ opens: true })).toEqual({ trackClicks: true, trackOpens: true });
    expect(await trackingOf({ clicks: false })).toEqual({ trackClicks: false, trackOpens: false });
    expect(await trackingOf({ clicks: null })).toEqual({ trackClicks: false, trackOpens: false });
    expect(await trackingOf({})).toEqual({ trackClicks: true, trackOpens: false });
    expect(await trackingOf(null)).toEqual({ trackClicks: false, trackOpens: false });
  });

  test('an explicit null in an item unsets the default', async () => {
    const unset = {
      senderProfileId: null,
      from: null,
      replyTo: null,
      subject: null,
      subscriptionGroupId: null,
    };
    const send = await accept(workspace, anItem(unset), fields);
    expect(send).toMatchObject({ replyTo: null, subject: 'The template', subscriptionGroupId: null });
    expect(send.senderProfileId).not.toBe(fields.senderProfileId);
    const { details } = await refusal(workspace, anItem({ templateId: null }), fields);
    expect(issuePathsOf(details)).toEqual(['templateId']);
  });

  test('templateId is required after defaults are merged', async () => {
    expect((await accept(workspace, anItem(), { templateId })).templateId).toBe(templateId);
    const { error, details } = await refusal(workspace, anItem(), { subject: 'No template' });
    expect(error).toBe('validation_failed');
    expect(details).toEqual({ issues: [{ path: 'templateId', message: 'is required' }] });
  });

  test('they are applied before the item is validated: a bad item stays bad, and a default mends nothing else', async () => {
    const { details } = await refusal(workspace, anItem({ subject: 5, from: 'nobody' }), fields);
    expect(issuePathsOf(details).toSorted()).toEqual(['from', 'subject']);
  });

  test.each([null, {}])('%j is the same as none', async (defaults) => {
    const { items } = await workspace.batch([anItem({ templateId })], defaults);
    expect(acceptedOf(items[0]).send.templateId).toBe(templateId);
  });

  test('a default may be null', async () => {
    const send = await accept(workspace, anItem({ templateId }), {
      subject: null,
      tracking: null,
      from: null,
    });
    expect(send.subject).toBe('The template');
  });
});

describe('bad defaults refuse the whole request, and nothing is written:', () => {
  const bad: readonly (readonly [path: string, defaults: Json])[] = [
    ...['to', 'profileId', 'data', 'cc', 'bcc', 'idempotencyKey'].map(
      (field) => [`defaults.${field}`, { [field]: {} }] as const,
    ),
    ['defaults.to', { to: null }],
    ['defaults.colour', { colour: 'red' }],
    ['defaults.tracking.hovers', { tracking: { hovers: true } }],
    ['defaults.templateId', { templateId: 'x' }],
    ['defaults.senderProfileId', { senderProfileId: 7 }],
    ['defaults.subscriptionGroupId', { subscriptionGroupId: '' }],
    ['defaults.from', { from: 'nobody' }],
    ['defaults.from', { from: { email: 'default@acme.test', name: null } }],
    ['defaults.replyTo', { replyTo: 'a@b.co, c@d.co' }],
    ['defaults.subject', { subject: '' }],
    ['defaults.subject', { subject: 'a\u0000b' }],
    ['defaults.tracking', { tracking: true }],
    ['defaults.tracking.opens', { tracking: { opens: 'yes' } }],
  ];
  test.each(bad)('%s %j', async (path, defaults) => {
    const item = anItem({ templateId });
    const answer = errorOf(await workspace.post('/emails/batch', { items: [item], defaults }));
    expect(answer).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(issuePathsOf(answer.details)).toEqual([path]);
    const { idempotencyKey } = item;
    expect(await api.prisma.emailSend.count({ where: { idempotencyKey: String(idempotencyKey) } })).toBe(0);
  });

  test('a default that every item overrides is refused all the same', async () => {
    const body = { items: [anItem({ templateId })], defaults: { templateId: 'x' } };
    expect(errorOf(await workspace.post('/emails/batch', body)).status).toBe(400);
  });
});
