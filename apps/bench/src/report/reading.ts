import type { BenchChild } from '../process/child.ts';
import { serverCpuSeconds } from '../process/server-cpu.ts';
import type { Bench } from '../stack/start-bench.ts';

/** One run of one thing: how long it took, and whose CPU time it used, in seconds. */
export type Reading = {
  readonly emails: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly postgresCpuSeconds: number;
  readonly redisCpuSeconds: number;
  /** Of the fake SES, which a real installation does not have. */
  readonly sesCpuSeconds: number;
  readonly latenciesMs: readonly number[];
};

/** What a run says of itself; the rest is measured around it. */
export type RunResult = Pick<Reading, 'emails' | 'seconds' | 'latenciesMs'>;

type ServersCpu = Pick<Reading, 'postgresCpuSeconds' | 'redisCpuSeconds' | 'sesCpuSeconds'>;
type CpuSeconds = ServersCpu & Pick<Reading, 'cpuSeconds'>;
type Servers = Pick<Bench, 'postgres' | 'redis' | 'ses'>;

/** CPU time of the servers so far. */
export async function serversCpu({ postgres, redis, ses }: Servers): Promise<ServersCpu> {
  const [postgresCpuSeconds, redisCpuSeconds, sesCpuSeconds] = await Promise.all([
    serverCpuSeconds(postgres.pid),
    serverCpuSeconds(redis.pid),
    ses.cpuSeconds(),
  ]);
  return { postgresCpuSeconds, redisCpuSeconds, sesCpuSeconds };
}

/** CPU time so far of the process that is measured and of the servers. */
async function cpuOf(child: BenchChild, servers: Servers): Promise<CpuSeconds> {
  return { cpuSeconds: await child.cpuSeconds(), ...(await serversCpu(servers)) };
}

/** What a run took between two moments. */
export function between(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    postgresCpuSeconds: after.postgresCpuSeconds - before.postgresCpuSeconds,
    redisCpuSeconds: after.redisCpuSeconds - before.redisCpuSeconds,
    sesCpuSeconds: after.sesCpuSeconds - before.sesCpuSeconds,
  };
}

/** Does something that keeps `child` busy, and reads what CPU time that took of it and of the servers. */
export async function read(
  servers: Servers,
  child: BenchChild,
  work: () => Promise<RunResult>,
): Promise<Reading> {
  const before = await cpuOf(child, servers);
  const result = await work();
  return { ...result, ...between(before, await cpuOf(child, servers)) };
}
