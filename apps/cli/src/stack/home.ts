import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem, reasonOf } from '../problem.ts';
import { checkoutDir } from './checkout.ts';

/** The one folder with everything that a stack keeps, and the places in it. */
export type Home = Readonly<ReturnType<typeof locateHome>>;

/** The folder that `POSTROOM_HOME` names, else `.postroom` in the checkout. */
export function locateHome(env: NodeJS.ProcessEnv) {
  const named = env.POSTROOM_HOME ?? '';
  const dir = named === '' ? join(checkoutDir, '.postroom') : resolve(named);
  return {
    dir,
    postgresDir: join(dir, 'postgres'),
    redisDir: join(dir, 'redis'),
    logsDir: join(dir, 'logs'),
    keyFile: join(dir, 'key'),
    /** The password of the PostgreSQL and the Redis that run here. */
    passwordFile: join(dir, 'password'),
    certificateFile: join(dir, 'sns-certificate.pem'),
    /** Who runs here: see `RunRecord`. */
    runFile: join(dir, 'run.json'),
    /** What is up, for scripts. */
    stackFile: join(dir, 'stack.json'),
  };
}

/** Makes the folder when it is not there; PostgreSQL, which may run as another user, can get through it. */
export async function makeHome(home: Home): Promise<void> {
  try {
    await mkdir(home.dir, { recursive: true, mode: 0o711 });
    for (const dir of [home.logsDir, home.redisDir]) await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Problem(
      `The state folder ${home.dir} cannot be written: ${reasonOf(error)}\nRun: export POSTROOM_HOME=<a folder of yours>`,
    );
  }
}

/** Removes what a stack keeps, and nothing else that may lie in the folder. */
export async function clearHome(home: Home): Promise<void> {
  const { postgresDir, redisDir, logsDir, keyFile, passwordFile, certificateFile, stackFile } = home;
  for (const path of [postgresDir, redisDir, logsDir, keyFile, passwordFile, certificateFile, stackFile]) {
    await rm(path, { recursive: true, force: true });
  }
  await makeHome(home);
}
