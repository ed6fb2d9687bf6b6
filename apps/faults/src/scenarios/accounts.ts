import { eventually } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';

/** Sends of a workspace that are due and not at their end. */
const openOf = ({ stack, workspaces }: Context, at: number) =>
  stack.database.count(
    `SELECT count(*) FROM email_sends WHERE workspace_id = $1::uuid AND status IN ('Queued', 'Processing')
       AND (scheduled_at IS NULL OR scheduled_at < now())`,
    [workspaces[at]?.id],
  );

/** Waits until all mail of the first workspace is at its end, while none of the second's can be. */
async function untilOthersAreDone(context: Context): Promise<void> {
  await eventually(async () => (await openOf(context, 0)) === 0, {
    timeoutMs: 60_000,
    intervalMs: 100,
    what: 'The mail of the account that is well',
  });
  const left = await openOf(context, 1);
  context.tell(`when the mail of the first account was at its end, ${left} sends of the second were not`);
  if (left === 0) context.fail('the account that was away had nothing to send');
}

/** One account of SES is away, and mail of the other flows. */
export const accountAway: Scenario = {
  name: 'account-away',
  about: "one of two accounts' SES is away: the mail of the other flows, and its own once it is back",
  system: { through: ['second account'], headroom: 3 },
  load: 'own',
  short: { sends: 200, kills: 0, seconds: 4 },
  long: { sends: 3_000, kills: 0, seconds: 60 },
  run: async (context) => {
    const { size } = context;
    const proxy = context.proxy('second account');
    const half = { sends: size.sends / 2, overMs: size.seconds * 500 };
    await context.post({ ...half, label: 'before' });
    await context.during("the second account's SES is away", async () => {
      await proxy.refuse();
      await context.post({ ...half, label: 'away' });
      await untilOthersAreDone(context);
      await proxy.resume();
    });
  },
};
