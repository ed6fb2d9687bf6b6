import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apiKeySchema, maxWorkspaceCount, type Now, pageSchema, workspaceSchema } from '@postroom/contracts';
import { newId, readHolds } from '@postroom/core';
import { OperationStore, SesAccountStore } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import { errorOf } from './contract/batch-items.ts';
import { callAs, trySignIn } from './dashboard/a-page.ts';
import { documentedRoutes } from './openapi/documented-routes.ts';
import { callAsShown, type ExampleWorld, makeExampleWorld } from './openapi/example-world.ts';
import { startApi, type TestApi } from './start-api.ts';

let api: TestApi;
let world: ExampleWorld;
let key: string;

beforeAll(async () => {
  api = await startApi();
  world = await makeExampleWorld(api, 'queued');
  key = await world.workspace.makeKey(['operator']);
});
afterAll(() => api.close());

const list = (query = '') => api.call(`/api/v1/workspaces${query}`, { headers: { 'x-api-key': key } });
const pageOf = async (query = '') => pageSchema(workspaceSchema.strict()).parse((await list(query)).body);

const numbers = 'GET /api/v1/workspaces';
const nameOf = ({ method, path }: (typeof documentedRoutes)[number]) => `${method} ${path}`;
const others = documentedRoutes.filter((route) => route.needsKey && nameOf(route) !== numbers);

test('an operator’s key opens the numbers of all workspaces, and is refused by every other route, which names what it lacks', async () => {
  expect((await list()).status).toBe(200);
  expect(others.length).toBeGreaterThan(70);
  for (const route of others) {
    const { status, body: answer } = await callAsShown(api, world, { route, key });
    const [scope = ''] = route.operation.security.flatMap((requirement) => Object.values(requirement).flat());
    // Postmark has one status for what a token may not do.
    const refusal = route.operation.tags[0] === 'Postmark' ? [401, 422] : [401, 403];
    expect({ route: nameOf(route), isRefused: refusal.includes(status) }).toEqual({
      route: nameOf(route),
      isRefused: true,
    });
    expect(`${nameOf(route)} ${JSON.stringify(answer)}`).toContain(scope);
  }
});

