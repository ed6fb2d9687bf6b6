import { type DatabaseSession, openDatabaseSession, runSql } from '@postroom/testkit';
import { breakFor, type Disturbance, repeatFor } from './disturbance.ts';

/** SIGKILL for the server and so for every backend; it recovers from its log. */
export const killPostgres: Disturbance = (context, forMs) =>
  context.during('PostgreSQL is killed', async () => {
    await context.postgres.kill();
    await breakFor(context, { forMs, undo: () => context.postgres.startAgain() });
  });

const terminateOthers = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Every backend of the database is ended, again and again. */
export const terminateBackends: Disturbance = (context, forMs) =>
  context.during('the backends are terminated', () =>
    repeatFor(context, {
      forMs,
      everyMs: 400,
      act: () => runSql(context.databaseUrl, terminateOthers),
    }),
  );

/** Nobody can read or write the table of the sends. */
export const lockSends: Disturbance = (context, forMs) =>
  context.during('email_sends is locked', async () => {
    const session = await openDatabaseSession(context.databaseUrl);
    try {
      await session.run('BEGIN; LOCK TABLE email_sends IN ACCESS EXCLUSIVE MODE');
      await context.pause(forMs);
    } finally {
      await session.close();
    }
  });

/** Tells our own connections from those of the pipeline. */
const ownName = 'faults';

async function takeAll(url: string): Promise<DatabaseSession[]> {
  const taken: DatabaseSession[] = [];
  for (;;) {
    const session = await openDatabaseSession(url).catch(() => null);
    if (session === null) return taken;
    taken.push(session);
  }
}

/** Those that the pipeline has are ended too, and what comes free is taken before it can come back. */
const rounds = 3;

/** Every connection that the server has to give is taken. */
export const exhaustConnections: Disturbance = (context, forMs) =>
  context.during('the connections are exhausted', async () => {
    const url = new URL(context.databaseUrl);
    url.searchParams.set('application_name', ownName);
    const taken: DatabaseSession[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) {
        taken.push(...(await takeAll(url.href)));
        await taken[0]?.run(`${terminateOthers} AND application_name <> '${ownName}'`);
      }
      await context.pause(forMs);
    } finally {
      await Promise.all(taken.map((session) => session.close()));
    }
  });
