import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Postroom, PostroomError } from '../src/index.ts';
import { aClient, patientMs } from './a-client.ts';
import {
  type Handler,
  hangUp,
  json,
  refusal,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const csv = { 'content-type': 'text/csv; charset=utf-8' };
/** The second letter is cut in two by the first piece. */
const bytes = Buffer.from('aä,b\r\nc,d\r\n');
const file = bytes.toString();

const whole: Handler = (_request, response) => void response.writeHead(200, csv).end(bytes);

/** Sends a part of the file and says what is to become of the rest. */
const begun =
  (end: Handler): Handler =>
  (request, response) =>
    new Promise((resolve) => {
      response.writeHead(200, csv).write(bytes.subarray(0, 2), () => resolve(end(request, response)));
    });

/** Every piece of a file, and the error that it ended with. */
async function piecesOf(client: Postroom, options?: { readonly timeoutMs: number }) {
  const pieces: string[] = [];
  for await (const { data, error } of client.suppressions.exportCsvPieces(options)) {
    if (error !== null) return { pieces, error };
    pieces.push(data);
  }
  return { pieces, error: null };
}

test('a file comes piece by piece, while the server still writes, and no letter is cut', async () => {
  let finish = () => {};
  server.script(
    begun((_request, response) => {
      finish = () => response.end(bytes.subarray(2));
    }),
  );
  const { client } = aClient(server.url);
  const pieces = client.suppressions.exportCsvPieces();
  expect(await pieces.next()).toEqual({ done: false, value: { data: 'a', error: null } });
  finish();
  let text = 'a';
  for await (const { data } of pieces) text += data;
  expect(text).toBe(file);
  expect(server.received[0]).toMatchObject({
    url: '/api/v1/suppressions/export',
    headers: { accept: 'text/csv' },
  });
});

test('one that breaks off ends with an error, and as a whole is read again from its beginning', async () => {
  server.script(begun(hangUp));
  const { client } = aClient(server.url);
  const { pieces, error } = await piecesOf(client);
  expect([pieces, error]).toMatchObject([['a'], { code: 'network_error', inDoubt: false }]);
  expect(server.received).toHaveLength(1);
  server.script(whole, [begun(hangUp), refusal(503, 'unavailable')]);
  expect(await client.suppressions.exportCsv()).toEqual({ data: file, error: null });
  expect(server.received).toHaveLength(3);
});

test.each<[string, Handler, string]>([
  ['a refusal', refusal(403, 'insufficient_scope'), 'insufficient_scope'],
  ['a page of a proxy', (_request, response) => void response.end('<html>'), 'invalid_response'],
  ['JSON', json(200, { data: [] }), 'invalid_response'],
])('%s is no file', async (_name, handler, code) => {
  server.script(handler);
  const { client } = aClient(server.url);
  expect(await piecesOf(client)).toMatchObject({ pieces: [], error: { code } });
  expect((await client.suppressions.exportCsv()).error).toBeInstanceOf(PostroomError);
});

test('what has not begun is repeated, and one that stands still is given up', async () => {
  server.script(whole, [refusal(503, 'unavailable'), silence]);
  const { client } = aClient(server.url);
  expect((await piecesOf(client, { timeoutMs: patientMs })).pieces.join('')).toBe(file);
  server.script(begun(silence));
  expect(await piecesOf(client, { timeoutMs: patientMs })).toMatchObject({
    pieces: ['a'],
    error: { code: 'timeout' },
  });
});

test('whoever stops taking it closes the connection', async () => {
  let isClosed: Promise<unknown> = Promise.resolve();
  server.script(
    begun((_request, response) => {
      isClosed = new Promise((resolve) => response.once('close', resolve));
    }),
  );
  for await (const { data } of aClient(server.url).client.suppressions.exportCsvPieces()) {
    expect(data).toBe('a');
    break;
  }
  await isClosed;
});

test('a fetch without streams gives the file as one piece', async () => {
  const answer = { status: 200, headers: new Headers(csv), text: async () => file };
  const { client } = aClient(server.url, { fetch: async () => answer });
  expect(await piecesOf(client)).toEqual({ pieces: [file], error: null });
});