test('an operator signs in to the dashboard, sees how much waits in all workspaces and nothing of what it is, and is refused the rest', async () => {
  const { status, body, headers } = await trySignIn(api, key);
  expect({ status, body }).toMatchObject({ status: 200, body: { session: { scopes: ['operator'] } } });
  const call = callAs(api, (headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  const other = await api.makeWorkspace();
  const templateId = await other.aTemplate();
  await other.batch([{ idempotencyKey: 'a', templateId, to: { email: 'a@example.com' } }]);
  await api.sql
    .run`UPDATE email_sends SET status = 'Failed', failure_message = 'Words.' WHERE to_email = 'a@example.com'`;
  await other.batch([{ idempotencyKey: 'b', templateId, to: { email: 'b@example.com' } }]);
  const now = (await call('/dashboard/api/now')).body as Now;
  const waiting = now.waiting?.reduce((sum, { count }) => sum + count, 0);
  expect({ waiting, failures: now.failures, holds: now.holds }).toEqual({
    waiting: 2,
    failures: null,
    holds: [],
  });
  expect(await call('/api/v1/workspaces')).toMatchObject({ status: 200 });
  const { id } = await api.prisma.emailSend.findFirstOrThrow({ where: { workspaceId: world.workspace.id } });
  const content = ['actions', 'batches', 'rate-hours', `emails/${id}/message`].map(
    (path) => `/dashboard/api/${path}`,
  );
  for (const path of [...content, '/api/v1/emails', '/api/v1/api-keys', `/api/v1/emails/${id}`]) {
    expect({ path, ...(await call(path)) }).toMatchObject({ path, status: 403 });
  }
  for (const path of ['/dashboard/api/template-previews', '/api/v1/emails/actions', '/api/v1/emails/batch']) {
    expect({ path, ...(await call(path, { method: 'POST', body: {} })) }).toMatchObject({
      path,
      status: 403,
    });
  }
});

test('a held account is shown to operators, and to workspaces that use it or whose mail still waits in it, whoever else looks', async () => {
  const [mover, user, other] = [
    await api.makeWorkspace(),
    await api.makeWorkspace(),
    await api.makeWorkspace(),
  ];
  const accounts = new SesAccountStore(api.prisma);
  const made = { name: 'held', region: 'eu-west-1', profile: null, endpoint: 'http://ses.test' };
  const account = (await accounts.create(made))?.id ?? '';
  const templateId = await mover.aTemplate();
  await mover.batch([{ idempotencyKey: 'a', templateId, to: { email: 'waits@example.com' } }]);
  await api.prisma.emailSend.updateMany({
    where: { toEmail: 'waits@example.com' },
    data: { accountId: account },
  });
  const sender = await user.aSender();
  await accounts.assign(sender, account);
  const ofSender = `sender_profile:${sender}`;
  const held = [ofSender, `account:${account}`, 'account'].map((scope) => ({
    scope,
    reason: 'account_suspended',
    heldForMs: 1_000,
    accountId: null,
  }));
  const holds = { refresh: () => Promise.resolve(held) };
  const operations = new OperationStore(api.prisma);
  const admin = (of: typeof user) => ({ workspaceId: of.id, seesMail: true, seesInstallation: false });
  const operator = { workspaceId: user.id, seesMail: false, seesInstallation: true };
  const shown = async (viewers: readonly (typeof operator)[]) => {
    const of = await readHolds({ operations, holds, accounts }, viewers);
    return viewers.map((viewer) => of(viewer)?.map(({ scope }) => scope));
  };
  const whole = [`account:${account}`, 'account'];
  expect(await shown([operator, admin(user), admin(mover), admin(other)])).toEqual([
    whole,
    [ofSender, ...whole],
    whole,
    ['account'],
  ]);
  expect(await shown([operator])).toEqual([whole]);
  // Nor is it removed while anything needs it.
  const { emailSend, sesAccount } = api.prisma;
  const leftAgo = (ms: number) => sesAccount.updateMany({ data: { leftAt: new Date(Date.now() - ms) } });
  const remove = (forget = () => Promise.resolve()) => accounts.remove(account, forget);
  expect(await remove()).toEqual({ senders: 1, waiting: 1, isRecent: false });
  await accounts.assign(sender, null);
  expect(await remove()).toEqual({ senders: 0, waiting: 1, isRecent: true });
  await leftAgo(3_600_000);
  expect(await remove()).toEqual({ senders: 0, waiting: 1, isRecent: false });
  await emailSend.updateMany({ where: { accountId: account }, data: { status: 'Canceled' } });
  await leftAgo(0);
  expect(await remove()).toEqual({ senders: 0, waiting: 0, isRecent: true });
  await leftAgo(3_600_000);
  await expect(remove(() => Promise.reject(new Error('Redis is away')))).rejects.toThrow('Redis is away');
  expect(await accounts.find(account)).not.toBeNull();
  // Nor behind the back of who assigns a sender to it at the same moment: either comes first, and the other is refused.
  let removing: ReturnType<typeof remove> | undefined;
  await api.prisma.$transaction(
    async (tx) => {
      await tx.senderProfile.update({ where: { id: sender }, data: { accountId: account } });
      removing = remove();
      await eventually(
        async () => {
          const [row] = await api.sql.query<{
            waiting: number;
          }>`SELECT count(*)::int AS waiting FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          return row?.waiting === 1;
        },
        { what: 'The removal waiting' },
      );
    },
    { timeout: 20_000 },
  );
  expect(await removing).toMatchObject({ senders: 1 });
  await accounts.assign(sender, null);
  await leftAgo(3_600_000);
  let late: Promise<boolean> | undefined;
  const removed = await remove(async () => {
    late = accounts.assign(sender, account);
  });
  expect([removed, await late, await accounts.find(account)]).toEqual([null, false, null]);
});

test('no other key sees those, not even one of scope full', async () => {
  const error = errorOf(await world.workspace.get('/workspaces'));
  expect(error).toMatchObject({ status: 403, details: { required: 'operator' } });
});

test('no request makes an operator’s key', async () => {
  for (const headers of [{ 'x-api-key': world.workspace.key }, { 'x-api-key': key }]) {
    const body = { name: 'x', scopes: ['operator'] };
    const { status } = await api.call('/api/v1/api-keys', { method: 'POST', headers, body });
    expect([400, 403]).toContain(status);
  }
  const { body } = await world.workspace.get('/api-keys');
  const { data } = pageSchema(apiKeySchema).parse(body);
  expect(data.filter(({ scopes }) => scopes.includes('operator'))).toHaveLength(1);
});

test('numbers are counts by status of each workspace, a page at a time, and bounded', async () => {
  const other = await api.makeWorkspace();
  const first = await pageOf('?limit=1');
  const rest = await pageOf(`?cursor=${first.nextCursor}`);
  const all = [...first.data, ...rest.data];
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const of = (id: string) => all.find((one) => one.id === id)?.counts;
  expect(of(world.workspace.id)).toMatchObject({ Queued: 1, Sent: 0 });
  expect(of(other.id)).toMatchObject({ Queued: 0, Failed: 0 });
  const template = await api.prisma.emailSend.findFirstOrThrow({
    where: { workspaceId: world.workspace.id },
  });
  const {
    idempotencyKey: _,
    toOthers: __,
    cc: ___,
    bcc: ____,
    data: _____,
    headers: h,
    attachments: a,
    ...row
  } = template;
  await api.prisma.emailSend.createMany({
    data: Array.from({ length: maxWorkspaceCount + 5 }, () => ({
      ...row,
      id: newId(),
      workspaceId: other.id,
    })),
  });
  const again = await pageOf('?limit=100');
  expect(again.data.find(({ id }) => id === other.id)?.counts.Queued).toBe(maxWorkspaceCount);
});
