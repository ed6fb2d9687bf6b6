import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiKeyStore, openDatabase } from '@postroom/db';
import { freePort } from '@postroom/servers';
import {
  type ApiClient,
  createApiClient,
  createDraw,
  eventually,
  idOf,
  measuredEnv,
  type Stack,
  startTestStack,
  takeTurns,
} from '@postroom/testkit';
import { acceptedIds, post } from './sending.ts';

let stack: Stack;
let hostile: ApiClient;
let exits: number;
let probePort: number;

/** What a turn of a worker's event loop may take in ms of CPU time, and a worker of memory in MiB. */
const bounds = { turnMs: 200, rssMb: 400 } as const;

beforeAll(async () => {
  const onExit = () => {
    exits += 1;
  };
  probePort = await freePort();
  stack = await startTestStack({ workers: 0, onExit, workerEnv: measuredEnv(probePort) });
  hostile = await hostileClient();
});

beforeEach(async () => {
  await stack.beginAnew({ account: { maxSendRate: 100 }, events: { loseFraction: 1 } });
  // What a start takes is nobody's affair.
  await takeTurns(probePort);
  exits = 0;
});

afterAll(() => stack?.stop());

/** Another workspace of the same installation. */
async function hostileClient(): Promise<ApiClient> {
  const key = `sk_live_${'h'.repeat(32)}`;
  const { prisma, close } = openDatabase({ url: stack.databaseUrl, maxConnections: 1 });
  const { id } = await prisma.workspace.create({ data: { id: randomUUID(), name: 'hostile' } });
  await new ApiKeyStore(prisma).keep(id, { name: 'hostile', key, scopes: ['full'] });
  await close();
  return createApiClient(stack.apiUrl, key);
}

type Hostile = {
  readonly html: (at: number) => string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly templates: number;
  readonly sends: number;
};

/** Makes the templates and posts the sends; answers their ids. */
async function attack({ html, data, templates, sends }: Hostile): Promise<readonly string[]> {
  const sender = { name: 'H', fromEmail: 'h@hostile.example', fromName: 'H' };
  const senderProfileId = idOf(await hostile.post('/sender-profiles', sender));
  const ids: string[] = [];
  for (let at = 0; at < templates; at += 1) {
    const template = { name: `T${at}`, subject: 'Hello', html: html(at), senderProfileId };
    ids.push(idOf(await hostile.post('/templates', template)));
  }
  const items = Array.from({ length: sends }, (_, at) => ({
    idempotencyKey: `h-${at}`,
    templateId: ids[at % ids.length],
    to: { email: `h-${at}@example.com` },
    data,
  }));
  const accepted: string[] = [];
  for (let at = 0; at < sends; at += 100) {
    const { status, body } = await hostile.post('/emails/batch', { items: items.slice(at, at + 100) });
    accepted.push(...acceptedIds(status, body));
  }
  return accepted;
}

/** Posts mails of the workspace that does nothing wrong, one after the other, each when SES has the one before. */
async function sendOneByOne(count: number): Promise<void> {
  const templateId = await stack.makeTemplate();
  for (let at = 0; at < count; at += 1) {
    const item = {
      idempotencyKey: `n-${at}`,
      templateId,
      to: { email: `n-${at}@example.com` },
      data: { name: 'N' },
    };
    const { status, body } = await stack.client.post('/emails/batch', { items: [item] });
    const [id] = acceptedIds(status, body);
    const isSent = async () =>
      (await stack.database.rows('SELECT FROM email_sends WHERE id = $1 AND status = $2', [id, 'Sent']))
        .length === 1;
    await eventually(isSent, { timeoutMs: 30_000, intervalMs: 20, what: `mail ${at} of another workspace` });
  }
}

/**
 * Posts so many at once, and waits until SES has all of them. Answers how many sends of others the worker had in hand for more
 * than 1.5 s meanwhile, at most.
 */
async function sendTogether(count: number): Promise<number> {
  const ids = await post(stack, await stack.makeTemplate(), { count, prefix: 'together' });
  let most = 0;
  const areSent = async () => {
    const kept = `send_attempts WHERE finished_at IS NULL AND started_at < now() - interval '1.5 s'`;
    most = Math.max(most, await countOf(`${kept} AND NOT send_${among(ids)}`));
    return (await countOf(`email_sends WHERE ${among(ids)} AND status = 'Sent'`)) === count;
  };
  await eventually(areSent, { intervalMs: 50, what: 'a batch of another workspace' });
  return most;
}

