import { startPostgres } from '../src/postgres/postgres.ts';
import { startRedis } from '../src/redis.ts';

// A process that starts both servers and waits to be killed: what servers.test.ts leaves behind.
const [pgDir = '', redisDir = ''] = process.argv.slice(2);
const postgres = await startPostgres({ dataDir: pgDir, durability: 'none' });
const redis = await startRedis({ dir: redisDir });
process.stdout.write(`pids ${postgres.pid} ${redis.pid}\n`);
