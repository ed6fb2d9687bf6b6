import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemsBatchResponseSchema, toTypeId } from '@postroom/contracts';
import { exampleIds } from '@postroom/reference';
import { createDraw } from '@postroom/testkit';
import { acceptedOf, anItem } from '../contract/batch-items.ts';
import { anEmail, emailsOf } from '../contract/post-emails.ts';
import { type DocumentedRoute, documentedRoutes, exampleBodyOf } from '../openapi/documented-routes.ts';
import {
  callAsShown,
  type ExampleWorld,
  makeExampleWorld,
  type SendState,
} from '../openapi/example-world.ts';
import { type ApiWithSes, callAs, startWithSes } from '../resources/start-with-ses.ts';
import type { Answer } from '../start-api.ts';
import { tokenOf } from '../unsubscribe/links.ts';

let world: ApiWithSes;
/** The same workspace in each of the states in which a live send could be changed. */
let live: Record<SendState, ExampleWorld>;
let testKeys: Record<SendState, string>;

beforeAll(async () => {
  world = await startWithSes('trust');
  const states = ['queued', 'scheduled', 'failed'] as const;
  const made = await Promise.all(states.map(async (state) => makeExampleWorld(world.api, state)));
  const keys = await Promise.all(made.map(({ workspace }) => workspace.makeKey(['full'], 'test')));
  const by = <Value>(values: readonly Value[]) => {
    const [queued, scheduled, failed] = values;
    if (queued === undefined || scheduled === undefined || failed === undefined) throw new Error('no worlds');
    return { queued, scheduled, failed };
  };
  live = by(made);
  testKeys = by(keys);
});
afterAll(() => world.stop());

/** Every documented route that needs a key. */
const routes = documentedRoutes.filter(({ needsKey }) => needsKey);

/** What live mail depends on, and the live mail itself. */
const liveStateOf = async (workspaceId: string) => {
  const where = { workspaceId };
  const { prisma } = world.api;
  return {
    sends: await prisma.emailSend.findMany({
      where: { workspaceId, simulated: false },
      orderBy: { id: 'asc' },
    }),
    domains: await prisma.domain.findMany({ where }),
    suppressions: await prisma.suppression.findMany({ where }),
    subscriptions: await prisma.subscription.findMany({ where: { group: where } }),
    marketing: await prisma.subscriptionGroup.findMany({ where: { workspaceId, marketingDefault: true } }),
    keys: await prisma.apiKey.findMany({ where: { workspaceId, mode: 'live' } }),
  };
};

/** The rows that were there before, as they are now. */
const sharedStateOf = async (workspaceId: string, before: Date) => {
  const where = { workspaceId, createdAt: { lt: before } };
  const { prisma } = world.api;
  return {
    templates: await prisma.template.findMany({ where, orderBy: { id: 'asc' } }),
    senders: await prisma.senderProfile.findMany({ where, orderBy: { id: 'asc' } }),
    profiles: await prisma.profile.findMany({ where, orderBy: { id: 'asc' } }),
    groups: await prisma.subscriptionGroup.findMany({ where, orderBy: { id: 'asc' } }),
  };
};

/** What a recipient of live mail sees where they unsubscribe. */
async function livePageOf(state: SendState) {
  const { workspace, translate } = live[state];
  const token = await tokenOf(world.api, workspace.id, translate(exampleIds.send));
  return (await world.api.call(`/u/${token}`, { headers: { accept: 'text/html' } })).body;
}

const callsToSes = () => JSON.stringify(world.ses.outcomes());

const callRoute = (state: SendState, route: DocumentedRoute): Promise<Answer> =>
  callAsShown(world.api, live[state], { route, key: testKeys[state] });

test('there are routes to try, and a page to look at', async () => {
  expect(await livePageOf('queued')).toContain('News');
  expect(routes.length).toBeGreaterThan(40);
  expect(routes.filter(({ isLiveOnly }) => isLiveOnly).length).toBeGreaterThan(10);
});

const isAboutSends = ({ path }: DocumentedRoute) => path.includes('/emails') || path.includes('/batches');

/** Its scope is no part of `full`, for keys of either mode. */
const isOfOperators = ({ operation }: DocumentedRoute): boolean =>
  operation.security.some((requirement) => Object.values(requirement).flat().includes('operator'));

/** Only what is about sends can depend on how a live one stands. */
const cases = routes
  .filter((route) => !isOfOperators(route))
  .flatMap((route) =>
    (isAboutSends(route) ? (['queued', 'scheduled', 'failed'] as const) : (['queued'] as const)).map(
      (state) => [state, route.method, route.path, route] as const,
    ),
  );

