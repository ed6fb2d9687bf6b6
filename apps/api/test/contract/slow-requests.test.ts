import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem } from './batch-items.ts';
import { connectRaw, outcomeOf, type RawConnection } from './raw-connection.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
const open: RawConnection[] = [];

beforeAll(async () => {
  const arrival = { headersTimeout: 1_000, requestTimeout: 1_500, connectionsCheckingInterval: 50 };
  api = await startApi({ arrival });
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});
afterAll(() => api.close());

async function connect(): Promise<RawConnection> {
  const connection = await connectRaw(api.origin);
  open.push(connection);
  return connection;
}

/** Writes a byte now and then for as long as the other side listens; the last one has no end. */
async function drip(connection: RawConnection): Promise<void> {
  await eventually(
    async () => {
      await connection.write('x');
      return connection.isHungUp();
    },
    { what: 'The slow connection being ended' },
  );
}

const head = (key: string, length: number) =>
  [
    'POST /api/v1/emails/batch HTTP/1.1',
    'host: localhost',
    `x-api-key: ${key}`,
    'x-request-id: slow-one',
    'content-type: application/json',
    `content-length: ${length}`,
    '\r\n',
  ].join('\r\n');

describe('headers that do not come in time', () => {
  test.each([
    ['dripping in', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ', drip],
    ['that stop', 'GET /healthz HTTP/1.1\r\nhost: x\r\n', () => undefined],
    ['of which none comes', '', () => undefined],
  ])('%s are answered 408 in the envelope, and the connection ends', async (_name, start, goOn) => {
    const connection = await connect();
    await connection.write(start);
    await goOn(connection);
    await connection.hungUp;
    expect(connection.answers().map(outcomeOf)).toEqual(['408 request_timeout']);
    expect(connection.answers()[0]?.headers.connection).toBe('close');
  });

  test('of a second request are answered after the first', async () => {
    const connection = await connect();
    await connection.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nhost: ');
    await connection.hungUp;
    expect(connection.answers().map(({ status }) => status)).toEqual([200, 408]);
  });
});

describe('a body that does not come in time', () => {
  test('dripping in is answered 408 in the envelope under its own id, and the connection ends', async () => {
    const connection = await connect();
    await connection.write(head(workspace.key, 100_000));
    await drip(connection);
    expect(connection.answers().map(outcomeOf)).toEqual(['408 request_timeout']);
    expect(connection.answers()[0]?.headers['x-request-id']).toBe('slow-one');
  });

  test('in chunks without an end is cut off as well', async () => {
    const connection = await connect();
    const chunked = head(workspace.key, 0).replace('content-length: 0', 'transfer-encoding: chunked');
    await connection.write(`${chunked}2000\r\n`);
    await drip(connection);
    expect(connection.answers().map(outcomeOf)).toEqual(['408 request_timeout']);
  });

  test('and that comes to its end after the answer does nothing', async () => {
    const item = anItem({ templateId });
    const body = JSON.stringify({ items: [item] });
    const connection = await connect();
    await connection.write(head(workspace.key, body.length) + body.slice(0, -1));
    await connection.hungUp;
    await connection.write(body.slice(-1));
    connection.finish();
    await eventually(async () => {
      // Another request of the same key that came later has been dealt with.
      await workspace.batch([anItem({ templateId })]);
      return true;
    });
    const where = { idempotencyKey: String(item.idempotencyKey) };
    expect(await api.prisma.emailSend.count({ where })).toBe(0);
  });

  test('of a request that was refused before is not answered twice', async () => {
    const connection = await connect();
    await connection.write(head('sk_live_unknown', 100_000));
    await drip(connection);
    expect(connection.answers().map(outcomeOf)).toEqual(['401 unauthorized']);
  });
});

test('a hundred slow requests keep nobody else waiting', async () => {
  const slow = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const connection = await connect();
      await connection.write(at % 2 === 0 ? head(workspace.key, 100_000) : 'POST / HTTP/1.1\r\nx-slow: ');
      return connection;
    }),
  );
  const { accepted } = await workspace.batch([anItem({ templateId })]);
  expect(accepted).toBe(1);
  await Promise.all(slow.map(({ hungUp }) => hungUp));
  expect(new Set(slow.flatMap((connection) => connection.answers().map(outcomeOf)))).toEqual(
    new Set(['408 request_timeout']),
  );
  expect((await api.call('/healthz')).status).toBe(200);
});
