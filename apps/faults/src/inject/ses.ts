import { once } from 'node:events';
import { connect } from 'node:net';
import type { FaultPlan, SesAccountChanges } from '@postroom/servers';
import { eventually } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import { breakFor, type Disturbance } from './disturbance.ts';
import { expectRefusal } from './proof.ts';

type Faults = FaultPlan['faults'];

/** Calls that end after SES has taken the message, in every way that leaves the worker in doubt. */
export const lostAnswers: Faults = [
  { kind: 'resetAfterAccepting', probability: 0.03 },
  { kind: 'hangAfterAccepting', probability: 0.01 },
  { kind: 'errorAfterAccepting', probability: 0.03 },
];

/** Each fault that is left to chance strikes once for certain, too. */
const surely = (faults: Faults): Faults => [
  ...faults.flatMap((fault) =>
    fault.kind === 'latency' || (fault.probability ?? 1) === 1
      ? []
      : [{ ...fault, probability: 1, times: 1 }],
  ),
  ...faults,
];

/** How the calls ended until now. */
const outcomesOf = ({ stack }: Context): Readonly<Record<string, number>> =>
  stack.ses.outcomes().SendEmail ?? {};

/** A fault is held until it has struck, or for so long: how soon the next call comes is the machine's affair. */
const struckWithinMs = 30_000;

/** Waits until something has struck; whether it has is looked at by who asks. */
const untilStruck = (context: Context, hasStruck: () => boolean) =>
  eventually(() => context.signal.aborted || hasStruck(), { timeoutMs: struckWithinMs }).catch(() => false);

/** Lets the fake SES misbehave; what is answered ends it, and reports the faults that struck nothing. */
export function startSesFaults(context: Context, faults: Faults): () => Promise<void> {
  const { ses } = context.stack;
  const before = outcomesOf(context);
  ses.faults.set({ seed: Math.floor(context.random() * 1_000_000), faults: surely(faults) });
  const kinds = faults.flatMap(({ kind, operation = 'SendEmail' }) =>
    kind === 'latency' || operation !== 'SendEmail' ? [] : [kind],
  );
  const idle = () => {
    const now = outcomesOf(context);
    return kinds.filter((kind) => (now[kind] ?? 0) === (before[kind] ?? 0));
  };
  return async () => {
    await untilStruck(context, () => idle().length === 0);
    ses.faults.clear();
    for (const kind of idle()) context.fail(`${kind} struck no call of SES`);
  };
}

/** Lets the fake SES misbehave for a while. */
export const withSesFaults =
  (name: string, faults: Faults): Disturbance =>
  (context, forMs) =>
    context.during(name, () => breakFor(context, forMs, startSesFaults(context, faults)));

/** Answers of SES are lost for a while. */
export const loseAnswers = withSesFaults('answers of SES are lost', lostAnswers);

/** Calls that SES turned down. */
const refusedBy = (context: Context) =>
  Object.entries(outcomesOf(context)).reduce(
    (sum, [name, count]) => sum + (name === 'accepted' ? 0 : count),
    0,
  );

/** Puts the account into another state, which `GetAccount` tells too, and back. */
export const withAccount =
  (name: string, changes: SesAccountChanges, back: SesAccountChanges): Disturbance =>
  (context, forMs) =>
    context.during(name, async () => {
      const { account } = context.stack.ses;
      const before = refusedBy(context);
      account.set(changes);
      await breakFor(context, forMs, async () => {
        await untilStruck(context, () => refusedBy(context) > before);
        account.set(back);
      });
      if (refusedBy(context) === before) context.fail(`SES turned down no call although ${name}`);
    });

/** Nothing is left of the daily quota. */
export const spendQuota = withAccount(
  'the quota is spent',
  { max24HourSend: 1_000_000, sentBefore: 1_000_000 },
  { max24HourSend: -1, sentBefore: 0 },
);

async function connectTo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

/** Nothing listens there. */
export const takeSesDown: Disturbance = (context, forMs) =>
  context.during('SES is down', async () => {
    const { ses } = context.stack;
    await ses.goDown();
    await expectRefusal(context, {
      what: 'A call of SES',
      words: /ECONNREFUSED/,
      act: () => connectTo(ses.port),
    });
    await breakFor(context, forMs, () => ses.comeUp());
  });

/** Connections stand, and nothing comes back. */
export const swallowSes: Disturbance = (context, forMs) =>
  context.during(
    'SES is a black hole',
    async () => {
      const proxy = context.proxy('ses');
      proxy.pause();
      await breakFor(context, forMs, async () => {
        if (proxy.openConnections() === 0) context.fail('no call of SES fell into the black hole');
        await proxy.resume();
      });
    },
    { holds: 'messages' },
  );