/** A group may be made, and not one that would take live marketing mail over. */
const needsLive = (route: DocumentedRoute): boolean =>
  route.isLiveOnly || Reflect.get(Object(exampleBodyOf(route)), 'marketingDefault') === true;

const ownRefusal = { status: 403, body: { error: 'insufficient_scope', details: { mode: 'live' } } };

/** The same in the words of other products. */
const liveKeyNeeded: Readonly<Record<string, object>> = {
  Resend: { status: 401, body: { name: 'restricted_api_key' } },
  Postmark: { status: 401, body: { ErrorCode: 10 } },
};

test.each(createDraw()(cases, 60))(
  'beside a %s live send, a test key at %s %s changes nothing live and asks SES nothing',
  async (state, _method, _path, route) => {
    const { id } = live[state].workspace;
    const now = new Date();
    const standing = async () => [
      callsToSes(),
      await liveStateOf(id),
      await sharedStateOf(id, now),
      await livePageOf(state),
    ];
    const before = await standing();
    const { status, body } = await callRoute(state, route);
    expect(status).toBeLessThan(500);
    expect(await standing()).toEqual(before);
    if (needsLive(route)) {
      expect({ status, body }).toMatchObject(liveKeyNeeded[route.operation.tags[0]] ?? ownRefusal);
    } else {
      expect(status).not.toBe(403);
    }
  },
);

describe('what a live key has sent is not there for a test key:', () => {
  const paths = (id: string, batchId: string): readonly (readonly [string, string, unknown?])[] => [
    ['GET', `/emails/${id}`],
    ['GET', `/emails/${id}/events`],
    ['POST', `/emails/${id}/cancel`],
    ['POST', `/emails/${id}/retry`],
    ['PATCH', `/emails/${id}`, { scheduledAt: new Date(Date.now() + 3_600_000).toISOString() }],
    ['GET', `/batches/${batchId}`],
    ['POST', `/batches/${batchId}/cancel`],
  ];

  test.each(['queued', 'scheduled', 'failed'] as const)(
    'a %s one, by either form of its id',
    async (state) => {
      const { translate } = live[state];
      const [send, batch] = [translate(exampleIds.send), translate(exampleIds.batch)];
      for (const form of [send, toTypeId(send)]) {
        for (const call of paths(form, batch)) {
          const { status } = await callAs(world.api, { key: testKeys[state] }, call);
          expect([call, status]).toEqual([call, 404]);
        }
      }
    },
  );

  test('in lists and counts, whatever they are narrowed to', async () => {
    const { workspace } = live.queued;
    const tag = randomUUID();
    const templateId = await workspace.aTemplate();
    const items = [1, 2, 3].map(() => anItem({ templateId, tags: [tag] }));
    const { batchId } = await workspace.batch(items);
    const simulated = await callAs(world.api, { key: testKeys.queued }, ['POST', '/emails/batch', { items }]);
    expect(simulated).toMatchObject({ status: 200, body: { accepted: 3 } });
    for (const query of [`tag=${tag}`, `template_id=${templateId}`, `tag=${tag}&status=queued`]) {
      for (const key of [testKeys.queued, workspace.key]) {
        const { body } = await callAs(world.api, { key }, ['GET', `/emails?${query}`]);
        const simulated = key !== workspace.key;
        expect(body).toMatchObject({ emails: [{ simulated }, { simulated }, { simulated }], count: 3 });
      }
    }
    const ofBatch = await callAs(world.api, { key: testKeys.queued }, ['GET', `/emails?batch_id=${batchId}`]);
    expect(ofBatch.body).toMatchObject({ emails: [], count: 0 });
  });
});

test('what a test key has sent is changed by test keys alone, and a live key may look at it by its id', async () => {
  const { workspace } = live.queued;
  const test = { key: testKeys.queued };
  const posted = await callAs(world.api, test, [
    'POST',
    '/emails/batch',
    { emails: [anEmail({ from: `orders@${live.queued.translate('example.com')}` })] },
  ]);
  const [email] = emailsOf(posted).emails;
  const { batchId } = emailsOf(posted);
  const id = String(email?.id);
  for (const path of [`/emails/${id}/cancel`, `/batches/${batchId}/cancel`]) {
    expect((await callAs(world.api, workspace, ['POST', path])).status).toBe(404);
  }
  for (const path of [`/emails/${id}`, `/emails/${id}/events`, `/batches/${batchId}`]) {
    expect((await callAs(world.api, workspace, ['GET', path])).status).toBe(200);
    expect((await callAs(world.api, test, ['GET', path])).status).toBe(200);
  }
  expect((await callAs(world.api, test, ['POST', `/emails/${id}/cancel`])).status).toBe(200);
});

