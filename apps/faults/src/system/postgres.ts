import { join } from 'node:path';
import { migrate } from '@postroom/db';
import type { CloseStack } from '@postroom/process';
import { databaseUrlOf, startPostgres } from '@postroom/servers';
import { runSql } from '@postroom/testkit';
import type { Postgres } from '../nouns/context.ts';

const templateName = 'faults_template';

/** Starts a PostgreSQL in `dir` with a migrated template of the databases to come. */
export async function openPostgres(dir: string, closeStack: CloseStack): Promise<Postgres> {
  const dataDir = join(dir, 'postgres');
  // What was committed has reached the kernel, and only the kernel's end would lose it.
  const options = { dataDir, durability: 'none' } as const;
  let server = await startPostgres(options);
  closeStack.defer('postgres', () => server.stop());
  const { url, port } = server;
  await runSql(url, `CREATE DATABASE ${templateName}`);
  await migrate({ databaseUrl: databaseUrlOf(url, templateName) });
  return {
    url,
    freshDatabase: async (name, state = 'migrated') => {
      const template = state === 'empty' ? '' : ` TEMPLATE ${templateName}`;
      await runSql(url, `CREATE DATABASE ${name}${template}`);
      const drop = () => runSql(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return { url: databaseUrlOf(url, name), drop };
    },
    kill: () => server.kill('SIGKILL'),
    startAgain: async () => {
      server = await startPostgres({ ...options, port });
    },
  };
}
