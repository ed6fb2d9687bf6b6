import { describe, expect, test } from '@jest/globals';
import { failed, inDoubt, readFile, readJson } from './answer.ts';

/** An answer of which a part arrives before the connection goes. */
const cutBehind = (part: string, type: string) =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(part)),
      pull: (controller) => controller.error(new TypeError('network error')),
    }),
    { headers: { 'content-type': type } },
  );

const json = (text: string, status = 200) =>
  new Response(text, { status, headers: { 'content-type': 'application/json' } });

describe('an answer', () => {
  test('is what the API says', async () => {
    expect(await readJson(json('{"data":[]}'))).toEqual({ kind: 'ok', value: { data: [] } });
    expect(await readJson(new Response(null, { status: 204 }))).toEqual({ kind: 'ok', value: undefined });
  });

  test.each([
    ['that is cut', cutBehind('{"data":[', 'application/json')],
    ['that ends too soon', json('{"data":[')],
    ['that is empty', json('')],
    ['that is no object', json('"signed out"')],
    ['that is null', json('null')],
    ['of a proxy that wants one to sign in', new Response('<html>Sign in</html>')],
  ])('%s is a failure', async (_what, response) => {
    expect(await readJson(response)).toMatchObject({
      kind: 'failed',
      failure: { code: 'unreadable', message: 'The answer broke off, or is not the API’s.' },
    });
  });

  test('that refuses is told in the words of the API, where it has some', async () => {
    const envelope = { error: 'not_found', message: 'There is none.', details: { id: '1' } };
    expect(await readJson(json(JSON.stringify(envelope), 404))).toEqual({
      kind: 'failed',
      failure: { status: 404, code: 'not_found', message: 'There is none.', details: { id: '1' } },
    });
    for (const text of ['<html>', 'null', '']) {
      expect(await readJson(json(text, 502))).toMatchObject({
        failure: { status: 502, code: 'unknown', message: 'The API answered 502.' },
      });
    }
  });
});

test('what may have been done is not to be done again unseen, unless it is done once', () => {
  const lost = failed('unreachable', 'The API does not answer.');
  expect(inDoubt(lost, false).message).toBe(
    'The API does not answer. It may have been done: look before you try again.',
  );
  expect(inDoubt(lost, true).message).toBe('The API does not answer. Try again: it is done once.');
});

describe('a download', () => {
  test('is the whole file', async () => {
    const file = new Response('email\r\n', { headers: { 'content-type': 'text/csv; charset=utf-8' } });
    const answer = await readFile(file);
    expect(answer.kind === 'ok' && (await answer.value.text())).toBe('email\r\n');
  });

  test.each([
    ['breaks off', cutBehind('email\r\nada@exam', 'text/csv')],
    [
      'is the page of a proxy',
      new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } }),
    ],
  ])('that %s saves nothing, and says so', async (_what, response) => {
    expect(await readFile(response)).toMatchObject({
      kind: 'failed',
      failure: { message: 'The download broke off: nothing was saved. Try again.' },
    });
  });

  test('that is refused is told as the API tells it', async () => {
    const refusal = JSON.stringify({ error: 'state_conflict', message: 'It has no file.' });
    expect(await readFile(json(refusal, 409))).toMatchObject({ failure: { message: 'It has no file.' } });
  });
});
