import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import { writeCsv } from './write-csv.ts';

/** A table without an end is read from here: how many of its pages were. */
let pages = 0;
const lastPage = 5;

const app = express().get('/file', (_request, response) =>
  writeCsv<number>(response, {
    name: 'numbers',
    columns: ['number'],
    toCells: (number) => [String(number)],
    cursorOf: String,
    pageAfter: () => {
      pages += 1;
      return Promise.resolve({ items: [pages], hasMore: pages < lastPage });
    },
  }),
);
const server = createServer(app);

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['GET', lastPage, 'number\r\n1\r\n2\r\n3\r\n4\r\n5\r\n'],
  ['HEAD', 1, ''],
])('%s reads %i pages', async (method, read, text) => {
  pages = 0;
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const answer = await fetch(`http://127.0.0.1:${port}/file`, { method });
  expect(await answer.text()).toBe(text);
  expect([answer.headers.get('content-disposition'), pages]).toEqual([
    'attachment; filename="numbers.csv"',
    read,
  ]);
});
