import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, openDatabaseSession, runSql, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack({ workerEnv: { POSTROOM_TEST_SETTLE_MS: '1000' } });
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', { name: 'Acme', fromEmail: 'hello@acme.test' }),
  );
  const template = { name: 'News', subject: 'Hello {{name}}', html: '<p>Hello</p>', senderProfileId };
  templateId = idOf(await stack.client.post('/templates', template));
});

afterAll(() => stack?.stop());

const anAddress = () => `${randomBytes(6).toString('hex')}@example.com`;

/** What lets a piece of an erasure be written down, which may be kept from it. */
const gate = 7;

/** Keeps what is done of erasures from being written down; answers how to let one piece through, and to end it. */
async function keepErasures() {
  await runSql(
    stack.databaseUrl,
    `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_advisory_xact_lock_shared(${gate}); RETURN NEW; END $$;
     CREATE TRIGGER wait_for_test BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION wait_for_test()`,
  );
  const session = await openDatabaseSession(stack.databaseUrl);
  await session.run(`SELECT pg_advisory_lock(${gate})`);
  return {
    // Whoever waits has the lock before us.
    letOneThrough: () => session.run(`SELECT pg_advisory_unlock(${gate}); SELECT pg_advisory_lock(${gate})`),
    end: () => session.close(),
  };
}

/** Resolves once a piece was done and waits to be written down. */
const untilPieceWaits = () =>
  eventually(
    async () => {
      const waiting = await stack.database.count(
        `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND locktype = 'advisory' AND objid = ${gate} AND NOT granted`,
      );
      return waiting > 0;
    },
    { what: 'a piece to be done' },
  );

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
  const pieces = await keepErasures();
  const id = idOf(await stack.client.post('/erasures', { email }));
  const places = new Set([await placeOf(id)]);
  for (let kills = 0; kills < 3; kills += 1) {
    // One piece is written down, and the worker dies over the next.
    await untilPieceWaits();
    await pieces.letOneThrough();
    await untilPieceWaits();
    places.add(await placeOf(id));
    const [worker] = stack.workers;
    worker?.kill('SIGKILL');
    expect((await worker?.exited)?.signal).toBe('SIGKILL');
    // What the dead one had begun is undone.
    await pieces.letOneThrough();
    await stack.startWorker();
  }
  expect(places.size).toBe(4);
  expect([...places].join()).not.toMatch(/done/);
  await pieces.end();
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
