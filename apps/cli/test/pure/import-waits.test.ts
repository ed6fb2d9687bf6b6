import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { tellingOfWaits } from '../../src/commands/import.ts';
import { createApiClient } from '../../src/demo/api-client.ts';
import { importSuppressions, importTemplates } from '../../src/importing/import-into.ts';
import type { ForeignTemplate, Source } from '../../src/importing/source.ts';
import { heardTerminal } from '../heard-terminal.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** An API of ours that keeps what is posted, and answers a request as `refusal` says first. */
async function startApi(refusal: (times: number, body: string) => number | null, keepsRefused = false) {
  const kept: string[] = [];
  const waits: number[] = [];
  let times = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    times += 1;
    const status = refusal(times, body);
    if (keepsRefused && request.method === 'POST') kept.push(body);
    if (status !== null) {
      response.writeHead(status, { 'retry-after': '0' });
      response.end(JSON.stringify({ error: 'rate_limited', message: 'no', requestId: 'r' }));
      return;
    }
    if (!keepsRefused && request.method === 'POST') kept.push(body);
    const isTemplate = request.url === '/api/v1/templates';
    const made = isTemplate ? { id: `t${kept.length}` } : { added: 1, unchanged: 0, invalid: 0 };
    response.end(JSON.stringify(request.method === 'GET' ? { data: [], nextCursor: null } : made));
  };
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createApiClient({
    apiUrl: `http://127.0.0.1:${port}`,
    key: 'sk',
    signal: new AbortController().signal,
    patience: { longestWaitSeconds: 1, onWait: (seconds) => waits.push(seconds) },
  });
  return { client, kept, waits, apiUrl: `http://127.0.0.1:${port}` };
}

const template = (name: string): ForeignTemplate => ({
  name,
  subject: 's',
  html: 'h',
  text: null,
  sampleData: null,
  untranslated: [],
});

const source: Source = {
  async *suppressions() {
    yield [{ email: 'a@b.test', reason: 'Bounce' }];
    yield [{ email: 'c@d.test', reason: 'Manual' }];
  },
  async *templates() {
    yield template('One');
    yield template('Two');
    yield template('Three');
  },
};

test('what is answered 429 with Retry-After is asked again, until all is there', async () => {
  const { client, kept, waits } = await startApi((times) => (times % 2 === 1 ? 429 : null));
  const into = { client, terminal: heardTerminal().terminal, isDry: false };
  expect(await importTemplates(source, into)).toBe(0);
  expect(await importSuppressions(source, into)).toBe(0);
  expect(kept).toHaveLength(5);
  expect(waits).toEqual(Array.from({ length: 6 }, () => 0));
});

test('what may have been done before a 503 is asked again where that is harmless, and makes nothing twice', async () => {
  const { client, kept, waits } = await startApi((times) => (times % 2 === 1 ? 503 : null), true);
  const into = { client, terminal: heardTerminal().terminal, isDry: false };
  expect(await importSuppressions(source, into)).toBe(0);
  expect(kept).toHaveLength(4);
  kept.length = 0;
  // The list is asked for twice, the first template once.
  const made = await startApi((times) => (times !== 2 ? 503 : null), true);
  await expect(importTemplates(source, { ...into, client: made.client })).rejects.toThrow('503');
  expect(made.kept).toHaveLength(1);
  await expect(made.client.post('/api-keys', {}, z.unknown())).rejects.toThrow('503');
  expect(made.kept).toHaveLength(2);
  expect([waits, made.waits]).toEqual([[0, 0], [0]]);
});

test('whoever asks for no patience is told at once, and a wait is a line where none is drawn in place', async () => {
  const { apiUrl } = await startApi(() => 429);
  const client = createApiClient({ apiUrl, key: 'sk', signal: new AbortController().signal });
  await expect(client.get('/templates', z.unknown())).rejects.toThrow('429');
  const { terminal, lines } = heardTerminal();
  tellingOfWaits(terminal)(12.2);
  expect(lines).toEqual(['  asked to wait 13 s ...']);
});

test.each([[429], [503], [500], [403]])(
  'an answer of %i that stays ends the import: no template is left out for it',
  async (status) => {
    const { client } = await startApi((times) => (times === 1 ? null : status));
    const { terminal, lines } = heardTerminal();
    await expect(importTemplates(source, { client, terminal, isDry: false })).rejects.toThrow(String(status));
    expect(lines).toEqual([]);
  },
);

test('a template that is refused is left out, and the others are made', async () => {
  const { client, kept } = await startApi((_times, body) => (body.includes('Two') ? 422 : null));
  const { terminal, lines } = heardTerminal();
  expect(await importTemplates(source, { client, terminal, isDry: false })).toBe(1);
  expect(kept).toHaveLength(2);
  expect(lines.at(-1)).toContain('2 made, 0 there already, 0 left as they are, 1 left out');
});
