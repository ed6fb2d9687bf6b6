import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { ownPage, signInWith } from '../dashboard/a-page.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi({ env: { COMPAT: 'resend,postmark' } });
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

async function anEmailId(): Promise<string> {
  await workspace.aSender({ fromEmail: 'gate@acme.test' });
  const { body } = await api.call('/resend/emails', {
    headers: { authorization: `Bearer ${workspace.key}` },
    body: { from: 'gate@acme.test', to: 'ada@example.com', subject: 'Hello', text: 'Hello' },
  });
  return String(Object(body).id);
}

/** So many reads of one workspace are in hand or in line. */
const room = { lists: 102, contents: 101 };

/** Asks for more than there is room for, in turn from these paths, while none can be read, and answers how each was answered. */
async function askBeyond(paths: readonly string[], taken: number): Promise<Readonly<Record<number, number>>> {
  const { key } = workspace;
  const cookie = await signInWith(api, key);
  const keys = { authorization: `Bearer ${key}`, 'x-api-key': key, 'x-postmark-server-token': key };
  const counts: Record<number, number> = {};
  const ask = async (path: string) => {
    const headers = path.startsWith('/dashboard/') ? { ...ownPage, cookie } : keys;
    const { status } = await api.call(path, { headers });
    counts[status] = (counts[status] ?? 0) + 1;
  };
  for (const path of paths) await ask(path);
  expect(counts).toEqual({ 200: paths.length });
  const asked = await api.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE email_sends, template_snapshots IN ACCESS EXCLUSIVE MODE`;
      const all = Array.from({ length: taken + 6 }, (_, at) => ask(paths[at % paths.length] ?? ''));
      await eventually(() => counts[503] === 6, { what: 'Those beyond the line being refused' });
      return all;
    },
    { timeout: 20_000 },
  );
  await Promise.all(asked);
  return counts;
}

test('lists of all ways in pass one gate, and so leave connections to whoever accepts', async () => {
  const paths = ['/resend/emails', '/bounces', '/deliverystats', '/api/v1/emails'];
  expect(await askBeyond(paths, room.lists)).toEqual({ 200: paths.length + room.lists, 503: 6 });
});

test('what emails say is read one after the other for one workspace', async () => {
  const id = await anEmailId();
  const paths = [
    `/resend/emails/${id}`,
    `/messages/outbound/${id}/details`,
    `/dashboard/api/emails/${id}/message`,
  ];
  expect(await askBeyond(paths, room.contents)).toEqual({ 200: paths.length + room.contents, 503: 6 });
});
