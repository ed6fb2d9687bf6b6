import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openDatabaseSession, runSql, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;

// No event of SES ever comes: whatever is put in doubt ends Failed, with its delivery unknown.
beforeAll(async () => {
  const workerEnv = { IN_DOUBT_POLICY_TRANSACTIONAL: 'hold', IN_DOUBT_WINDOW_MS: '1000' };
  stack = await startTestStack({ events: { loseFraction: 1 }, workerEnv });
});

afterAll(() => stack?.stop());

const rowOf = async (id: string) => {
  const [row] = await stack.database.rows(
    'SELECT status::text, failure_class FROM email_sends WHERE id = $1',
    [id],
  );
  return row;
};

const ended = (ids: readonly string[]) =>
  eventually(
    async () => {
      const rows = await Promise.all(ids.map(rowOf));
      return rows.every((row) => row?.status === 'Sent' || row?.status === 'Failed') ? rows : false;
    },
    { what: 'the end of the sends' },
  );

const outcomesOf = async (id: string) =>
  (
    await stack.database.rows('SELECT outcome::text FROM send_attempts WHERE send_id = $1 ORDER BY number', [
      id,
    ])
  ).map(({ outcome }) => outcome);

test('an answer that the database was away for is written down when it is back: nothing is in doubt', async () => {
  const templateId = await stack.makeTemplate();
  // Nothing can be written down as Sent while this session has the lock.
  await runSql(
    stack.databaseUrl,
    `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$;
     CREATE TRIGGER wait_for_test BEFORE UPDATE ON email_sends FOR EACH ROW WHEN (NEW.status = 'Sent')
       EXECUTE FUNCTION wait_for_test()`,
  );
  const session = await openDatabaseSession(stack.databaseUrl);
  let ids: string[] = [];
  try {
    await session.run('SELECT pg_advisory_lock(7)');
    ids = await post(stack, templateId, { count: 5, prefix: 'kept' });
    // Whoever wants to write an answer down loses its connection over it.
    await eventually(
      async () => {
        const rows = await stack.database.rows(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE '%record_attempts%' AND wait_event_type = 'Lock'`);
        return rows.length > 0;
      },
      { what: 'A record that waits for the lock' },
    );
  } finally {
    await session.close();
  }
  expect(await ended(ids)).toEqual(ids.map(() => ({ status: 'Sent', failure_class: null })));
  expect(await Promise.all(ids.map(outcomesOf))).toEqual(ids.map(() => ['sent']));
  expect(ids.map((id) => stack.ses.ledger.entriesOf(id).length)).toEqual(ids.map(() => 1));
  await runSql(stack.databaseUrl, 'DROP TRIGGER wait_for_test ON email_sends');
});

test('half a character in a subject spoils neither its own send nor those that are recorded with it', async () => {
  const templateId = await stack.makeTemplate();
  const halving = { subject: 'Hello {{lookup name 0}}' };
  expect((await stack.client.patch(`/templates/${templateId}`, halving)).status).toBe(200);
  const ids = await post(stack, templateId, {
    count: 20,
    prefix: 'half',
    item: (at) => ({ data: { name: at % 5 === 0 ? '😀' : 'Ada' } }),
  });
  expect(await ended(ids)).toEqual(ids.map(() => ({ status: 'Sent', failure_class: null })));
  const [first] = ids;
  expect((await stack.client.get(`/emails/${first}`)).body).toMatchObject({ subject: 'Hello \ufffd' });
});

test('a send that the sweeper ends Failed ends as a failed job, and is counted', async () => {
  const templateId = await stack.makeTemplate();
  stack.ses.faults.set({
    faults: [{ kind: 'resetAfterAccepting', times: 1, match: { recipient: 'unknown' } }],
  });
  const ids = await post(stack, templateId, { count: 1, prefix: 'unknown' });
  expect(await ended(ids)).toEqual([{ status: 'Failed', failure_class: 'in_doubt' }]);
  await eventually(
    async () => {
      const text = await (await fetch(`${stack.apiUrl}/metrics`)).text();
      return text.includes('postroom_queue_jobs{state="failed"} 1');
    },
    { what: 'A failed job' },
  );
});
