import { readFile } from 'node:fs/promises';
import type { Context } from '../nouns/context.ts';

const pageBytes = 4_096;

/** Resident memory in MB, by `/proc` (Linux); null where there is none. */
async function residentMb(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => null);
  const pages = Number(text?.split(' ')[1] ?? Number.NaN);
  return Number.isNaN(pages) ? null : (pages * pageBytes) / 1024 / 1024;
}

const infoField = (info: string, name: string): number | null => {
  const value = Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN);
  return Number.isNaN(value) ? null : value;
};

/** What must not grow while the load stays the same, by name; what cannot be read is left out. */
export async function sampleSystem({ stack }: Context): Promise<Readonly<Record<string, number>>> {
  const processes = [
    ...stack.apiUrls.map((_, at) => [`API ${at + 1}`, stack.api(at).pid] as const),
    ...stack.workers.map((worker, at) => [`worker ${at + 1}`, worker.pid] as const),
    ['Redis', stack.redis().pid] as const,
  ];
  const memory = await Promise.all(
    processes.map(async ([name, pid]) => [`${name}: MB resident`, await residentMb(pid)] as const),
  );
  const connections = await stack.database.count(
    'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()',
  );
  const waiting = await stack.database.count(
    `SELECT count(*) FROM email_sends WHERE status IN ('Queued', 'Processing')`,
  );
  const clients = await stack.redisCommand('INFO', 'clients');
  const keys = await stack.redisCommand('DBSIZE');
  const readings: readonly (readonly [string, number | null])[] = [
    ...memory,
    ['PostgreSQL: connections', connections],
    ['Redis: connections', infoField(clients, 'connected_clients')],
    ['Redis: keys', Number(keys.slice(1))],
    ['sends that wait', waiting],
  ];
  return Object.fromEntries(
    readings.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}
