import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, ownSession, redisPrefix } from '../src/index.ts';

test('each test database is a database of its own, and is gone after drop', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(first.url).not.toBe(second.url);
  const client = new Client(ownSession(first.url));
  await client.connect();
  await client.query('CREATE TABLE only_here (id int)');
  await client.end();

  const other = new Client(ownSession(second.url));
  await other.connect();
  const { rows } = await other.query("SELECT to_regclass('only_here') AS found");
  expect(rows).toEqual([{ found: null }]);
  await other.end();

  await Promise.all([first.drop(), second.drop()]);
  await expect(new Client(ownSession(first.url)).connect()).rejects.toThrow('does not exist');
});

test('a dropped database ends the connections that are still open to it', async () => {
  const database = await createTestDatabase();
  const client = new Client(ownSession(database.url));
  const ended = new Promise((resolve) => {
    client.on('error', resolve);
  });
  await client.connect();
  await database.drop();
  expect(String(await ended)).toMatch(/terminat/);
});

test('two Redis prefixes are never the same', () => {
  expect(redisPrefix()).not.toBe(redisPrefix());
});
