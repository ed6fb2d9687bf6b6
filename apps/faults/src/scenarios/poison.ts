import { eventually } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { productionTiming } from '../nouns/timing.ts';

const poisonTemplate: Scenario = {
  name: 'poison-template',
  about: 'one send in thirty has a template that would run for hours: it fails, and no other waits for it',
  // Each takes a render process for a second of CPU, so that they need the leases of production.
  system: { workers: 1, headroom: 10, poisonShare: 1 / 30, hasty: productionTiming },
  short: { sends: 300, kills: 0, seconds: 8 },
  long: { sends: 3_000, kills: 0, seconds: 100 },
  expects: { sendsWithinMs: 1_500 },
  run: async () => undefined,
};

type Open = { readonly poison: number; readonly others: number };

/** Sends that are due and not at their end, and whether they run away. */
async function openSends({ asked, stack }: Context): Promise<Open> {
  const accepted = (logs: Context['asked']) =>
    logs.flatMap(({ tries }) => tries.flatMap((one) => (one.kind === 'accepted' ? [one.sendId] : [])));
  const isPoison = ({ kind }: Context['asked'][number]) => kind === 'poison';
  const count = (logs: Context['asked']) =>
    stack.database.count(
      `SELECT count(*) FROM email_sends
        WHERE id = ANY($1::uuid[]) AND status IN ('Queued', 'Processing') AND (scheduled_at IS NULL OR scheduled_at < now())`,
      [accepted(logs)],
    );
  return {
    others: await count(asked.filter((log) => !isPoison(log))),
    poison: await count(asked.filter(isPoison)),
  };
}

const poisonNeighbours: Scenario = {
  name: 'poison-neighbours',
  about:
    'one workspace sends templates that run away or fill a heap, each another one: the mail of others flows',
  system: { workers: 1, headroom: 10, poisonShare: 1 / 4, poisoner: 'second', hasty: productionTiming },
  load: 'own',
  short: { sends: 300, kills: 0, seconds: 8 },
  long: { sends: 900, kills: 0, seconds: 100 },
  expects: { sendsWithinMs: 1_500 },
  run: async (context) => {
    const { size, stack, tell, fail } = context;
    await context.post({ sends: size.sends, overMs: size.seconds * 1_000, label: 'load' });
    let open = await openSends(context);
    const areOthersDone = async () => {
      open = await openSends(context);
      return open.others === 0;
    };
    await eventually(areOthersDone, { timeoutMs: 60_000, intervalMs: 100, what: 'The mail of the others' });
    tell(`when all others were at their end, ${open.poison} that run away were not`);
    // What waits behind renderings can only be at its end after them.
    if (open.poison === 0) fail('the others were at their end only after all that run away');
    const doubts = await stack.database.count(
      "SELECT count(*) FROM send_attempts WHERE outcome = 'in_doubt'",
    );
    if (doubts > 0) fail(`${doubts} attempts are in doubt`);
  },
};

/** Jobs that no version of ours ever wrote, as BullMQ keeps them: what they carry makes no sense. */
const payloads = [
  'not json',
  '{}',
  'null',
  '{"sendId":"00000000-0000-7000-8000-000000000000","epoch":0}',
  '{"sendId":"00000000-0000-7000-8000-000000000000","epoch":-1}',
  '{"sendId":{"$gt":""},"epoch":"0"}',
] as const;

const poisonId = (round: number, at: number) => `poison-${round}-${at}`;

const keyOf = (id: string) => `postroom:sends:${id}`;

async function addJob({ stack }: Context, id: string, data: string): Promise<void> {
  const fields = { name: 'send', data, opts: '{}', timestamp: String(Date.now()), delay: '0', priority: '0' };
  await stack.redisCommand('HSET', keyOf(id), ...Object.entries(fields).flat());
  await stack.redisCommand('LPUSH', 'postroom:sends:wait', id);
  // What wakes a worker that blocks.
  await stack.redisCommand('ZADD', 'postroom:sends:marker', '0', '0');
}

/** Second jobs of sends that have one, in their own epoch and in others: nothing may come of them. */
async function addCopies(context: Context, round: number): Promise<void> {
  const rows = await context.stack.database.rows(`
    SELECT id, epoch FROM email_sends ORDER BY (status IN ('Processing', 'Queued')) DESC, updated_at DESC LIMIT 40`);
  for (const { id, epoch } of rows) {
    for (const given of [Number(epoch), Number(epoch) + 1]) {
      const data = JSON.stringify({ sendId: id, epoch: given });
      await addJob(context, `copy-${round}-${given}-${String(id)}`, data);
    }
  }
}

/** How long jobs may stand behind the others, in milliseconds. */
const takenWithinMs = 60_000;

/** Whether a worker has taken a job: it is marked, or gone. */
async function isTaken({ stack }: Context, id: string): Promise<boolean> {
  const isMarked = (await stack.redisCommand('HEXISTS', keyOf(id), 'processedOn')) === ':1';
  return isMarked || (await stack.redisCommand('EXISTS', keyOf(id))) === ':0';
}

async function untilTaken(context: Context, ids: readonly string[]): Promise<void> {
  const areTaken = async () => (await Promise.all(ids.map((id) => isTaken(context, id)))).every(Boolean);
  await eventually(areTaken, {
    timeoutMs: takenWithinMs,
    intervalMs: 200,
    what: 'The jobs that make no sense, taken by workers',
  });
}

const poisonJob: Scenario = {
  name: 'poison-job',
  about: 'jobs that make no sense stand among the others, and second jobs of the same sends',
  system: { workers: 2, headroom: 1 },
  short: { sends: 300, kills: 4, seconds: 8 },
  long: { sends: 4_000, kills: 40, seconds: 100 },
  run: async (context) => {
    const { size, stack } = context;
    // SES takes its time, from the beginning to the end, so that copies find their sends under way.
    stack.ses.faults.set({ faults: [{ kind: 'latency', latencyMs: 600 }] });
    for (let round = 0; round < size.kills; round += 1) {
      await context.pause((size.seconds * 1_000) / (size.kills + 1));
      await context.during('jobs that make no sense are added', async () => {
        for (const [at, data] of payloads.entries()) await addJob(context, poisonId(round, at), data);
        await addCopies(context, round);
      });
    }
    const last = size.kills - 1;
    await untilTaken(
      context,
      payloads.map((_, at) => poisonId(last, at)),
    );
  },
};

/** Scenarios about what cannot be done. */
export const poisonScenarios: readonly Scenario[] = [poisonTemplate, poisonNeighbours, poisonJob];
