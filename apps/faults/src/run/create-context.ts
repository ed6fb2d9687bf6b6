import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@postroom/servers';
import { planLoad } from '../load/plan-load.ts';
import { createCaller } from '../load/post-until-answered.ts';
import { runLoad } from '../load/run-load.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario, Wishes } from '../nouns/scenario.ts';
import type { Size } from '../nouns/size.ts';
import type { System } from '../system/system.ts';
import type { Notes } from './notes.ts';

type ContextOptions = {
  readonly scenario: Scenario;
  readonly size: Size;
  readonly wishes: Wishes;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
};

/** Gives a scenario its hands on the system; what it does and learns is noted. */
export function createContext(options: ContextOptions, system: System, notes: Notes): Context {
  const { size, wishes, signal, scenario } = options;
  const random = seededRandom(wishes.seed);
  const { stack } = system;
  const asking = new EventEmitter();
  const caller = createCaller({
    urls: stack.apiUrls,
    random: seededRandom(wishes.seed + 1),
    signal,
    onAsk: () => void asking.emit('ask'),
    onReply: ({ atMs, ms, status }) => notes.requests.push({ atMs, ms, status }),
  });
  return {
    stack,
    postgres: system.postgres,
    databaseUrl: system.databaseUrl,
    proxy: system.proxies.of,
    workspaces: system.workspaces,
    size,
    isShort: wishes.isShort,
    isClockJudged: wishes.isClockJudged,
    random,
    leaseMs: system.timing.leaseMs,
    signal,
    pause: (ms) => sleep(ms, undefined, { signal }),
    during: async (name, fault, { holds } = { holds: null }) => {
      const fromMs = Date.now();
      options.say(name);
      try {
        return await fault();
      } finally {
        notes.faults.push({ name, fromMs, untilMs: Date.now(), holds });
      }
    },
    nextRequest: async () => void (await once(asking, 'ask', { signal })),
    asked: notes.sends,
    noteAsked: (sends) => void notes.sends.push(...sends),
    post: ({ sends, overMs, label }) => {
      const plan = planLoad({
        workspaces: system.workspaces,
        seed: wishes.seed,
        sends,
        policy: wishes.policy,
        startAtMs: Date.now(),
        overMs,
        poisonShare: scenario.system?.poisonShare ?? 0,
        poisoner: scenario.system?.poisoner ?? 'both',
        erasedShare: scenario.system?.erasedShare ?? 0,
        sendsPerRequest: scenario.system?.sendsPerRequest ?? null,
        label,
      });
      return runLoad(plan, {
        caller,
        signal,
        onSends: (logs) => logs.forEach((log) => void notes.sends.push(log)),
      });
    },
    startWorker: system.startWorker,
    spawnDoomedWorker: async (env) => {
      const worker = await system.spawnWorker(env);
      system.exits.expect(worker.process, 'SIGKILL');
      return worker;
    },
    kill: async (process) => {
      system.exits.expect(process, 'SIGKILL');
      process.kill('SIGKILL');
      await process.exited;
    },
    expectStop: (process) => system.exits.expect(process, 'SIGTERM'),
    noteExit: (exit) => void notes.exits.push(exit),
    noteReceived: (event) => void notes.received.push(event),
    tell: (line) => void notes.lines.push(line),
    fail: (what) => void notes.failures.push(what),
  };
}
