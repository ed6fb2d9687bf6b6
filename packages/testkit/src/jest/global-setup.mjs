import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entry = fileURLToPath(new URL('./test-servers.ts', import.meta.url));

/**
 * Starts one PostgreSQL and one Redis for the whole run and tells every worker their URLs, and whether the API and the
 * worker were compiled meanwhile.
 */
export default async function globalSetup() {
  const holder = spawn(process.execPath, ['--import', 'tsx', '--conditions=@postroom/source', entry], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C is for jest; the holder ends when jest does, because its standard input ends then.
    detached: true,
  });
  const exited = new Promise((resolve) => {
    holder.once('error', resolve).once('exit', resolve);
  });
  const servers = await Promise.race([firstLine(holder.stdout), exited.then(() => null)]);
  if (servers === null) throw new Error('The servers for the tests did not start; the reason is above.');
  const { databaseUrl, redisUrl, poolerUrl, code } = JSON.parse(servers);
  process.env.POSTROOM_TEST_DATABASE_URL = databaseUrl;
  process.env.POSTROOM_TEST_REDIS_URL = redisUrl;
  if (poolerUrl !== undefined) process.env.POSTROOM_TEST_POOLER_URL = poolerUrl;
  process.env.POSTROOM_TEST_CODE = code;
  globalThis.postroomTestServers = {
    async stop() {
      holder.stdin.end();
      await exited;
    },
  };
}

async function firstLine(stream) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('\n')) return text;
  }
  return null;
}
