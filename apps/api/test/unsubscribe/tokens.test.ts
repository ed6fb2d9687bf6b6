import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, type Linked, saidAbout, tokenOf } from './links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let link: Linked;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  link = await aLinkedSend({ api, workspace });
});
afterAll(() => api?.close());

/** Whatever is asked of a link, the answer without what differs from request to request. */
async function answersOf(token: string) {
  const ways = [
    ['GET', '', 'application/json'],
    ['GET', '', 'text/html'],
    ['POST', '', '*/*'],
    ['POST', '', 'text/html'],
    ['POST', '/resubscribe', 'text/html'],
  ] as const;
  const answers = ways.map(async ([method, path, accept]) => {
    const { status, body } = await api.call(`/u/${token}${path}`, { method, headers: { accept } });
    const shown = typeof body === 'string' ? body : JSON.stringify(body);
    return [status, shown.replace(/"requestId":"[^"]*"/, '')];
  });
  return Promise.all(answers);
}

const flipped = (token: string, at: number) => {
  const bytes = Buffer.from(token, 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64url');
};

describe('a token that is not genuine', () => {
  test('gets one and the same answer, whatever is wrong with it, and nothing happens', async () => {
    const other = await api.makeWorkspace();
    const theirs = await aLinkedSend({ api, workspace: other });
    const { items } = await workspace.batch([
      { idempotencyKey: 'no-group', templateId: await workspace.aTemplate(), to: { email: 'a@example.com' } },
    ]);
    const withoutGroup = items[0]?.status === 'accepted' ? items[0].send.id : '';
    const bad = {
      malformed: 'abc',
      'cut off': link.token.slice(0, -1),
      'too long': `${link.token}A`,
      'forged at its end': flipped(link.token, 31),
      'of a changed send': flipped(link.token, 15),
      'signed by nobody': Buffer.alloc(32, 7).toString('base64url'),
      'of a send that is not there': await tokenOf(api, workspace.id, newId()),
      'of a send without a group': await tokenOf(api, workspace.id, withoutGroup),
      'of this workspace for a send of another': await tokenOf(api, workspace.id, theirs.sendId),
      'of another workspace for a send of this one': await tokenOf(api, other.id, link.sendId),
      'the id of the send alone': link.sendId,
    };
    const expected = await answersOf('nothing-at-all');
    expect(expected.map(([status]) => status)).toEqual([404, 404, 404, 404, 404]);
    for (const [what, token] of Object.entries(bad)) {
      expect({ what, answers: await answersOf(token) }).toEqual({ what, answers: expected });
    }
    expect(await saidAbout(api, link.groupId, link)).toEqual([]);
    expect(await saidAbout(api, theirs.groupId, theirs)).toEqual([]);
  });

  test.each(['/u/nothing', '/u/nothing/confirm', '/u/%zz', '/u/%zz/confirm', '/u/%E0%A4/preferences'])(
    'gets a page that says what to do, with the headers of the others: %s',
    async (path) => {
      const { status, headers, body } = await api.call(path, { headers: { accept: 'text/html' } });
      expect(status).toBe(404);
      expect(body).toContain('This link does not work');
      expect(headers.get('cache-control')).toBe('no-store');
      expect((await api.call(path, { method: 'POST' })).body).toMatchObject({ error: 'not_found' });
    },
  );
});

test('a genuine one works for its own send alone', async () => {
  const second = await aLinkedSend({ api, workspace });
  expect((await api.call(`/u/${second.token}`, { method: 'POST' })).status).toBe(200);
  expect(await saidAbout(api, second.groupId, second)).toEqual([false]);
  expect(await saidAbout(api, link.groupId, link)).toEqual([]);
});

test('a path in upper case, with a slash at its end, or with another method is no link', async () => {
  for (const [method, path] of [
    ['POST', `/u/${link.token.toUpperCase()}`],
    ['POST', `/u/${link.token}/`],
    ['PUT', `/u/${link.token}`],
    ['DELETE', `/u/${link.token}`],
    ['POST', `/u/${link.token}/anything`],
    ['POST', '/u/'],
    ['POST', '/u'],
  ] as const) {
    expect({ path, status: (await api.call(path, { method })).status }).toEqual({ path, status: 404 });
  }
  expect(await saidAbout(api, link.groupId, link)).toEqual([]);
});
