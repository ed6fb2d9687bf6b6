import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Resend } from 'resend';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let resend: Resend;

beforeAll(async () => {
  // Below its own prefix Resend is let in whatever this says.
  api = await startApi({ env: { COMPAT: 'none' } });
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  resend = new Resend(workspace.key, { baseUrl: `${api.origin}/resend` });
});

test('nobody is let in at the root where COMPAT says none', async () => {
  const headers = { authorization: `Bearer ${workspace.key}`, 'x-postmark-server-token': workspace.key };
  for (const path of ['/emails', '/domains', '/email', '/message-streams/outbound/suppressions/dump']) {
    // Not by `api.call`: the reference is of an installation that lets them in.
    const answer = await fetch(`${api.origin}${path}`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: 'not_found' }]);
  }
});

describe('the SDK of Resend, as it is:', () => {
  test('webhooks.create, list, get, update, rotateSigningSecret and remove', async () => {
    const endpoint = 'https://example.com/hooks';
    const { data: made } = await resend.webhooks.create({ endpoint, events: ['email.bounced'] });
    const id = made?.id ?? '';
    expect(made).toMatchObject({ object: 'webhook', signing_secret: expect.stringMatching(/^whsec_/) });
    const shown = { id, endpoint, status: 'enabled', events: ['email.bounced'] };
    expect((await resend.webhooks.list()).data).toMatchObject({
      object: 'list',
      has_more: false,
      data: [shown],
    });
    expect((await resend.webhooks.update(id, { status: 'disabled' })).data).toEqual({
      object: 'webhook',
      id,
    });
    expect((await resend.webhooks.get(id)).data).toMatchObject({
      object: 'webhook',
      ...shown,
      status: 'disabled',
    });
    const { data: rotated } = await resend.webhooks.rotateSigningSecret(id);
    expect(rotated?.signing_secret).not.toBe(made?.signing_secret);
    expect((await resend.webhooks.remove(id)).data).toEqual({ object: 'webhook', id, deleted: true });
    expect((await resend.webhooks.get(id)).error).toMatchObject({ name: 'not_found' });
    const wrong = await resend.webhooks.create({ endpoint: 'nowhere', events: ['email.received'] });
    expect(wrong.error).toMatchObject({ name: 'validation_error', statusCode: 422 });
  });

  test('suppressions.add, list, get and remove, by address', async () => {
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com']) {
      expect((await resend.suppressions.add({ email })).data).toEqual({ object: 'suppression', id: email });
    }
    await workspace.post('/suppressions', { email: 'b@example.com', reason: 'Bounce' });
    const idsOf = async (options: Parameters<typeof resend.suppressions.list>[0]) => {
      const { data } = await resend.suppressions.list(options);
      return [data?.has_more, data?.data.map(({ id }) => id)];
    };
    expect(await idsOf({ limit: 2 })).toEqual([true, ['a@example.com', 'b@example.com']]);
    expect(await idsOf({ limit: 2, after: 'b@example.com' })).toEqual([false, ['c@example.com']]);
    expect(await idsOf({ origin: 'manual', after: 'a@example.com' })).toEqual([false, ['c@example.com']]);
    expect((await resend.suppressions.get('b@example.com')).data).toMatchObject({ origin: 'bounce' });
    const gone = { object: 'suppression', id: 'b@example.com', deleted: true };
    expect((await resend.suppressions.remove('b@example.com')).data).toEqual(gone);
    expect((await resend.suppressions.get('b@example.com')).error).toMatchObject({ name: 'not_found' });
  });

  test('suppressions.list of an origin leaves none out when the last one seen was lifted', async () => {
    const manual = ['d@example.com', 'e@example.com', 'f@example.com'];
    for (const email of manual) await resend.suppressions.add({ email });
    const seen: string[] = [];
    for (let after: string | undefined; seen.length < manual.length; ) {
      const page = { origin: 'manual' as const, limit: 1 };
      const { data, error } = await resend.suppressions.list(after === undefined ? page : { ...page, after });
      expect(error).toBeNull();
      after = data?.data[0]?.id ?? '';
      seen.push(after);
      await resend.suppressions.remove(after);
    }
    expect(seen).toEqual(manual);
  });

  test('suppressions.batch.add and remove, in their order, and what is suppressed stays as it is', async () => {
    await workspace.post('/suppressions', { email: 'b@example.com', reason: 'Bounce' });
    const emails = ['a@example.com', 'b@example.com'];
    const ids = emails.map((id) => ({ object: 'suppression', id }));
    expect((await resend.suppressions.batch.add({ emails })).data).toEqual({ data: ids });
    expect((await resend.suppressions.get('b@example.com')).data).toMatchObject({ origin: 'bounce' });
    const removed = await resend.suppressions.batch.remove({
      ids: ['a@example.com', 'never@example.com'],
    });
    expect(removed.data?.data.map(({ id, deleted }) => [id, deleted])).toEqual([
      ['a@example.com', true],
      ['never@example.com', false],
    ]);
    expect((await resend.suppressions.batch.remove({ emails })).data).toEqual({
      data: ids.map((one, at) => ({ ...one, deleted: at === 1 })),
    });
    const refused = [
      await resend.suppressions.batch.add({ emails: ['a@example.com', 'nobody'] }),
      await resend.suppressions.batch.add({ emails: Array(101).fill('a@example.com') }),
      await resend.suppressions.batch.add({ emails: [] }),
      await resend.suppressions.batch.remove({
        ids: ['a@example.com', 'e169aa45-1ecf-4183-9955-b1499d5701d3'],
      }),
      await resend.suppressions.batch.remove(JSON.parse('{"emails":["a@b.co"],"ids":["a@b.co"]}')),
    ];
    expect(refused.map(({ error }) => error)).toEqual(
      refused.map(() => ({ name: 'validation_error', statusCode: 422, message: expect.any(String) })),
    );
    const nothing = await resend.suppressions.batch.remove(JSON.parse('{}'));
    expect(nothing.error).toMatchObject({ name: 'missing_required_field' });
    expect((await resend.suppressions.list()).data?.data).toEqual([]);
  });

  test('templates.create, publish, get, list, update, duplicate and remove', async () => {
    const template = {
      name: 'Welcome',
      subject: 'Hello {{{NAME}}}',
      html: '<p>{{{NAME}}} {{{ORDER}}} {{{RESEND_UNSUBSCRIBE_URL}}}</p>',
      variables: [{ key: 'NAME', type: 'string' as const, fallbackValue: 'you' }],
    };
    const { data: made } = await resend.templates.create(template).publish();
    const id = made?.id ?? '';
    expect(made).toEqual({ object: 'template', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((await resend.templates.get(id)).data).toMatchObject({
      object: 'template',
      id,
      name: 'Welcome',
      status: 'published',
      alias: null,
      subject: 'Hello {{{default NAME "you"}}}',
      html: '<p>{{{default NAME "you"}}} {{{ORDER}}} {{{@unsubscribeUrl}}}</p>',
      has_unpublished_versions: false,
      variables: [
        { key: 'ORDER', type: 'string', fallback_value: null },
        { key: 'NAME', type: 'string', fallback_value: null },
      ],
    });
    const from = 'hello@acme.test';
    await workspace.aSender({ fromEmail: from, fromName: null });
    const variables = { ORDER: 7 };
    const email = { from, to: 'ada@example.com', template: { id, variables } };
    expect((await resend.emails.send(email)).error).toBeNull();

    expect((await resend.templates.update(id, { name: 'Hi', text: '{{{ORDER}}}' })).data).toEqual(made);
    const orderless = { variables: [{ key: 'ORDER', type: 'number' as const, fallbackValue: 1 }] };
    expect((await resend.templates.update(id, orderless)).data).toEqual(made);
    const { data: changed } = await resend.templates.get(id);
    expect(changed).toMatchObject({
      name: 'Hi',
      text: '{{{default ORDER 1}}}',
      subject: 'Hello {{{default NAME "you"}}}',
    });
    expect(changed?.html).toContain('{{{default ORDER 1}}}');

    const { data: copy } = await resend.templates.duplicate(id).publish();
    const page = (await resend.templates.list({ limit: 1 })).data;
    expect(page).toMatchObject({
      object: 'list',
      has_more: true,
      data: [{ id: copy?.id, status: 'published' }],
    });
    expect((await resend.templates.list({ after: copy?.id ?? '' })).data?.data).toMatchObject([
      { id, name: 'Hi' },
    ]);
    expect((await resend.templates.remove(id)).data).toEqual({ object: 'template', id, deleted: true });
    const gone = [
      await resend.templates.get(id),
      await resend.templates.publish(id),
      await resend.templates.get('hi'),
    ];
    expect(gone.map(({ error }) => error?.name)).toEqual(['not_found', 'not_found', 'not_found']);
    expect((await resend.emails.send(email)).error).toMatchObject({ name: 'validation_error' });
  });

  test('templates.publish, which changes nothing, is for test keys too, and chained to create as the SDK has it', async () => {
    const tester = new Resend(await workspace.makeKey(['templates:write'], 'test'), {
      baseUrl: `${api.origin}/resend`,
    });
    const { data, error } = await tester.templates
      .create({ name: 'A', subject: 'B', html: '<p>C</p>' })
      .publish();
    expect(error).toBeNull();
    expect(data).toMatchObject({ object: 'template' });
  });

  test('templates refuse by name what has no meaning here', async () => {
    const good = { name: 'A', subject: 'B', html: '<p>C</p>' };
    const key = 'NAME';
    const errorOf = async (fields: object) => {
      const { error } = await resend.templates.create(JSON.parse(JSON.stringify({ ...good, ...fields })));
      return [error?.name, error?.statusCode, error?.message];
    };
    const named = (field: string, name = 'validation_error') => [name, 422, expect.stringContaining(field)];
    expect(await errorOf({ alias: 'welcome' })).toEqual(named('alias'));
    expect(await errorOf({ from: 'a@acme.test' })).toEqual(named('from', 'invalid_from_address'));
    expect(await errorOf({ replyTo: ['a@acme.test'] })).toEqual(named('reply_to'));
    expect(await errorOf({ subject: undefined })).toEqual(named('subject', 'missing_required_field'));
    expect(await errorOf({ html: '{{#if a}}' })).toEqual(named('line 1'));
    expect(await errorOf({ html: undefined })).toEqual(named('html', 'missing_required_field'));
    expect(await errorOf({ variables: [{ key, type: 'date' }] })).toEqual(named('variables[0].type'));
    const twice = [1, 2].map((fallbackValue) => ({ key, type: 'number', fallbackValue }));
    expect(await errorOf({ html: '{{{NAME}}}', variables: twice })).toEqual(named('variables'));
    const fallbacks = [7, `"'`, 'a\\'];
    for (const fallbackValue of fallbacks) {
      const variables = [{ key, type: 'string', fallbackValue }];
      expect(await errorOf({ variables })).toEqual(named('variables[0].fallback_value'));
    }
    expect((await resend.templates.list()).data?.data).toEqual([]);
  });

  // Senders are trusted here; what SES says of a domain is asked for by the same use case as under /api/v1.
  test('domains.create, list, get, verify and remove', async () => {
    const name = `${workspace.id}.example`;
    const { data: made } = await resend.domains.create({ name });
    const id = made?.id ?? '';
    const shown = { id, name, status: 'verified', region: 'us-east-1' };
    expect(made).toMatchObject(shown);
    expect((await resend.domains.list()).data).toMatchObject({
      object: 'list',
      has_more: false,
      data: [shown],
    });
    expect((await resend.domains.verify(id)).data).toEqual({ object: 'domain', id });
    const record = { type: 'CNAME', name: 'a', value: 'b' };
    await api.prisma.domain.update({
      where: { id },
      data: { dnsRecords: [{ purpose: 'dkim', required: true, ...record }] },
    });
    expect((await resend.domains.get(id)).data).toMatchObject({
      object: 'domain',
      ...shown,
      records: [{ record: 'DKIM', status: 'verified', ...record }],
    });
    expect((await resend.domains.remove(id)).data).toEqual({ object: 'domain', id, deleted: true });
    expect((await resend.domains.verify(id)).error).toMatchObject({ name: 'not_found' });
    const elsewhere = await resend.domains.create({ name: 'example.com', region: 'ap-northeast-1' });
    expect(elsewhere.error).toMatchObject({ name: 'invalid_region', statusCode: 422 });
  });
});
