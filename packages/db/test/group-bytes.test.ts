import { randomUUID } from 'node:crypto';
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ClaimedSend, newId } from '@postroom/core';
import { createTestDatabase, type TestDatabase } from '@postroom/testkit';
import {
  ClaimStore,
  createResourceStores,
  type Database,
  DirectoryStore,
  openDatabase,
  SendStore,
  WorkspaceStore,
} from '../src/index.ts';
import { aNewSend, aQueuedSend } from './a-send.ts';

/** What an answer may have: 4 MiB, and the send that fills it with its profile. */
const mostBytes = 4 * 1024 * 1024 + 2 * 256 * 1024 + 64 * 1024;

/** Stands before PostgreSQL and counts what it answers from one question to the next. */
async function startCounter(target: URL) {
  let answer = 0;
  let greatest = 0;
  const server: Server = createServer((client) => {
    const upstream = createConnection({ host: target.hostname, port: Number(target.port) });
    client.on('data', (chunk) => {
      answer = 0;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      answer += chunk.length;
      greatest = Math.max(greatest, answer);
      client.write(chunk);
    });
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    greatest: () => greatest,
    forget: () => {
      greatest = 0;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

let testDatabase: TestDatabase;
let counter: Awaited<ReturnType<typeof startCounter>>;
let database: Database;
let workspaceId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  counter = await startCounter(new URL(testDatabase.url));
  database = openDatabase({ url: counter.url, maxConnections: 1 });
  workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
});

afterAll(async () => {
  await database?.close();
  await counter?.stop();
  await testDatabase?.drop();
});

async function claimAll(ids: readonly string[]): Promise<readonly ClaimedSend[]> {
  const requests = ids.map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() }));
  const results = await new ClaimStore(database.sql).claim(requests, { leaseMs: 60_000, worker: 'test' });
  return requests.map(({ leaseToken }) => {
    const result = results.get(leaseToken);
    if (result?.kind !== 'claimed') throw new Error(`not claimed: ${result?.kind}`);
    return result.send;
  });
}

/** What a caller may send, of almost 256 KiB as JSON. */
const large: Readonly<Record<string, () => Record<string, unknown>>> = {
  'numbers that are short in JSON and long in jsonb': () => ({ a: new Array(36_000).fill(5e-324) }),
  'the greatest numbers': () => ({ a: new Array(36_000).fill(1e308) }),
  'one text': () => ({ a: 'x'.repeat(255_000) }),
  'control characters, six times as long in JSON': () => ({ a: '\u0001'.repeat(42_000) }),
  'quotes and backslashes': () => ({ a: '"\\'.repeat(60_000) }),
  'empty lists': () => ({ a: new Array(80_000).fill([]) }),
  'letters of three bytes': () => ({ a: '漢'.repeat(85_000) }),
};

describe.each(Object.keys(large))('of %s', (what) => {
  test('20 sends and profiles are claimed in answers of a bounded size, and come as they were', async () => {
    const value = large[what]?.() ?? {};
    const { profiles } = createResourceStores(database.prisma);
    const first = await aQueuedSend(database);
    const { snapshotId } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id: first } });
    const sends = [];
    for (let at = 0; at < 20; at += 1) {
      const made = await profiles.create(
        { workspaceId, isSimulated: false },
        { externalId: randomUUID(), attributes: value },
      );
      if (made.kind !== 'created') throw new Error('no profile');
      sends.push(aNewSend({ data: value, snapshotId, profileId: made.profile.id }));
    }
    const batch = { id: newId(), workspaceId, isSimulated: false, dialect: 'items' as const };
    await new SendStore(database).insertMany([{ batch: { ...batch, total: 20, rejected: 0 }, sends }]);
    counter.forget();
    const claimed = await claimAll(sends.map(({ id }) => id));
    expect(claimed).toHaveLength(20);
    expect(counter.greatest()).toBeLessThan(mostBytes);
    expect(JSON.stringify(claimed[7]?.data)).toBe(JSON.stringify(value));
    const { id, email, externalId, ...attributes } = Object(claimed[19]?.profile);
    expect([id, email, typeof externalId]).toEqual([sends[19]?.profileId, null, 'string']);
    expect(JSON.stringify(attributes)).toBe(JSON.stringify(value));
  });
});

