import { eventually, openDatabaseSession } from '@postroom/testkit';
import type { Disturbance } from './disturbance.ts';

/** How long a load may take to have the API record an event, in milliseconds. */
const heldWithinMs = 15_000;

const heldSql = `
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%record_%'`;

/**
 * SIGKILL for the API while it has groups of events in hand that cannot be committed, and others that have gathered behind
 * them meanwhile; and a new one on its port.
 */
export const killApiWithEvents: Disturbance = (context, forMs) =>
  context.during('the API is killed with a group of events in hand', async () => {
    const { stack, fail } = context;
    const cutOff = () => stack.ses.events?.counts().refused ?? 0;
    const session = await openDatabaseSession(context.databaseUrl);
    try {
      await session.run('BEGIN; LOCK TABLE email_events IN SHARE ROW EXCLUSIVE MODE');
      await eventually(async () => (await stack.database.count(heldSql)) > 0, {
        timeoutMs: heldWithinMs,
        what: 'A group of events that is not committed',
      });
      await context.pause(forMs);
      const before = cutOff();
      await context.kill(stack.api());
      await eventually(() => cutOff() > before + 1, { what: 'Events that nobody answers' }).catch(() =>
        fail('the API that was killed had no group of events in hand'),
      );
    } finally {
      await session.close();
    }
    await stack.startApi();
  });