describe('a test key', () => {
  test('makes test keys alone, and sees and revokes no other', async () => {
    const { workspace, translate } = live.queued;
    const test = { key: testKeys.queued };
    const made = await callAs(world.api, test, ['POST', '/api-keys', { name: 'a', scopes: ['full'] }]);
    expect(made).toMatchObject({
      status: 201,
      body: { mode: 'test', key: expect.stringMatching(/^sk_test_/) },
    });
    const asked = { name: 'a', scopes: ['emails:read'], mode: 'live' };
    expect(await callAs(world.api, test, ['POST', '/api-keys', asked])).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope', details: { required: 'admin', mode: 'live' } },
    });
    const listed = await callAs(world.api, test, ['GET', '/api-keys']);
    expect(JSON.stringify(listed.body)).not.toContain('"mode":"live"');
    const liveKey = translate(exampleIds.apiKey);
    expect((await callAs(world.api, test, ['DELETE', `/api-keys/${liveKey}`])).status).toBe(404);
    expect(JSON.stringify((await callAs(world.api, workspace, ['GET', '/api-keys'])).body)).toContain(
      '"mode":"test"',
    );
  });

  test('sends marketing without making the group of live marketing, and with it once it is there', async () => {
    const { api } = world;
    const workspace = await api.makeWorkspace();
    const test = { key: await workspace.makeKey(['full'], 'test') };
    await workspace.aSender({ fromEmail: 'news@acme.test' });
    const email = {
      from: 'news@acme.test',
      to: ['b@example.com'],
      subject: 'Hi',
      text: 'Hi',
      type: 'marketing',
    };
    const send = async (by: { readonly key: string }) => {
      expect((await callAs(api, by, ['POST', '/emails/batch', { emails: [email] }])).status).toBe(200);
      const where = { workspaceId: workspace.id };
      return {
        groups: await api.prisma.subscriptionGroup.count({ where }),
        last: await api.prisma.emailSend.findFirst({ where, orderBy: { id: 'desc' } }),
      };
    };
    const first = await send(test);
    expect(first).toMatchObject({ groups: 0, last: { subscriptionGroupId: null, lane: 'marketing' } });
    const { last: lively } = await send(workspace);
    expect(await send(test)).toMatchObject({
      groups: 1,
      last: { simulated: true, subscriptionGroupId: lively?.subscriptionGroupId },
    });
  });

  test('makes a sender profile without asking SES: it is verified when a live key refreshes it', async () => {
    const strict = await startWithSes('ses');
    try {
      const workspace = await strict.api.makeWorkspace();
      const test = { key: await workspace.makeKey(['full'], 'test') };
      strict.verifyAtSes('another.example');
      const profile = { name: 'S', fromEmail: 'a@another.example' };
      const made = await callAs(strict.api, test, ['POST', '/sender-profiles', profile]);
      expect(made).toMatchObject({ status: 201, body: { verified: false } });
      expect(strict.ses.outcomes()).toEqual({});
      const path = `/sender-profiles/${String(Reflect.get(Object(made.body), 'id'))}/refresh`;
      expect((await callAs(strict.api, test, ['POST', path])).status).toBe(403);
      const check = path.replace('refresh', 'check-tracking-host');
      expect((await callAs(strict.api, test, ['POST', check])).status).toBe(403);
      expect((await callAs(strict.api, workspace, ['POST', path])).body).toMatchObject({ verified: true });
    } finally {
      await strict.stop();
    }
  });
});

test('a link in a simulated email changes no subscription', async () => {
  const { workspace, translate } = live.scheduled;
  const item = anItem({
    templateId: await workspace.aTemplate(),
    subscriptionGroupId: translate(exampleIds.subscriptionGroup),
  });
  const posted = await callAs(world.api, { key: testKeys.scheduled }, [
    'POST',
    '/emails/batch',
    { items: [item] },
  ]);
  const { send } = acceptedOf(itemsBatchResponseSchema.parse(posted.body).items[0]);
  const token = await tokenOf(world.api, workspace.id, send.id);
  const before = await liveStateOf(workspace.id);
  const answer = await world.api.call(`/u/${token}`, { method: 'POST' });
  expect(answer).toMatchObject({ status: 200, body: { subscribed: false } });
  expect(await liveStateOf(workspace.id)).toEqual(before);
});
