import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack();
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', { name: 'Acme', fromEmail: 'hello@acme.test' }),
  );
  const template = { name: 'News', subject: 'Hello {{name}}', html: '<p>Hello</p>', senderProfileId };
  templateId = idOf(await stack.client.post('/templates', template));
});

afterAll(() => stack?.stop());

const anAddress = () => `${randomBytes(6).toString('hex')}@example.com`;

/** How far an erasure is. */
const placeOf = async (id: string) => {
  const [row] = await stack.database.rows('SELECT stage::text, cursor, counts FROM erasures WHERE id = $1', [
    id,
  ]);
  return `${row?.stage} ${row?.cursor} ${JSON.stringify(row?.counts)}`;
};

const namedIn = async (email: string) => {
  const [row] = await stack.database.rows(
    `SELECT (SELECT count(*) FROM email_sends s WHERE strpos(s::text, $1) > 0)
          + (SELECT count(*) FROM send_facets f WHERE strpos(f::text, $1) > 0)
          + (SELECT count(*) FROM erasures e WHERE strpos(e::text, $1) > 0) AS count`,
    [email],
  );
  return Number(row?.count);
};

test('an erasure whose worker is killed again and again is finished by the next one, and mails nobody', async () => {
  const email = anAddress();
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const item = (index: number) => ({
    scheduledAt,
    ...(index % 3 === 0 ? { to: { email } } : { cc: [email], data: { name: email } }),
  });
  const ids = await post(stack, templateId, { count: 1_500, prefix: randomBytes(4).toString('hex'), item });
  const id = idOf(await stack.client.post('/erasures', { email }));
  let seen = 'nothing';
  for (let kills = 0; kills < 3; kills += 1) {
    const [worker] = stack.workers;
    const last = seen;
    seen = await eventually(
      async () => {
        const place = await placeOf(id);
        return place !== last && place;
      },
      { what: 'a piece to be done' },
    );
    worker?.kill('SIGKILL');
    expect((await worker?.exited)?.signal).toBe('SIGKILL');
    await stack.startWorker();
  }
  expect(seen).not.toMatch(/^done/);
  await eventually(async () => (await placeOf(id)).startsWith('done'), { what: 'the erasure to be done' });
  expect(await namedIn(email)).toBe(0);
  const counts = await stack.database.rows(
    'SELECT status::text, count(*)::int AS count FROM email_sends WHERE id = ANY($1) GROUP BY 1 ORDER BY 1',
    [ids],
  );
  expect(counts).toEqual([
    { status: 'Canceled', count: 500 },
    { status: 'Scheduled', count: 1_000 },
  ]);
  const answer = await stack.client.get(`/erasures/${id}`);
  expect(answer.body).toMatchObject({
    status: 'done',
    counts: { sends: 500, canceled: 500, copies: 1_000 },
  });
  expect(stack.ses.ledger.summary().accepted).toBe(0);
});
