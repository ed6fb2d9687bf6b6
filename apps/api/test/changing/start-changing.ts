import type { EmailSend, SendStatus } from '@postroom/contracts';
import { newId } from '@postroom/core';
import type { PrismaClient } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import { accept, anItem } from '../contract/batch-items.ts';
import type { Answer, Json, TestApi, TestWorkspace } from '../start-api.ts';

/** A workspace with a template, and what is asked of its sends. */
export type Changing = {
  readonly workspace: TestWorkspace;
  /** Accepts one send; `item` overrides what it asks for. */
  aSend(item?: Json): Promise<EmailSend>;
  /** Accepts one send, as `item` overrides it, and makes its row look like this. */
  aSendThatIs(status: SendStatus, row?: RowChanges, item?: Json): Promise<string>;
  /** Makes another account of SES and has the template's sender use it; answers its id. */
  useAnotherAccount(): Promise<string>;
  post(path: string): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
};

type Row = Awaited<ReturnType<PrismaClient['emailSend']['findUniqueOrThrow']>>;
type RowChanges = NonNullable<Parameters<PrismaClient['emailSend']['update']>[0]>['data'];

/** Makes a workspace whose sends can be changed. */
export async function startChanging(api: TestApi): Promise<Changing> {
  const workspace = await api.makeWorkspace();
  const templateId = await workspace.aTemplate();
  const headers = { 'x-api-key': workspace.key };
  const aSend = (item: Json = {}) => accept(workspace, anItem({ templateId, ...item }));
  return {
    workspace,
    aSend,
    aSendThatIs: async (status, row = {}, item = {}) => {
      const { id } = await aSend(item);
      await api.prisma.emailSend.update({ where: { id }, data: { ...row, status } });
      return id;
    },
    useAnotherAccount: async () => {
      const name = newId();
      const account = { id: newId(), name, region: 'eu-west-1', endpoint: 'http://ses.test' };
      const { id } = await api.prisma.sesAccount.create({ data: account });
      await api.prisma.senderProfile.updateMany({
        where: { workspaceId: workspace.id },
        data: { accountId: id },
      });
      return id;
    },
    post: (path) => api.call(`/api/v1${path}`, { method: 'POST', headers }),
    patch: (path, body) => api.call(`/api/v1${path}`, { method: 'PATCH', headers, body }),
  };
}

/** Everything that is stored of one send. */
export const rowOf = (api: TestApi, id: string): Promise<Row> =>
  api.prisma.emailSend.findUniqueOrThrow({ where: { id } });

/** A moment so many seconds from now, with whole milliseconds. */
export const secondsAhead = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

/**
 * Starts a request while another transaction holds the row and has changed it, and lets that transaction commit
 * once the request waits for it: whatever the request read before is out of date when it goes on.
 */
export async function behindALock(
  api: TestApi,
  {
    id,
    change,
    request,
  }: { readonly id: string; readonly change: RowChanges; readonly request: () => Promise<Answer> },
): Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  const startAndWait = async () => {
    answer = request();
    const check = async () => {
      const waiting = await api.prisma.$queryRaw<unknown[]>`
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event IN ('transactionid', 'tuple')`;
      return waiting.length > 0;
    };
    await eventually(check, { what: 'The request waiting for the row' });
  };
  await api.prisma.$transaction(
    async (transaction) => {
      await transaction.emailSend.update({ where: { id }, data: change });
      await startAndWait();
    },
    { maxWait: 10_000, timeout: 20_000 },
  );
  if (answer === undefined) throw new Error('nothing was requested');
  return answer;
}
