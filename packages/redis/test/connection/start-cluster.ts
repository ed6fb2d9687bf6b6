import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endChild, findRedisServer, freePort, temporaryFolder } from '@postroom/servers';
import { eventually, sendRedisCommand } from '@postroom/testkit';

/** All hash slots of a cluster (Redis cluster specification). */
const slots = 16_384;

export type RunningCluster = {
  readonly ports: readonly number[];
  readonly pids: readonly number[];
  stop(): Promise<void>;
};

type Server = { readonly port: number; readonly busPort: number; readonly process: ChildProcess };

async function spawnServer(dir: string): Promise<Server> {
  const [port, busPort] = [await freePort(), await freePort()];
  await mkdir(dir, { recursive: true });
  const settings = {
    port,
    dir,
    bind: '127.0.0.1',
    save: '',
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const process = spawn((await findRedisServer()) ?? '', args, { stdio: 'ignore' });
  return { port, busPort, process };
}

/** Has servers that answer meet, and gives each as many slots as the others. */
async function formCluster(servers: readonly Server[]): Promise<void> {
  const [first] = servers;
  if (first === undefined) throw new Error('A cluster has servers.');
  const firstSlot = (nth: number) => Math.floor((nth * slots) / servers.length);
  for (const [nth, { port }] of servers.entries()) {
    const range = [firstSlot(nth), firstSlot(nth + 1) - 1].map(String);
    await sendRedisCommand(port, ['CLUSTER', 'ADDSLOTSRANGE', ...range]);
    const met = ['127.0.0.1', String(first.port), String(first.busPort)];
    await sendRedisCommand(port, ['CLUSTER', 'MEET', ...met]);
  }
  for (const { port } of servers) {
    await eventually(async () => {
      const info = await sendRedisCommand(port, ['CLUSTER', 'INFO']);
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${servers.length}`);
    });
  }
}

/** Starts a cluster of so many servers, each of which has as many slots as the others. None is left when that fails. */
export async function startCluster(count: number): Promise<RunningCluster> {
  const dir = await temporaryFolder('cluster');
  const servers: Server[] = [];
  const stop = async () => {
    await Promise.all(
      servers.map(({ process }) => endChild(process, { signal: 'SIGKILL', withinMs: 1_000 })),
    );
    await rm(dir, { recursive: true, force: true });
  };
  try {
    for (let nth = 0; nth < count; nth += 1) servers.push(await spawnServer(join(dir, String(nth))));
    for (const { port } of servers) {
      await eventually(async () => (await sendRedisCommand(port, ['PING'])) === '+PONG');
    }
    await formCluster(servers);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pids: servers.flatMap(({ process }) => process.pid ?? []),
    ports: servers.map(({ port }) => port),
    stop,
  };
}
