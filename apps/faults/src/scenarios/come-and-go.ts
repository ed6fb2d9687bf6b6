import type { SpawnedNode } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { stopProcess } from '../run/stop-processes.ts';
import { type NowPage, openNowPage } from '../system/now-page.ts';
import { shareWork } from './shares.ts';

/** How soon *Now* has to show that a worker is up, or gone, in milliseconds. */
const shownWithinMs = 5_000;

/** What has become of a worker: which process, what the page is to show of it, and since when, in milliseconds since 1970. */
type Change = { readonly pid: number; readonly state: 'there' | 'gone'; readonly atMs: number };

function pick({ stack, random }: Context): SpawnedNode {
  const worker = stack.workers[Math.floor(random() * stack.workers.length)];
  if (worker === undefined) throw new Error('no worker is left');
  return worker;
}

const changes: Readonly<Record<string, (context: Context) => Promise<Change>>> = {
  'a worker was killed': async (context) => {
    const worker = pick(context);
    await context.kill(worker);
    return { pid: worker.pid, state: 'gone', atMs: Date.now() };
  },
  'a worker was added': async (context) => {
    const { process } = await context.startWorker();
    return { pid: process.pid, state: 'there', atMs: Date.now() };
  },
  'a worker was told to stop': async (context) => {
    const worker = pick(context);
    await stopProcess(context, 'worker', worker);
    return { pid: worker.pid, state: 'gone', atMs: Date.now() };
  },
};

/** Says when the page showed a change. That it never did is a failure, and that it did so late one where the clock is judged. */
async function judgePage(context: Context, page: NowPage, what: string, change: Change): Promise<void> {
  const { tell, fail, isClockJudged, signal } = context;
  const shownAtMs = await page.whenShown(change.pid, change.state);
  if (signal.aborted) return;
  if (shownAtMs === null) return fail(`${what}, and the page never showed it`);
  const afterMs = shownAtMs - change.atMs;
  tell(`${what}: the page showed it after ${(afterMs / 1_000).toFixed(1)} s`);
  if (isClockJudged && afterMs > shownWithinMs)
    fail(`${what}, and the page showed it only after ${Math.round(afterMs)} ms`);
}

/** Workers come and go in the midst of a batch, while an operator has *Now* open. */
export const workersComeAndGo: Scenario = {
  name: 'workers-come-and-go',
  about:
    'of four workers one is killed, one added, one told to stop in a batch: the others share the work, and Now shows it',
  // More is asked for than the rate lets through, so that there is work for each of them.
  system: { workers: 4, headroom: 0.8 },
  load: 'own',
  short: { sends: 480, kills: 1, seconds: 6 },
  long: { sends: 20_000, kills: 1, seconds: 300 },
  run: async (context) => {
    const { size, stack } = context;
    const page = await openNowPage(context);
    try {
      await Promise.all(stack.workers.map(({ pid }) => page.whenShown(pid, 'there')));
      const rounds = Array.from({ length: size.kills }, () => Object.entries(changes)).flat();
      const parts = rounds.length + 1;
      const part = { sends: Math.ceil(size.sends / parts), overMs: (size.seconds * 1_000) / parts };
      const posts = [await shareWork(context, { ...part, when: 'at first', label: 'first' })];
      for (const [at, [what, bringAbout]] of rounds.entries()) {
        const change = await context.during(what, () => bringAbout(context));
        const [posted] = await Promise.all([
          shareWork(context, { ...part, when: `once ${what}`, label: `part-${at}` }),
          judgePage(context, page, what, change),
        ]);
        posts.push(posted);
      }
      await Promise.all(posts.map((posted) => posted()));
    } finally {
      page.close();
    }
  },
};
