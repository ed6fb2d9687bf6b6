import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EmailList, emailListSchema } from '@postroom/contracts';
import * as z from 'zod';
import { anItem } from '../contract/batch-items.ts';
import { documentedRoutes, pathWith } from '../openapi/documented-routes.ts';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { historyOf } from './reading.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const maxAnswerBytes = 5 * 1024 * 1024;
const full = 100;
const many = <Item>(make: (at: number) => Item, count = full): Item[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Characters of three bytes each. */
const long = (characters: number) => '漢'.repeat(characters);

async function makeEach(path: string, bodies: readonly Json[]): Promise<string> {
  let last = '';
  for (const body of bodies) last = await workspace.make(path, body);
  return last;
}

/** An item with as many copies, names and tags as one may have; each name is quoted, and its quotes are escaped. */
const largestItem = (templateId: string, name: string) =>
  anItem({
    templateId,
    subject: long(998),
    cc: many((at) => `"${name}" <c${at}@example.com>`, 49),
    tags: many((at) => `${at}`.padEnd(100, '漢'), 20),
  });

async function sendLargest(count: number): Promise<string> {
  const templateId = await workspace.aTemplate();
  const items = many((at) => largestItem(templateId, at % 2 ? long(280) : '\\"'.repeat(140)), count);
  expect(await workspace.batch(items)).toMatchObject({ accepted: count });
  return templateId;
}

const webhook = (at: number) => ({
  url: `https://${at}.example/${'x'.repeat(2_000)}`,
  events: ['*'],
  description: long(500),
});

/** Deliveries whose answers are as long as is read, of characters that JSON writes as six; answers the id of their webhook. */
async function deliverLargest(): Promise<string> {
  workspace = await api.makeWorkspace();
  const id = await workspace.make('/webhooks', webhook(0));
  for (let at = 0; at < full; at += 1) await workspace.post(`/webhooks/${id}/test`, {});
  await api.prisma.$executeRaw`
    INSERT INTO webhook_attempts (notice_id, number, started_at, duration_ms, request, status_code, answer)
    SELECT id, 1, now(), 1, repeat('x', 20000), 200, repeat(chr(1), 65536)
    FROM webhook_notices WHERE endpoint_id = ${id}::uuid`;
  return id;
}

/** The entries are there already: another list has the same. */
const asBefore = () => Promise.resolve('');

/** What the largest entries of each list are made by, in order of the document; answers the id in its path, where there is one. */
const makers: Readonly<Record<string, () => Promise<string>>> = {
  '/api/v1/emails': () => sendLargest(full),
  '/api/v1/templates': async () => {
    const id = await workspace.aTemplate({ name: long(180), subject: long(330), html: long(150_000) });
    for (let copies = 1; copies < full; copies += 1) await workspace.post(`/templates/${id}/duplicate`, {});
    return id;
  },
  '/api/v1/sender-profiles': () =>
    makeEach(
      '/sender-profiles',
      many((at) => ({
        name: long(200),
        fromEmail: `s${at}@${workspace.id}.test`,
        fromName: long(200),
        replyTo: `${long(300)} <a@b.co>`,
      })),
    ),
  '/api/v1/domains': async () => {
    const dnsRecords = many(
      (at) => ({
        purpose: 'dkim',
        required: true,
        type: 'CNAME',
        name: `${at}`.padEnd(255, 'x'),
        value: 'y'.repeat(255),
      }),
      5,
    );
    await api.prisma.domain.createMany({
      data: many((at) => ({
        id: randomUUID(),
        workspaceId: workspace.id,
        domain: `${at}.${workspace.id}.example`,
        dnsRecords,
      })),
    });
    return '';
  },
  '/api/v1/profiles': () =>
    makeEach(
      '/profiles',
      many((at) => ({ externalId: `${at}`, attributes: { a: long(80_000) } }), 30),
    ),
  '/api/v1/subscription-groups': () =>
    makeEach(
      '/subscription-groups',
      many(() => ({ name: long(200), type: 'OptOut' })),
    ),
  '/api/v1/suppressions': async () => {
    const suppressions = many((at) => ({ email: `a${at}@example.com`, note: '\u0001'.repeat(1_000) }));
    expect((await workspace.post('/suppressions/import', { suppressions })).status).toBe(200);
    return '';
  },
  '/api/v1/webhooks': () => makeEach('/webhooks', many(webhook, 20)),
  '/api/v1/webhooks/{id}/deliveries': deliverLargest,
  '/api/v1/api-keys': () =>
    makeEach(
      '/api-keys',
      many(() => ({ name: long(200), scopes: ['emails:read', 'emails:write', 'admin'] })),
    ),
  '/resend/emails': asBefore,
  '/resend/domains': asBefore,
  '/resend/webhooks': asBefore,
  '/resend/suppressions': asBefore,
  '/resend/templates': asBefore,
};

// What operators list is of the command line's making alone.
const lists = documentedRoutes.filter(
  ({ operation, path }) =>
    path !== '/api/v1/workspaces' && operation.parameters?.some(({ name }) => name === 'limit'),
);

test('every documented list has its largest page here', () => {
  expect(lists.map(({ method, path }) => `${method} ${path}`)).toEqual(
    Object.keys(makers).map((path) => `GET ${path}`),
  );
});

describe('the largest page of each list is within 5 MiB:', () => {
  test.each(Object.entries(makers))('%s', async (path, make) => {
    const id = await make();
    const { status, body } = await api.call(`${path.replace('{id}', id)}?limit=100`, {
      headers: { 'x-api-key': workspace.key, authorization: `Bearer ${workspace.key}` },
    });
    expect(status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(maxAnswerBytes);
  });
});

test('emails are walked by cursor, and by offset, through pages that end early: each comes once', async () => {
  workspace = await api.makeWorkspace();
  await sendLargest(full);
  const walk = async (next: (list: EmailList, seen: number) => string | null) => {
    const [ids, counts]: [string[], number[]] = [[], []];
    for (let query: string | null = ''; query !== null; ) {
      const { body } = await workspace.get(`/emails?limit=100${query}`);
      const list = emailListSchema.parse(body);
      ids.push(...list.emails.map(({ id }) => id));
      counts.push(list.emails.length);
      query = next(list, ids.length);
    }
    expect([ids.length, new Set(ids).size]).toEqual([full, full]);
    return counts;
  };
  const byCursor = await walk(({ next_cursor }) => next_cursor && `&cursor=${next_cursor}`);
  expect(byCursor.length).toBeGreaterThan(1);
  expect(await walk(({ next_cursor }, seen) => next_cursor && `&offset=${seen}`)).toEqual(byCursor);
});

describe('the history of a send', () => {
  const historyPath = documentedRoutes.find(({ operation }) => operation.operationId === 'listEmailEvents');

  async function aSend(): Promise<string> {
    const { items } = await workspace.batch([anItem({ templateId: await workspace.aTemplate() })]);
    return z.object({ send: z.object({ id: z.string() }) }).parse(items[0]).send.id;
  }

  const insertEvents = (id: string, type: string, { count, size }: { count: number; size: number }) =>
    api.prisma.$executeRaw`
      INSERT INTO email_events (id, workspace_id, send_id, type, source_id, occurred_at, detail)
      SELECT gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, ${type}::"EmailEventType", ${type} || n,
             now() + n * interval '1 second', jsonb_build_object('userAgent', repeat('漢', ${size}::int))
      FROM generate_series(1, ${count}::int) n`;

  test('is within 5 MiB however much was said of it, and clicks are left out before what tells its end', async () => {
    const id = await aSend();
    await insertEvents(id, 'click', { count: 990, size: 2_000 });
    await insertEvents(id, 'bounce', { count: 10, size: 25_000 });
    const answer = await api.call(pathWith({ path: historyPath?.path ?? '' }, id), {
      headers: { 'x-api-key': workspace.key },
    });
    expect(answer.status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThan(maxAnswerBytes);
    const types = (await historyOf(workspace, id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'bounced')).toHaveLength(10);
    expect(types.filter((type) => type === 'clicked').length).toBeGreaterThan(400);
  });

  test('is whole when it is short', async () => {
    const id = await aSend();
    await insertEvents(id, 'open', { count: 990, size: 100 });
    expect(await historyOf(workspace, id)).toHaveLength(991);
  });
});
