import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aClient } from './a-client.ts';
import { json, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const urls = () => server.received.map(({ url }) => url);
const template = (id: string) => ({ id, currentSnapshotId: 's' });

async function collect<Entry>(walk: AsyncIterable<{ data: Entry | null; error: { code: string } | null }>) {
  const steps: unknown[] = [];
  for await (const { data, error } of walk) steps.push(error === null ? data : error.code);
  return steps;
}

test('a list of sends is walked to its end, with the filters on every page', async () => {
  server.script(refusal(500, 'internal_error'), [
    json(200, { emails: [1, 2], count: 3, count_is_estimate: false, next_cursor: 'abc' }),
    json(200, { emails: [3], count: 3, count_is_estimate: false, next_cursor: null }),
  ]);
  const { client } = aClient(server.url);
  const walk = client.emails.listAll({
    limit: 2,
    status: 'failed',
    to: 'a+b@c.co',
    created_after: new Date(0),
    tag: undefined,
  });
  expect(await collect(walk)).toEqual([1, 2, 3]);
  const filters = 'limit=2&status=failed&to=a%2Bb%40c.co&created_after=1970-01-01T00%3A00%3A00.000Z';
  expect(urls()).toEqual([`/api/v1/emails?${filters}`, `/api/v1/emails?${filters}&cursor=abc`]);
});

test('a page is fetched when it is needed and not before', async () => {
  server.script(json(200, { data: [template('a'), template('b')], nextCursor: 'next' }));
  for await (const { data } of aClient(server.url).client.templates.listAll({ status: 'Active' })) {
    expect(data?.id).toBe('a');
    break;
  }
  expect(urls()).toEqual(['/api/v1/templates?status=Active']);
});

test('an error is the last step of the walk', async () => {
  server.script(refusal(403, 'insufficient_scope'), [
    json(200, { data: [template('a')], nextCursor: 'next' }),
  ]);
  const { client } = aClient(server.url);
  expect(await collect(client.templates.listAll({ cursor: 'first' }))).toEqual([
    template('a'),
    'insufficient_scope',
  ]);
  expect(urls()).toEqual(['/api/v1/templates?cursor=first', '/api/v1/templates?cursor=next']);
});

test('a server that names the same page over and over does not keep the walk going', async () => {
  server.script(json(200, { data: [template('a')], nextCursor: 'same' }));
  const { client } = aClient(server.url);
  expect(await collect(client.templates.listAll())).toEqual([
    template('a'),
    template('a'),
    'invalid_response',
  ]);
});
