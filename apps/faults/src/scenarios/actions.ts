import { createApiClient, eventually, openDatabaseSession } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';

const patience = { timeoutMs: 90_000, intervalMs: 100 } as const;

/** Has SES turn down all mail until every send that was posted has come to its end; answers how many failed. */
async function failAll(context: Context): Promise<number> {
  const { stack, size, random } = context;
  stack.ses.faults.set({
    seed: Math.floor(random() * 1_000_000),
    faults: [{ kind: 'reject', probability: 1 }],
  });
  await context.post({ sends: size.sends, overMs: size.seconds * 1_000, label: 'load' });
  const left = () =>
    stack.database.count(`SELECT count(*) FROM email_sends WHERE status IN ('Queued', 'Processing')`);
  await eventually(async () => context.signal.aborted || (await left()) === 0, {
    ...patience,
    what: 'Every send to be refused',
  });
  stack.ses.faults.clear();
  return stack.database.count(`SELECT count(*) FROM email_sends WHERE status = 'Failed'`);
}

const waitingForRows = `
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%judged%'`;

/** Kills the worker in the midst of a piece: it waits for sends that we hold, of which it has changed none. */
const killInAPiece = (context: Context): Promise<void> =>
  context.during('the worker is killed in a piece of an action', async () => {
    const { stack } = context;
    const session = await openDatabaseSession(context.databaseUrl);
    try {
      await session.run(`BEGIN; SELECT FROM email_sends WHERE status = 'Failed' FOR UPDATE`);
      const isInPiece = async () =>
        context.signal.aborted || (await stack.database.count(waitingForRows)) > 0;
      await eventually(isInPiece, { ...patience, what: 'A piece of an action that waits' });
      const [worker] = stack.workers;
      if (worker !== undefined) await context.kill(worker);
    } finally {
      await session.close();
    }
    await context.startWorker();
  });

/** Resolves when every action is done; each failure has to have been retried, or refused with its reason. */
async function untilDone({ stack, signal, tell, fail }: Context, failed: number): Promise<void> {
  const { count } = stack.database;
  const isDone = async () =>
    signal.aborted || (await count(`SELECT count(*) FROM bulk_actions WHERE state <> 'done'`)) === 0;
  await eventually(isDone, { ...patience, what: 'Every action to be done' });
  const done = await count('SELECT coalesce(sum(done), 0) FROM bulk_actions');
  const refused = await count(
    'SELECT coalesce(sum(value::int), 0) FROM bulk_actions, jsonb_each_text(refused)',
  );
  tell(`of ${failed} sends that SES had refused, ${done} were retried and ${refused} were not to be`);
  if (done === 0) fail('nothing was retried');
  if (done + refused !== failed)
    fail(`${failed} sends had failed, and the actions tell of ${done + refused}`);
}

/** What SES refused is retried by an action of each workspace, whose worker is killed in its pieces. */
export const actions: Scenario = {
  name: 'actions',
  about: 'what SES refused is retried all at once, and the worker that does it is killed in its pieces',
  expects: { areFailuresRetried: true },
  load: 'own',
  system: { workers: 1 },
  short: { sends: 120, kills: 2, seconds: 1 },
  long: { sends: 4_000, kills: 12, seconds: 20 },
  run: async (context) => {
    const failed = await failAll(context);
    for (const { key } of context.workspaces) {
      const client = createApiClient(context.stack.apiUrl, key);
      const { status } = await client.post('/emails/actions', { action: 'retry', filter: {} });
      if (status !== 201) context.fail(`an action was answered ${status}`);
    }
    for (let done = 0; done < context.size.kills; done += 1) await killInAPiece(context);
    await untilDone(context, failed);
  },
};
