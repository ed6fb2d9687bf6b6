import { migrate } from '@postroom/db';
import { replaceApi } from '../inject/processes.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { productionTiming } from '../nouns/timing.ts';
import { stopProcess } from '../run/stop-processes.ts';
import { shareWork } from './shares.ts';

/** Over how long sends are asked for while one thing is replaced, and once it was, in milliseconds. */
const underWayMs = 2_000;
const afterwardsMs = 500;

type Step = readonly [what: string, act: (context: Context) => Promise<unknown>];

const stopOldest: Step = [
  'a worker of the version before was told to stop',
  async (context) => {
    const [oldest] = context.stack.workers;
    if (oldest !== undefined) await stopProcess(context, 'worker', oldest);
  },
];

/** In an order in which each version makes rows and jobs that the other has to send. */
const steps: readonly Step[] = [
  ['the tables were brought up to date', ({ databaseUrl }) => migrate({ databaseUrl })],
  [
    'a worker of this version has joined',
    (context) => {
      context.stack.checkout = undefined;
      return context.startWorker();
    },
  ],
  ['the first API was replaced', (context) => replaceApi(context, 0)],
  ['the second API was replaced', (context) => replaceApi(context, 1)],
  stopOldest,
  ['another worker of this version has joined', (context) => context.startWorker()],
  stopOldest,
];

/** The version before is replaced by this one as `docs/operating.md` says, while there is mail all the time. */
export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  about:
    'the version of --before is replaced under load: tables, workers and APIs one by one, and each worker takes its part all along',
  needsBefore: true,
  system: { workers: 2, apis: 2, headroom: 1, hasty: productionTiming },
  // They go to the first API: while that is away they are tried again, later and later.
  expects: { mayEventsBeLate: true },
  load: 'own',
  short: { sends: 1_200, kills: 0, seconds: 24 },
  long: { sends: 8_000, kills: 0, seconds: 160 },
  run: async (context) => {
    // Half of them while something is replaced, half of them once it was.
    const sends = Math.ceil(context.size.sends / (2 * steps.length + 1));
    const share = async (when: string, label: string) => {
      const posted = await shareWork(context, { when, sends, overMs: afterwardsMs, label });
      await posted();
    };
    await share('at first', 'first');
    for (const [at, [what, act]] of steps.entries()) {
      const posted = context.post({ sends, overMs: underWayMs, label: `during-${at}` });
      await Promise.all([posted, context.during(what, () => act(context))]);
      await share(`once ${what}`, `after-${at}`);
    }
  },
};
