import type { Now, WorkspaceBacklog } from '@postroom/contracts';
import { createNowReader, type Viewer, within } from '@postroom/core';
import { type Database, OperationStore, SendRateStore, SesAccountStore, WorkspaceStore } from '@postroom/db';
import { createHoldsOfAll, createSmtpRoll, createWorkerRoll, openSendQueue } from '@postroom/redis';

/** What *Now* of the dashboard tells an operator, with what workspaces are called, and the failures of all of them. */
export type State = Omit<Now, 'backlogs'> & {
  readonly backlogs: readonly (WorkspaceBacklog & { readonly name: string })[] | null;
};

/** Whoever has the database sees all workspaces. */
const host: Viewer = { workspaceId: '', isSimulated: false, seesMail: false, isOperator: true, isHost: true };

/** How long Redis may take to be reached, and names of workspaces to be found, in milliseconds. */
const budgetMs = { connecting: 2_000, names: 1_000 } as const;

/** Reads the state of a running installation, again and again until it is closed. What does not answer is null. */
export function openState(
  { prisma }: Pick<Database, 'prisma'>,
  { url, prefix }: { readonly url: string; readonly prefix: string },
) {
  const queue = openSendQueue({ url, prefix, onError: () => undefined });
  const inRedis = { redis: queue.redis, prefix };
  const workspaces = new WorkspaceStore(prisma);
  const now = createNowReader({
    operations: new OperationStore(prisma),
    queue,
    roll: createWorkerRoll(inRedis),
    smtpRoll: createSmtpRoll(inRedis),
    holds: createHoldsOfAll(inRedis),
    sendRate: new SendRateStore(prisma),
    accounts: new SesAccountStore(prisma),
    workspaces,
  });
  const connected = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, budgetMs.connecting);
    queue.redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  const named = async (backlogs: Now['backlogs']): Promise<State['backlogs']> => {
    if (backlogs === null) return null;
    const ids = backlogs.map(({ workspaceId }) => workspaceId);
    const names = await within(workspaces.namesOf(ids), budgetMs.names);
    return backlogs.map((backlog) => ({
      ...backlog,
      name: names?.get(backlog.workspaceId) ?? backlog.workspaceId,
    }));
  };
  return {
    read: async (): Promise<State> => {
      await connected;
      await now.count([host]);
      const seen = (await now.look()).of(host);
      return { ...seen, backlogs: await named(seen.backlogs) };
    },
    close: () => queue.close(),
  };
}
