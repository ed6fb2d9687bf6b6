import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toTypeId } from '@postroom/contracts';
import { type Examples, type OperationObject, openApiDocument } from '@postroom/reference';
import { type ApiWithSes, startWithSes } from '../resources/start-with-ses.ts';
import type { Answer } from '../start-api.ts';
import { type ExampleWorld, makeExampleWorld, type SendState } from './example-world.ts';

const { paths } = openApiDocument({ serverUrl: 'http://localhost:3001' });

type Shown = {
  readonly operation: OperationObject;
  readonly method: string;
  readonly path: string;
  readonly mediaType: string | null;
  readonly body: unknown;
};

const bodiesOf = ({ requestBody }: OperationObject) =>
  Object.entries(requestBody?.content ?? {}).flatMap(([mediaType, { examples = {} }]) =>
    Object.entries(examples satisfies Examples).map(([name, { value }]) => ({
      mediaType,
      name,
      body: value,
    })),
  );

/** Every request that the document shows; operations without a body have one. */
const requests = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]): [string, Shown][] => {
    const bodies = bodiesOf(operation);
    const without = { mediaType: null, name: 'no body', body: undefined };
    return (bodies.length === 0 ? [without] : bodies).map(({ name, ...body }) => [
      `${operation.operationId}, ${name}`,
      { operation, method: method.toUpperCase(), path, ...body },
    ]);
  }),
);

/** How the send has to stand that an operation is about. */
const states: Readonly<Record<string, SendState>> = { rescheduleEmail: 'scheduled', retryEmail: 'failed' };

/** SNS signs what it posts with a key that is not ours; the events have tests of their own. */
const notOurs = 'takeSesNotification';

let started: ApiWithSes;
beforeAll(async () => {
  started = await startWithSes('trust');
});
afterAll(() => started.stop());

const filled = (path: string, { parameters = [] }: OperationObject) =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (done, { name, example }) => done.replace(`{${name}}`, encodeURIComponent(String(example))),
      path,
    );

const neededQuery = ({ parameters = [] }: OperationObject) =>
  parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, example }) => `?${name}=${example}`)
    .join('');

async function send(
  world: ExampleWorld,
  shown: Shown,
  query = neededQuery(shown.operation),
): Promise<Answer> {
  const { operation, method, path, mediaType, body } = shown;
  const headers = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'header' && parameter.example !== undefined)
    .map(({ name, example }) => [name, String(example)]);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // Answers that are not as they are documented make the call itself fail.
  return started.api.call(`${world.translate(filled(path, operation))}${query}`, {
    method,
    headers: {
      ...Object.fromEntries(headers),
      ...(operation.security.length === 0 ? {} : { 'x-api-key': world.workspace.key }),
      ...(mediaType === null ? {} : { 'content-type': mediaType }),
    },
    ...(body === undefined ? {} : { body: world.translate(text) }),
  });
}

const makeWorld = ({ operationId }: OperationObject) =>
  makeExampleWorld(started.api, states[operationId] ?? 'queued');

const ours = requests.filter(([, { operation }]) => operation.operationId !== notOurs);

describe('a documented request, sent as it is shown, is answered as documented:', () => {
  test.each(ours)('%s', async (_name, shown) => {
    const world = await makeWorld(shown.operation);
    const { status } = await send(world, shown);
    const good = Object.keys(shown.operation.responses).filter((documented) => Number(documented) < 400);
    expect(good).toContain(String(status));
  });
});

const batches = requests.filter(([, { operation }]) => operation.operationId === 'sendBatch');

test.each(batches)('a dry run of %s is answered as documented', async (_name, shown) => {
  const world = await makeWorld(shown.operation);
  const { status, body } = await send(world, shown, '?dryRun=true');
  expect([status, body]).toMatchObject([200, { dryRun: true }]);
});

test('every element of a shown batch is accepted but the one that is said to be wrong', async () => {
  const answers = [];
  for (const [, shown] of batches) answers.push((await send(await makeWorld(shown.operation), shown)).body);
  expect(answers).toMatchObject([
    { accepted: 1, rejected: 1, items: [{ status: 'accepted' }, { error: 'validation_failed' }] },
    { accepted: 1, rejected: 0 },
    { count: 2, emails: [{ status: 'queued' }, { status: 'queued' }] },
  ]);
});

const byId = requests.filter(([, { path }]) => path.startsWith('/api/v1/emails/{id}'));

test.each(byId)('%s works by em_... as well, and is answered as documented', async (_name, shown) => {
  const world = await makeWorld(shown.operation);
  const path = shown.path.replace('{id}', toTypeId(world.translate(filled('{id}', shown.operation))));
  expect((await send(world, { ...shown, path })).status).toBe(200);
});
