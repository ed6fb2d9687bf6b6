import { type DatabaseSession, openDatabaseSession } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import { breakFor, type Disturbance, repeatFor } from './disturbance.ts';
import { expectRefusal } from './proof.ts';

const expectNoConnection = (context: Context) =>
  expectRefusal(context, {
    what: 'A connection to PostgreSQL',
    words: /ECONNREFUSED/,
    act: async () => (await openDatabaseSession(context.databaseUrl)).close(),
  });

/** SIGKILL for the server and so for every backend; it recovers from its log. */
export const killPostgres: Disturbance = (context, forMs) =>
  context.during('PostgreSQL is killed', async () => {
    await context.postgres.kill();
    await expectNoConnection(context);
    await breakFor(context, forMs, () => context.postgres.startAgain());
  });

const terminateOthers = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Every backend of the database is ended, again and again. */
export const terminateBackends: Disturbance = (context, forMs) =>
  context.during('the backends are terminated', async () => {
    let terminated = 0;
    await repeatFor(context, { forMs, everyMs: 400 }, async () => {
      terminated += (await context.stack.database.rows(terminateOthers)).length;
    });
    if (terminated === 0) context.fail('PostgreSQL had no backend to terminate');
  });

/** So long a reader waits for a table that is locked, in milliseconds. */
const lockTimeoutMs = 100;

async function readSends(context: Context): Promise<void> {
  const session = await openDatabaseSession(context.databaseUrl);
  try {
    await session.run(`SET lock_timeout = ${lockTimeoutMs}`);
    await session.run('SELECT FROM email_sends LIMIT 1');
  } finally {
    await session.close();
  }
}

/** Nobody can read or write the table of the sends. */
export const lockSends: Disturbance = (context, forMs) =>
  context.during('email_sends is locked', async () => {
    const session = await openDatabaseSession(context.databaseUrl);
    try {
      await session.run('BEGIN; LOCK TABLE email_sends IN ACCESS EXCLUSIVE MODE');
      await expectRefusal(context, {
        what: 'A look at email_sends',
        words: /lock timeout/,
        act: () => readSends(context),
      });
      await context.pause(forMs);
    } finally {
      await session.close();
    }
  });

/** Tells our own connections from those of the pipeline. */
const ownName = 'faults';

/** Takes connections until the server has none left, which is how it has to refuse the next one. */
async function takeAll({ fail }: Context, url: string): Promise<DatabaseSession[]> {
  const taken: DatabaseSession[] = [];
  for (;;) {
    const next = await openDatabaseSession(url).catch(String);
    if (typeof next !== 'string') taken.push(next);
    else {
      if (!/too many clients|connection slots/.test(next)) fail(`PostgreSQL had connections left: ${next}`);
      return taken;
    }
  }
}

/** What the pipeline has is ended, and what comes free is taken before it can come back, so often. */
const takeEveryMs = 250;

/** Every connection that the server has to give is taken. */
export const exhaustConnections: Disturbance = (context, forMs) =>
  context.during('the connections are exhausted', async () => {
    const url = new URL(context.databaseUrl);
    url.searchParams.set('application_name', ownName);
    const taken = await takeAll(context, url.href);
    const act = async () => {
      await taken[0]?.run(`${terminateOthers} AND application_name <> '${ownName}'`);
      taken.push(...(await takeAll(context, url.href)));
    };
    try {
      await repeatFor(context, { forMs, everyMs: takeEveryMs }, act);
    } finally {
      await Promise.all(taken.map((session) => session.close()));
    }
  });
