import type { FaultPlan, SesAccountChanges } from '@postroom/testkit';
import { breakFor, type Disturbance } from './disturbance.ts';

/** Lets the fake SES misbehave. */
export const withSesFaults =
  (name: string, faults: FaultPlan['faults']): Disturbance =>
  (context, forMs) =>
    context.during(name, async () => {
      const { ses } = context.stack;
      ses.faults.set({ seed: Math.floor(context.random() * 1_000_000), faults });
      await breakFor(context, { forMs, undo: () => ses.faults.clear() });
    });

/** Puts the account into another state, which `GetAccount` tells too, and back. */
export const withAccount =
  (name: string, changes: SesAccountChanges, back: SesAccountChanges): Disturbance =>
  (context, forMs) =>
    context.during(name, async () => {
      const { account } = context.stack.ses;
      account.set(changes);
      await breakFor(context, { forMs, undo: () => account.set(back) });
    });

/** Nothing listens there. */
export const takeSesDown: Disturbance = (context, forMs) =>
  context.during('SES is down', async () => {
    const { ses } = context.stack;
    await ses.goDown();
    await breakFor(context, { forMs, undo: () => ses.comeUp() });
  });

/** Connections stand, and nothing comes back. */
export const swallowSes: Disturbance = (context, forMs) =>
  context.during(
    'SES is a black hole',
    async () => {
      const proxy = context.proxy('ses');
      proxy.pause();
      await breakFor(context, { forMs, undo: () => proxy.resume() });
    },
    { holds: 'messages' },
  );
