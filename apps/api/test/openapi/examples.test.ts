import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toTypeId } from '@postroom/contracts';
import { createDraw, eventually } from '@postroom/testkit';
import { type ApiWithSes, startWithSes } from '../resources/start-with-ses.ts';
import type { Answer } from '../start-api.ts';
import { type DocumentedRoute, documentedRoutes, keyHeadersOf, pathWith } from './documented-routes.ts';
import { type ExampleWorld, makeExampleWorld, type SendState } from './example-world.ts';

type Shown = {
  readonly route: DocumentedRoute;
  readonly mediaType: string | null;
  readonly body: unknown;
};

/** Every request that the document shows; operations without a body have one. */
const requests = documentedRoutes.flatMap((route): [string, Shown][] => {
  const without = { mediaType: null, name: 'no body', value: undefined };
  return (route.bodies.length === 0 ? [without] : route.bodies).map(({ name, mediaType, value }) => [
    `${route.operation.operationId}, ${name}`,
    { route, mediaType, body: value },
  ]);
});

/** How the send has to stand that an operation is about. */
const states: Readonly<Record<string, SendState>> = {
  rescheduleEmail: 'scheduled',
  resendUpdateEmail: 'scheduled',
  retryEmail: 'failed',
  postmarkGetBounce: 'failed',
  postmarkGetBounceDump: 'failed',
  postmarkActivateBounce: 'failed',
};

/** SNS signs what it posts with a key that is not ours; the events have tests of their own. */
const notOurs = 'takeSesNotification';

let started: ApiWithSes;
beforeAll(async () => {
  started = await startWithSes('trust');
});
afterAll(() => started.stop());

/** Of a workspace as new as this the key of its links is looked for, a few times a second. */
const needsKey = new Set(['followLink', 'proveHost']);

async function send(
  { translate, workspace }: ExampleWorld,
  { route, mediaType, body }: Shown,
  { named = translate(route.named), query = route.query } = {},
): Promise<Answer> {
  const headers = (route.operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'header' && parameter.example !== undefined)
    .map(({ name, example }) => [name, String(example)]);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const isForOperators = JSON.stringify(route.operation.security).includes('"operator"');
  const key = isForOperators ? await workspace.makeKey(['operator']) : workspace.key;
  // Answers that are not as they are documented make the call itself fail.
  return started.api.call(pathWith(route, named) + query, {
    method: route.method,
    headers: {
      ...Object.fromEntries(headers),
      ...keyHeadersOf(route, key),
      ...(mediaType === null ? {} : { 'content-type': mediaType }),
    },
    ...(body === undefined ? {} : { body: translate(text) }),
  });
}

const worldsToRead = new Map<SendState, Promise<ExampleWorld>>();

/** A world of its own for what changes something, and one that is shared for what only reads. */
function makeWorld({ method, operation: { operationId } }: DocumentedRoute): Promise<ExampleWorld> {
  const state = states[operationId] ?? 'queued';
  const world = (method === 'GET' && worldsToRead.get(state)) || makeExampleWorld(started.api, state);
  if (method === 'GET') worldsToRead.set(state, world);
  return world;
}

const ours = requests.filter(([, { route }]) => route.operation.operationId !== notOurs);

describe('a documented request, sent as it is shown, is answered as documented:', () => {
  test.each(createDraw()(ours, 72))('%s', async (_name, shown) => {
    const world = await makeWorld(shown.route);
    if (needsKey.has(shown.route.operation.operationId)) {
      await eventually(async () => (await send(world, shown)).status < 400, { what: 'the key to be known' });
    }
    const { status } = await send(world, shown);
    const good = Object.keys(shown.route.operation.responses).filter(
      (documented) => Number(documented) < 400,
    );
    expect(good).toContain(String(status));
  });
});

const batches = requests.filter(([, { route }]) => route.operation.operationId === 'sendBatch');

test.each(batches)('a dry run of %s is answered as documented', async (_name, shown) => {
  const world = await makeWorld(shown.route);
  const { status, body } = await send(world, shown, { query: '?dryRun=true' });
  expect([status, body]).toMatchObject([200, { dryRun: true }]);
});

test('every element of a shown batch is accepted but the one that is said to be wrong', async () => {
  const answers = [];
  for (const [, shown] of batches) answers.push((await send(await makeWorld(shown.route), shown)).body);
  expect(answers).toMatchObject([
    { accepted: 1, rejected: 1, items: [{ status: 'accepted' }, { error: 'validation_failed' }] },
    { accepted: 1, rejected: 0 },
    { count: 2, emails: [{ status: 'queued' }, { status: 'queued' }] },
  ]);
});

const byId = requests.filter(([, { route }]) => route.path.startsWith('/api/v1/emails/{id}'));

test.each(byId)('%s works by em_... as well, and is answered as documented', async (_name, shown) => {
  const world = await makeWorld(shown.route);
  const named = toTypeId(world.translate(shown.route.named));
  expect((await send(world, shown, { named })).status).toBe(200);
});
