import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
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

  test('domains.list and domains.get show what is registered, and domains.remove forgets it', async () => {
    const { id } = await api.prisma.domain.create({
      data: {
        id: newId(),
        workspaceId: workspace.id,
        domain: `${workspace.id}.example`,
        dnsRecords: [{ purpose: 'dkim', required: true, type: 'CNAME', name: 'a', value: 'b' }],
      },
    });
    const shown = { id, name: `${workspace.id}.example`, status: 'pending', region: 'us-east-1' };
    expect((await resend.domains.list()).data).toMatchObject({
      object: 'list',
      has_more: false,
      data: [shown],
    });
    expect((await resend.domains.get(id)).data).toMatchObject({
      object: 'domain',
      ...shown,
      records: [{ record: 'DKIM', type: 'CNAME', name: 'a', value: 'b', status: 'pending' }],
    });
    expect((await resend.domains.remove(id)).data).toEqual({ object: 'domain', id, deleted: true });
    expect((await resend.domains.verify(id)).error).toMatchObject({ name: 'not_found' });
    const elsewhere = await resend.domains.create({ name: 'example.com', region: 'ap-northeast-1' });
    expect(elsewhere.error).toMatchObject({ name: 'invalid_region', statusCode: 422 });
  });
});