test.each([
  ['mail of a group', true, 4],
  ['other mail', false, 1],
])(
  '10 sends of %s with 49 copies each are claimed by so many statements',
  async (_what, isOfGroup, expected) => {
    const { subscriptionGroups } = createResourceStores(database.prisma);
    const owner = { workspaceId, isSimulated: false };
    const group = isOfGroup
      ? await subscriptionGroups.create(owner, { name: newId(), type: 'OptOut' })
      : null;
    const cc = Array.from({ length: 49 }, (_, at) => ({ email: `copy-${at}@example.com`, name: null }));
    const ids: string[] = [];
    for (let at = 0; at < 10; at += 1) {
      ids.push(await aQueuedSend(database, { cc, subscriptionGroupId: group?.id ?? null }));
    }
    let statements = 0;
    const counted: Database['sql'] = {
      ...database.sql,
      query: (strings, ...values) => {
        statements += 1;
        return database.sql.query(strings, ...values);
      },
    };
    const requests = ids.map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() }));
    const results = await new ClaimStore(counted).claim(requests, { leaseMs: 60_000, worker: 'test' });
    expect([...results.values()].map(({ kind }) => kind)).toEqual(ids.map(() => 'claimed'));
    expect(statements).toBe(expected);
  },
);

/** Values that jsonb, or a careless way through JSON, would change. */
const delicate = {
  z: 1e308,
  aa: 5e-324,
  b: -0,
  nested: [{ minus: -0, order: { y: 1, x: 2 } }, 1.0000000000000002, 1e-7, 123456789012345680],
  text: 'é \u2028 \\u0041 "quoted" \u0001 😀',
  empty: {},
};

function expectExact(value: unknown): void {
  expect(value).toEqual(delicate);
  expect(JSON.stringify(value)).toBe(JSON.stringify(delicate));
  const { b, nested } = Object(value);
  expect(Object.is(b, -0) && Object.is(nested[0].minus, -0)).toBe(true);
}

test('a batch that takes several statements is written as a whole, and again as the same', async () => {
  const sends = Array.from({ length: 40 }, () => aNewSend({ data: { a: 'x'.repeat(255_000) } }));
  const batch = {
    id: newId(),
    workspaceId,
    isSimulated: false,
    dialect: 'items' as const,
    total: 40,
    rejected: 0,
  };
  const store = new SendStore(database);
  const made = await store.insertMany([{ batch, sends }]);
  expect([...made.keys()].sort()).toEqual(sends.map(({ id }) => id).sort());
  expect(await database.prisma.batch.count({ where: { id: batch.id } })).toBe(1);
  const again = sends.map((send) => ({ ...send, id: newId() }));
  expect((await store.insertMany([{ batch: { ...batch, id: newId() }, sends: again }])).size).toBe(0);
  // One that the database refuses leaves nothing of the others.
  const fresh = sends.map((send, at) => {
    const id = newId();
    return { ...send, id, idempotencyKey: id, fingerprint: at === 39 ? 'not hex' : send.fingerprint };
  });
  await expect(store.insertMany([{ batch: { ...batch, id: newId() }, sends: fresh }])).rejects.toThrow();
  expect(await database.prisma.emailSend.count({ where: { id: { in: fresh.map(({ id }) => id) } } })).toBe(0);
});

test('data comes back as it was, also beside others in one batch', async () => {
  const ids = [
    await aQueuedSend(database, { data: delicate }),
    await aQueuedSend(database, { data: { plain: true } }),
  ];
  const [first] = await claimAll(ids);
  expectExact(first?.data);
});

test('attributes come back as they were, from the profile, a claim and a preview', async () => {
  const { profiles } = createResourceStores(database.prisma);
  const made = await profiles.create(
    { workspaceId, isSimulated: false },
    { email: 'exact@example.com', attributes: delicate },
  );
  if (made.kind !== 'created') throw new Error('no profile');
  const ref = { workspaceId, id: made.profile.id };
  expectExact(made.profile.attributes);
  expectExact((await profiles.find(ref))?.attributes);
  const changed = await profiles.update(ref, { attributes: { ...delicate } });
  expectExact(changed.kind === 'updated' ? changed.profile.attributes : null);
  const names = { id: ref.id, email: 'exact@example.com', externalId: null };
  const [claimed] = await claimAll([await aQueuedSend(database, { profileId: ref.id })]);
  for (const seen of [
    claimed?.profile,
    (await new DirectoryStore(database.sql).profileContexts(workspaceId, [ref.id])).get(ref.id),
  ]) {
    const { id, email, externalId, ...attributes } = Object(seen);
    expect({ id, email, externalId }).toEqual(names);
    expectExact(attributes);
  }
});

test('sample data comes back as it was', async () => {
  const { templates } = createResourceStores(database.prisma);
  const content = {
    kind: 'template' as const,
    subject: 'Hello',
    html: '<p>Hello</p>',
    source: null,
    text: null,
    variables: { required: [], optional: [] },
  };
  const made = await templates.create(workspaceId, {
    name: 'exact',
    senderProfileId: null,
    sampleData: delicate,
    content,
  });
  expectExact(made.sampleData);
  expectExact((await templates.find({ workspaceId, id: made.id }))?.sampleData);
});
