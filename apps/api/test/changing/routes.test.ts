import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scopes, toTypeId } from '@postroom/contracts';
import { errorOf, issuePathsOf, unknownId } from '../contract/batch-items.ts';
import { type Answer, startApi, type TestApi } from '../start-api.ts';
import { type Changing, rowOf, secondsAhead, startChanging } from './start-changing.ts';

type Route = {
  readonly method: 'POST' | 'PATCH';
  readonly suffix: string;
  readonly body?: string;
};

let api: TestApi;
let mail: Changing;
let theirs: Changing;

beforeAll(async () => {
  api = await startApi();
  [mail, theirs] = [await startChanging(api), await startChanging(api)];
});
afterAll(() => api.close());

const body = JSON.stringify({ scheduledAt: secondsAhead(60).toISOString() });
const routes: readonly Route[] = [
  { method: 'POST', suffix: '/cancel' },
  { method: 'POST', suffix: '/retry' },
  { method: 'PATCH', suffix: '', body },
];

function request(route: Route, id: string, options: { key?: string; query?: string } = {}): Promise<Answer> {
  const { key = mail.workspace.key, query = '' } = options;
  return api.call(`/api/v1/emails/${id}${route.suffix}${query}`, {
    method: route.method,
    headers: { 'x-api-key': key },
    ...(route.body === undefined ? {} : { body: route.body }),
  });
}

test.each(routes)(
  '$method /emails/:id$suffix answers another workspace as if there were nothing',
  async (route) => {
    const foreign = await theirs.aSendThatIs('Scheduled');
    const before = await rowOf(api, foreign);
    const answers = [];
    for (const id of [
      unknownId,
      toTypeId(unknownId),
      foreign,
      toTypeId(foreign),
      foreign.toUpperCase(),
      'not-an-id',
      `em_${'8'.repeat(26)}`,
      '%00',
      'x'.repeat(2_000),
    ]) {
      const { requestId, ...error } = errorOf(await request(route, id));
      answers.push(JSON.stringify(error));
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ status: 404, error: 'not_found' });
    expect(await rowOf(api, foreign)).toEqual(before);
  },
);

test.each(routes)('$method /emails/:id$suffix needs emails:write and nothing else', async (route) => {
  const others = await mail.workspace.makeKey(scopes.filter((scope) => scope !== 'emails:write'));
  expect(errorOf(await request(route, unknownId, { key: others }))).toMatchObject({
    status: 403,
    error: 'insufficient_scope',
    details: { required: 'emails:write' },
  });
  const writer = await mail.workspace.makeKey(['emails:write']);
  expect((await request(route, unknownId, { key: writer })).status).toBe(404);
  expect((await request(route, unknownId, { key: 'sk_live_nobody-has-a-key-like-this-one' })).status).toBe(
    401,
  );
});

test.each(routes)('$method /emails/:id$suffix refuses parameters, and changes nothing', async (route) => {
  const id = await mail.aSendThatIs(route.suffix === '/retry' ? 'Failed' : 'Scheduled');
  const before = await rowOf(api, id);
  const error = errorOf(await request(route, id, { query: '?dryRun=true' }));
  expect(error).toMatchObject({ status: 400, error: 'validation_failed' });
  expect(issuePathsOf(error.details)).toEqual(['dryRun']);
  expect(await rowOf(api, id)).toEqual(before);
});

test.each(['cancel', 'retry'])('POST /emails/:id/%s reads no body, whatever it holds', async (action) => {
  const id = await mail.aSendThatIs(action === 'retry' ? 'Failed' : 'Queued');
  const answer = await api.call(`/api/v1/emails/${id}/${action}`, {
    method: 'POST',
    headers: { 'x-api-key': mail.workspace.key, 'content-type': 'text/plain' },
    body: '{"half":',
  });
  expect(answer.status).toBe(200);
});
