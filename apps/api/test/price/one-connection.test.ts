import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListeningServer } from '@postroom/process';
import { eventually } from '@postroom/testkit';
import { listen } from '../../src/http/listen.ts';
import { connectRaw, type RawConnection } from '../contract/raw-connection.ts';
import { startApi, type TestApi } from '../start-api.ts';

let api: TestApi;
const open: RawConnection[] = [];

beforeAll(async () => {
  api = await startApi();
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});
afterAll(() => api.close());

async function connect(origin = api.origin, readsAtOnce = true): Promise<RawConnection> {
  const connection = await connectRaw(origin, { readsAtOnce });
  open.push(connection);
  return connection;
}

const get = (path: string, id = 'one') => `GET ${path} HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\n\r\n`;
const many = (count: number, path: string) =>
  Array.from({ length: count }, (_, at) => get(path, String(at))).join('');
const idsOf = (connection: RawConnection) =>
  connection.answers().map(({ headers }) => headers['x-request-id']);

describe('requests that come at once on one connection', () => {
  test.each(['/healthz', '/nowhere', '/openapi.json', '/metrics', '/api/v1/emails'])(
    'of %s are answered in their order, each of them',
    async (path) => {
      const connection = await connect();
      await connection.write(many(60, path));
      await eventually(() => connection.answers().length === 60);
      expect(idsOf(connection)).toEqual(Array.from({ length: 60 }, (_, at) => String(at)));
      await connection.write(get('/healthz', 'last'));
      await eventually(() => idsOf(connection).at(-1) === 'last');
    },
  );

  test('are answered up to a bound when there are too many, and the connection ends', async () => {
    const connection = await connect();
    await connection.write(many(500, '/healthz'));
    await connection.hungUp;
    const ids = idsOf(connection);
    expect(ids.length).toBeGreaterThan(16);
    expect(ids.length).toBeLessThan(100);
    expect(ids).toEqual(ids.map((_, at) => String(at)));
  });

  test('are worked on one after the other', async () => {
    const connection = await connect();
    // The first one waits for a body; the second one would be answered at once.
    const head =
      'POST /providers/ses/notifications HTTP/1.1\r\nhost: x\r\nx-request-id: slow\r\ncontent-length: 4\r\n\r\n';
    await connection.write(`${head}{}`);
    await connection.write(`{}${get('/healthz', 'quick')}`);
    await eventually(() => connection.answers().length === 2);
    expect(idsOf(connection)).toEqual(['slow', 'quick']);
  });
});

describe('an answer that is not taken', () => {
  /** Of the same application; the others' answers are not measured by so little, which a busy machine needs by itself. */
  let impatient: ListeningServer;
  beforeAll(async () => {
    impatient = await listen(api.app, { host: '127.0.0.1', port: 0, untakenMs: 300 });
  });
  afterAll(() => impatient.close());

  test.each([
    ['the reference', '/docs'],
    ['the document', '/openapi.json'],
  ])('ends its connection: %s', async (_name, path) => {
    const connection = await connect(`http://127.0.0.1:${impatient.port}`, false);
    // More than the buffers of both ends hold, which is several MB on the loopback.
    await connection.write(many(60, path));
    await eventually(async () => !(await connection.write(get('/healthz'))) || connection.isHungUp(), {
      what: 'The connection being ended',
    });
  });

  test('but one that is taken late, within the time, is whole', async () => {
    const connection = await connect(api.origin, false);
    await connection.write(get('/docs'));
    connection.read();
    await eventually(() => connection.answers().length === 1);
    expect(connection.answers()[0]?.status).toBe(200);
  });
});
