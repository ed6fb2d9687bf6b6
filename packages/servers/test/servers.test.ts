import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { eventually, spawnNode } from '../../testkit/src/index.ts';
import { type RunningServer, startPostgres, startRedis, temporaryFolder } from '../src/index.ts';
import { processIdentity } from '../src/process/process-identity.ts';

let dir: string;
const servers: RunningServer[] = [];

beforeEach(async () => {
  dir = await temporaryFolder('servers');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await rm(dir, { recursive: true, force: true });
});

async function postgres() {
  const server = await startPostgres({ dataDir: join(dir, 'pg'), durability: 'none' });
  servers.push(server);
  return server;
}

async function redis(persistence: 'none' | 'aof' = 'none') {
  const server = await startRedis({ dir: join(dir, 'redis'), persistence });
  servers.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function command(port: number, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${words}\r\n`));
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(data.toString().trim());
      socket.destroy();
    });
  });
}

test('PostgreSQL runs on 127.0.0.1, stops without a trace and keeps its data', async () => {
  const first = await postgres();
  expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(await query(first.url, "SELECT 'Zoë' > 'Zo' AS sorted, upper('ë') AS letter")).toEqual([
    { sorted: true, letter: 'Ë' },
  ]);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  await first.stop();
  expect(await processIdentity(first.pid)).toBeNull();

  const second = await postgres();
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('PostgreSQL runs in a folder that only its owner, root included, may enter', async () => {
  await chmod(dir, 0o700);
  const server = await postgres();
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('PostgreSQL starts again after SIGKILL with its old lock file in place', async () => {
  const first = await postgres();
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.kill('SIGKILL');
  expect(await readFile(join(dir, 'pg/postmaster.pid'), 'utf8')).toContain(String(first.pid));

  const second = await postgres();
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a lock file whose pid now belongs to another process does not stop PostgreSQL', async () => {
  const first = await postgres();
  await first.stop();
  await writeFile(join(dir, 'pg/postmaster.pid'), `${process.pid}\n${join(dir, 'pg')}\n`);
  const second = await postgres();
  expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('servers that a killed process left behind are stopped by the next start in their folders', async () => {
  const owner = await spawnNode({
    entry: 'packages/servers/test/test-owner.ts',
    args: [join(dir, 'pg'), join(dir, 'redis')],
  });
  const line = await owner.waitForLine('pids ');
  const pids = line.split(' ').slice(1).map(Number);
  await expect(postgres()).rejects.toThrow(`in use by process ${owner.pid}`);
  owner.kill('SIGKILL');
  await owner.exited;
  for (const pid of pids) expect(await processIdentity(pid)).not.toBeNull();

  await Promise.all([postgres(), redis()]);
  for (const pid of pids) expect(await processIdentity(pid)).toBeNull();
});

test('a pid file that names an unrelated process harms nobody', async () => {
  const bystander = await spawnNode({ entry: 'packages/testkit/test/test-bystander.ts' });
  await bystander.waitForLine('here');
  const first = await redis();
  await first.stop();
  const record = { pid: bystander.pid, identity: `${bystander.pid}@1@old`, ownerPid: 1, ownerIdentity: null };
  await writeFile(join(dir, 'redis/postroom.pid'), JSON.stringify(record));
  await redis();
  expect(bystander.isRunning()).toBe(true);
  await bystander.stop();
});

test('Redis evicts nothing and by default keeps nothing', async () => {
  const first = await redis();
  expect(await command(first.port, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  expect(await command(first.port, 'SET mark here')).toBe('+OK');
  await first.stop();
  const second = await redis();
  expect(await command(second.port, 'EXISTS mark')).toBe(':0');
});

test('Redis with its log on keeps what it had at a SIGKILL', async () => {
  const first = await redis('aof');
  expect(await command(first.port, 'SET mark here')).toBe('+OK');
  await eventually(async () => (await command(first.port, 'INFO persistence')).includes('aof_enabled:1'));
  await first.kill('SIGKILL');
  const second = await redis('aof');
  expect(await command(second.port, 'EXISTS mark')).toBe(':1');
});

test('a server that cannot start tells why, in its own words', async () => {
  const { port } = await redis();
  await expect(startRedis({ dir: join(dir, 'other'), port })).rejects.toThrow(/Address already in use/);
  await expect(startPostgres({ dataDir: join(dir, 'other-pg'), port })).rejects.toThrow(
    /Address already in use/,
  );
});

test('a frozen server is stopped all the same', async () => {
  const server = await postgres();
  await server.kill('SIGSTOP');
  await server.stop();
  expect(await processIdentity(server.pid)).toBeNull();
});
