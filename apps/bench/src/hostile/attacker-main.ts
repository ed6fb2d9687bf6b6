/** The hostile client, in a process of its own: told which attacks to begin, for how long, and against what. */
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient, idOf } from '@postroom/testkit';
import * as z from 'zod';
import { sayHello, serveAsks } from '../process/serve-asks.ts';
import type { Attack, Target } from './attack.ts';
import { attacks } from './attacks.ts';

// Clients are machines of their own: what they spend is not to be missed by those whom they attack.
setPriority(10);

const taskSchema = z.object({
  names: z.array(z.string()),
  seconds: z.number(),
  apiUrl: z.string(),
  sesUrl: z.string(),
  key: z.string(),
});

const pauseMs = 20;
let names = 0;
let senderProfileId: string | null = null;
const prepared = new Map<string, readonly string[]>();

async function targetOf(task: z.infer<typeof taskSchema>, signal: AbortSignal): Promise<Target> {
  const client = createApiClient(task.apiUrl, task.key);
  const sender = { name: 'Hostile', fromEmail: 'orders@hostile.example' };
  senderProfileId ??= idOf(await client.post('/sender-profiles', sender));
  const nextName = () => {
    names += 1;
    return `hostile-${names}`;
  };
  return { ...task, client, senderProfileId, signal, nextName };
}

async function preparedFor(attack: Attack, target: Target): Promise<readonly string[]> {
  const made = prepared.get(attack.name) ?? (await attack.prepare?.(target)) ?? [];
  prepared.set(attack.name, made);
  return made;
}

/** Goes round until its time is over; what an attacked API answers, or does not, is its own affair. */
async function attackOn(attack: Attack, target: Target): Promise<number> {
  const made = await preparedFor(attack, target);
  let rounds = 0;
  while (!target.signal.aborted) {
    await attack.round(target, made).catch(() => undefined);
    rounds += 1;
    await sleep(pauseMs);
  }
  return rounds;
}

const chosen = (task: z.infer<typeof taskSchema>) => attacks.filter(({ name }) => task.names.includes(name));

serveAsks({
  prepare: async (input) => {
    const task = taskSchema.parse(input);
    const target = await targetOf(task, new AbortController().signal);
    for (const attack of chosen(task)) await preparedFor(attack, target);
  },
  attack: async (input) => {
    const task = taskSchema.parse(input);
    const target = await targetOf(task, AbortSignal.timeout(task.seconds * 1_000));
    return Promise.all(chosen(task).map((attack) => attackOn(attack, target)));
  },
});
sayHello();
