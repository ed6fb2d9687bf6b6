import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { errorEnvelopeSchema, postmarkErrorSchema, resendErrorSchema, toTypeId } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { exampleIds } from '@postroom/reference';
import * as z from 'zod';
import { acceptedOf, anItem } from './contract/batch-items.ts';
import { anEmail, emailsOf } from './contract/post-emails.ts';
import {
  type DocumentedRoute,
  documentedRoutes,
  exampleBodyOf,
  keyHeadersOf,
  pathWith,
} from './openapi/documented-routes.ts';
import { type ExampleWorld, makeExampleWorld } from './openapi/example-world.ts';
import { type Json, startApi, type TestApi, type TestWorkspace } from './start-api.ts';

/** An error in whichever form its route has, without the id of its request. */
const errorSchema = z.union([
  errorEnvelopeSchema.strict().transform(({ requestId: _, ...error }) => error),
  resendErrorSchema.strict(),
  postmarkErrorSchema.strict(),
]);

let api: TestApi;
let ours: TestWorkspace;
let theirs: ExampleWorld;

beforeAll(async () => {
  api = await startApi();
  ours = await api.makeWorkspace();
  theirs = await makeExampleWorld(api, 'queued');
});
afterAll(() => api.close());

/** Every documented route under a key that names something. */
const routes = documentedRoutes.filter(
  // A stream is none of anybody's own.
  ({ needsKey, named, path }) => needsKey && named !== '' && !path.includes('{stream}'),
);

/** What the example of a path stands for, and an id of the same form that stands for nothing. */
function idsOf({ path, named }: DocumentedRoute) {
  const id = theirs.translate(named);
  const missing = named.split(',').map(newId).join();
  if (named.includes('@')) return [{ theirs: id, missing: 'nobody@missing.example.com' }];
  const ids = { theirs: id, missing };
  return path.includes('/emails/') ? [ids, { theirs: toTypeId(id), missing: toTypeId(missing) }] : [ids];
}

/** What of the other workspace could be changed. */
const stateOf = async () => {
  const where = { workspaceId: theirs.workspace.id };
  return {
    sends: await api.prisma.emailSend.findMany({ where }),
    templates: await api.prisma.template.findMany({ where }),
    senders: await api.prisma.senderProfile.findMany({ where }),
    domains: await api.prisma.domain.findMany({ where }),
    profiles: await api.prisma.profile.findMany({ where }),
    groups: await api.prisma.subscriptionGroup.findMany({ where }),
    suppressions: await api.prisma.suppression.findMany({ where }),
    keys: await api.prisma.apiKey.findMany({ where }),
    erasures: await api.prisma.erasure.findMany({ where }),
    actions: await api.prisma.action.findMany({ where }),
    webhooks: await api.prisma.webhookEndpoint.findMany({ where }),
    notices: await api.prisma.webhookNotice.findMany({ where }),
  };
};

test('there are routes to try', () => {
  expect(routes.length).toBeGreaterThan(25);
});

test.each(routes)(
  '$method $path answers an id of another workspace exactly like a missing one',
  async (route) => {
    const before = await stateOf();
    const body = exampleBodyOf(route);
    for (const ids of idsOf(route)) {
      const answerTo = async (id: string) => {
        const answer = await api.call(pathWith(route, id) + route.query, {
          method: route.method,
          headers: keyHeadersOf(route, ours.key),
          ...(body === undefined ? {} : { body }),
        });
        const envelope = errorSchema.parse(answer.body);
        return { status: answer.status, envelope: JSON.stringify(envelope).replaceAll(id, '<id>') };
      };
      const answer = await answerTo(ids.theirs);
      // Postmark says 422 of what is not there.
      expect(answer.status).toBe(route.operation.tags[0] === 'Postmark' ? 422 : 404);
      expect(answer).toEqual(await answerTo(ids.missing));
    }
    expect(await stateOf()).toEqual(before);
  },
);

describe('a field that names what another workspace has is answered exactly like one that names nothing:', () => {
  test.each([
    ['templateId', exampleIds.template],
    ['senderProfileId', exampleIds.senderProfile],
    ['profileId', exampleIds.profile],
    ['subscriptionGroupId', exampleIds.subscriptionGroup],
  ])('%s of an item', async (field, id) => {
    const templateId = await ours.aTemplate();
    const resultOf = async (value: string) => {
      const { items } = await ours.batch([anItem({ templateId, [field]: value })]);
      return JSON.stringify({ ...items[0], idempotencyKey: null }).replaceAll(value, '<id>');
    };
    const result = await resultOf(theirs.translate(id));
    expect(result).toContain('"rejected"');
    expect(result).toBe(await resultOf(newId()));
  });

  test('from of an email', async () => {
    const resultOf = async (from: string) => {
      const { emails } = emailsOf(
        await ours.post('/emails/batch', { emails: [anEmail({ from, to: ['a@b.co'] })] }),
      );
      return JSON.stringify({ ...emails[0], id: null, created_at: null }).replaceAll(from, '<from>');
    };
    const result = await resultOf(theirs.translate('orders@example.com'));
    expect(result).toContain('"failed"');
    expect(result).toBe(await resultOf('orders@nobody-has-this.test'));
  });

  test.each(['template_id', 'batch_id'])('%s of a list', async (filter) => {
    const id = theirs.translate(filter === 'batch_id' ? exampleIds.batch : exampleIds.template);
    const { body } = await ours.get(`/emails?${filter}=${id}`);
    expect(body).toEqual((await ours.get(`/emails?${filter}=${newId()}`)).body);
    expect(body).toMatchObject({ emails: [], count: 0 });
  });
});

test('equal content of two workspaces is kept once in each, and neither sees the other’s', async () => {
  const content = Buffer.from(randomUUID()).toString('base64');
  const html = `<p>${randomUUID()}</p>`;
  const others = await api.makeWorkspace();
  const sendOf = async (workspace: TestWorkspace) => {
    const fromEmail = `${randomUUID()}@acme.test`;
    await workspace.aSender({ fromEmail });
    const attachments: Json[] = [{ filename: 'a.txt', content }];
    const email = anEmail({ from: fromEmail, html, attachments });
    emailsOf(await workspace.post('/emails/batch', { emails: [email] }));
    return api.prisma.emailSend.findFirstOrThrow({ where: { workspaceId: workspace.id, fromEmail } });
  };
  const sends = [await sendOf(ours), await sendOf(others)];
  const bodies = await api.prisma.templateSnapshot.findMany({ where: { html } });
  expect(bodies.map(({ id, workspaceId }) => [workspaceId, id]).sort()).toEqual(
    sends.map(({ workspaceId, snapshotId }) => [workspaceId, snapshotId]).sort(),
  );
  const bytes = Buffer.from(content, 'base64');
  const kept = await api.prisma.attachment.findMany({ where: { content: new Uint8Array(bytes) } });
  expect(kept.map(({ workspaceId }) => workspaceId).sort()).toEqual([ours.id, others.id].sort());
});

test('one key in two workspaces is two sends', async () => {
  const idempotencyKey = randomUUID();
  const others = await api.makeWorkspace();
  const sendOf = async (workspace: TestWorkspace) => {
    const { items } = await workspace.batch([
      anItem({ idempotencyKey, templateId: await workspace.aTemplate() }),
    ]);
    return acceptedOf(items[0]).send.id;
  };
  expect(await sendOf(ours)).not.toBe(await sendOf(others));
});
