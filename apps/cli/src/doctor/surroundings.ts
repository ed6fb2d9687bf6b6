import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { given } from '../stack/given.ts';
import { locateHome, makeHome } from '../stack/home.ts';
import { portProblem } from '../stack/port.ts';
import { holderOf } from '../stack/run-record.ts';
import { readStackFile } from '../stack/stack-file.ts';
import { type Finding, fine, missing } from './finding.ts';

/** Whether the API can listen on its port, or does so already. */
export async function checkPort(port: number): Promise<Finding> {
  const home = locateHome(process.env);
  const holder = await holderOf(home);
  const ownUrl = readStackFile(home)?.apiUrl ?? '';
  if (holder !== null && ownUrl.endsWith(`:${port}`))
    return fine(`${port}, in use by process ${holder}: it is up`);
  const problem = await portProblem(port, given(process.env, 'HOST') ?? '127.0.0.1');
  if (problem === null) return fine(`${port} is free`);
  return missing(problem.what, typed('up', `--port ${problem.freePort}`));
}

/** Whether the state folder can be written. */
export async function checkHome(): Promise<Finding> {
  const home = locateHome(process.env);
  try {
    await makeHome(home);
    const probe = join(home.dir, `.doctor-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    return fine(home.dir);
  } catch (error) {
    return missing(
      `${home.dir} cannot be written: ${reasonOf(error)}`,
      'export POSTROOM_HOME="$HOME/.local/state/postroom"',
    );
  }
}
