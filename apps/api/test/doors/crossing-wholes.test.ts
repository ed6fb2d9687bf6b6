import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { type Answer, type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let key: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: 'crossing@acme.test' });
  key = randomUUID();
});

const anEmail = (subject: string) => ({
  from: 'crossing@acme.test',
  to: 'ada@example.com',
  subject,
  text: 'Hello',
});
const rows = () => api.prisma.emailSend.findMany({ where: { workspaceId: workspace.id } });

const post = (path: string, body: unknown, idempotencyKey: string) =>
  api.call(`/resend${path}`, {
    headers: { authorization: `Bearer ${workspace.key}`, 'idempotency-key': idempotencyKey },
    body,
  });

const isOneWaiting = async () => {
  const [row] = await api.prisma.$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.waiting === 1;
};

/** Posts a strict batch, and has somebody else take the key of one of its emails, for another one, after the look and before the insert. */
async function postWhile(emails: readonly Json[], taken: { readonly email: Json; readonly index: number }) {
  const { body } = await post('/emails', taken.email, 'before');
  const { id } = Object(body);
  const row = JSON.stringify({ id: newId(), idempotency_key: `${key}/${taken.index}` });
  const answer = await api.prisma.$transaction(
    async (tx): Promise<{ readonly later: Promise<Answer> }> => {
      await tx.$executeRaw`
        INSERT INTO email_sends SELECT (jsonb_populate_record(s, ${row}::jsonb)).*
        FROM email_sends s WHERE s.id = ${id}::uuid`;
      const later = post('/emails/batch', emails, key);
      await eventually(isOneWaiting, { what: 'The batch waiting for the key' });
      return { later };
    },
    { timeout: 20_000 },
  );
  return answer.later;
}

test('a strict batch that loses one key meanwhile is refused, and nothing of it is sent', async () => {
  const emails = [anEmail('one'), anEmail('two'), anEmail('three')];
  const { status, body } = await postWhile(emails, { email: anEmail('other'), index: 1 });
  expect(status).toBe(409);
  expect(body).toMatchObject({ name: 'invalid_idempotent_request' });
  expect((await rows()).map(({ subject }) => subject)).toEqual(['other', 'other']);
  expect(await api.prisma.batch.count({ where: { workspaceId: workspace.id } })).toBe(1);
});

test('a strict batch of which somebody meanwhile sends one email the same way is taken, and that one is not sent twice', async () => {
  const emails = [anEmail('one'), anEmail('two'), anEmail('three')];
  const { status, body } = await postWhile(emails, { email: anEmail('two'), index: 1 });
  expect(status).toBe(200);
  const made = (await rows()).filter(({ idempotencyKey }) => idempotencyKey?.startsWith(key));
  expect(new Set(Object(body).data.map(({ id }: { id: string }) => id))).toEqual(
    new Set(made.map(({ id }) => id)),
  );
  expect(made.map(({ subject }) => subject).toSorted()).toEqual(['one', 'three', 'two']);
});