const among = (ids: readonly string[]) => `id = ANY('{${ids.join(',')}}')`;

const countOf = async (where: string) =>
  Number((await stack.database.rows(`SELECT count(*)::int AS n FROM ${where}`))[0]?.n);

/**
 * What holds of every such attack: nobody's mail is in doubt, no lease ended, no process did, and the worker's loop had its
 * turns. One may be longer: while others have both cores, V8 collects garbage on the main thread alone.
 */
async function expectNoHarm(): Promise<void> {
  expect(await countOf("send_attempts WHERE outcome = 'in_doubt'")).toBe(0);
  expect(await countOf('email_sends WHERE in_doubt_since IS NOT NULL OR resends > 0')).toBe(0);
  expect(exits).toBe(0);
  const { secondTurnMs, peakRssMb } = await takeTurns(probePort);
  expect(secondTurnMs).toBeLessThan(bounds.turnMs);
  expect(peakRssMb).toBeLessThan(bounds.rssMb);
}

const objects = (length: number) => Array.from({ length }, (_, at) => ({ at }));
const each = (...lists: readonly string[]) =>
  lists.reduceRight((body, list) => `{{#each @root.${list}}}${body}{{/each}}`, '.');

describe('what one workspace makes of its templates costs another nothing', () => {
  const attacks: readonly (readonly [string, Hostile])[] = [
    [
      'many different templates that run away',
      {
        html: (at) => `${at}${each('a', 'b', 'c', 'd')}`,
        data: { a: objects(90), b: objects(91), c: objects(92), d: objects(93) },
        templates: 60,
        sends: 100,
      },
    ],
    [
      'templates that fill a heap below the limit of what may be written',
      {
        html: (at) => `${at}${each('a', 'b', 'c')}`,
        data: { a: objects(210), b: objects(211), c: objects(212) },
        templates: 20,
        sends: 40,
      },
    ],
    [
      'one template of many values that are all to be escaped',
      { html: () => '{{a}}'.repeat(120), data: { a: '&'.repeat(30_000) }, templates: 1, sends: 40 },
    ],
    [
      'templates that take half of their time',
      {
        html: (at) => `${at}${each('a', 'b', 'c')}`,
        data: { a: objects(120), b: objects(120), c: objects(120) },
        templates: 20,
        sends: 40,
      },
    ],
  ];

  // Half of them, where they are drawn.
  test.each(createDraw()(attacks, 2))(
    '%s',
    async (_, hostile) => {
      const ids = await attack(hostile);
      const ended = () => countOf(`email_sends WHERE ${among(ids)} AND status IN ('Sent', 'Failed')`);
      await sendOneByOne(4);
      const kept = await sendTogether(100);
      // All those went out before the others were at their end, and those that waited left the worker most of its 50 places.
      expect(await ended()).toBeLessThan(ids.length);
      expect(kept).toBeLessThan(16);
      await expectNoHarm();
    },
    120_000,
  );

  test('a template that runs away ends its send with the reason, in a bounded number of tries', async () => {
    const lists = { a: objects(90), b: objects(91), c: objects(92), d: objects(93) };
    const html = (at: number) => `${at}${each('a', 'b', 'c', 'd')}`;
    const ids = await attack({ html, data: lists, templates: 1, sends: 1 });
    await eventually(
      async () => (await countOf(`email_sends WHERE ${among(ids)} AND status = 'Failed'`)) === 1,
      {
        timeoutMs: 100_000,
        intervalMs: 200,
        what: 'The send to fail',
      },
    );
    const [row] = await stack.database.rows(
      `SELECT failure_class, failure_message, attempts_spent FROM email_sends WHERE ${among(ids)}`,
    );
    expect(row).toMatchObject({
      failure_class: 'rendering',
      // On a busy machine its process may be the first to see it.
      failure_message: expect.stringMatching(/rendering took (longer than 1000 ms|too long)/),
    });
    expect(Number(row?.attempts_spent)).toBeLessThanOrEqual(8);
    expect(stack.ses.ledger.summary().accepted).toBe(0);
    await expectNoHarm();
  }, 120_000);
});
