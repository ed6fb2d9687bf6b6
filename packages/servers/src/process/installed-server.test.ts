import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../temporary-folder.ts';
import { findOnPath, startInstalled } from './installed-server.ts';
import { type RunningServer, ServerStartError } from './server-process.ts';

let dir: string;

beforeEach(async () => {
  dir = await temporaryFolder('installed');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const running: RunningServer = {
  url: 'x://127.0.0.1',
  port: 1,
  pid: 1,
  stop: async () => undefined,
  kill: async () => undefined,
};
const taken = () => new ServerStartError('X did not start: bind: Address already in use');

/** A start that fails so often, with `failure`, and the ports that it was asked for. */
function failing(times: number, failure: () => Error) {
  const ports: number[] = [];
  const start = async (port: number) => {
    ports.push(port);
    if (ports.length <= times) throw failure();
    return running;
  };
  return { ports, start };
}

describe('a server', () => {
  test('whose port another process took is tried on others, five in all', async () => {
    const lucky = failing(4, taken);
    expect(await startInstalled({ dir }, lucky.start)).toBe(running);
    expect(lucky.ports).toHaveLength(5);
    const unlucky = failing(9, taken);
    await expect(startInstalled({ dir }, unlucky.start)).rejects.toThrow('Address already in use');
    expect(unlucky.ports).toHaveLength(5);
  });

  test('that does not start for another reason is not tried again', async () => {
    const broken = failing(1, () => new ServerStartError('X did not start: no such option'));
    await expect(startInstalled({ dir }, broken.start)).rejects.toThrow('no such option');
    expect(broken.ports).toHaveLength(1);
  });

  test('whose port was named is tried on no other', async () => {
    const named = failing(1, taken);
    await expect(startInstalled({ dir, port: 6_000 }, named.start)).rejects.toThrow('already in use');
    expect(named.ports).toEqual([6_000]);
  });
});

test('a program is found by its first name in any folder before its second, if it may be run', async () => {
  const [first, second] = [join(dir, 'first'), join(dir, 'second')];
  for (const folder of [first, second]) await mkdir(folder);
  const program = async (path: string, mode: number) => {
    await writeFile(path, '');
    await chmod(path, mode);
  };
  const names = ['postroom-one', 'postroom-two'];
  expect(await findOnPath(names, [first, second])).toBeNull();
  await program(join(first, 'postroom-two'), 0o755);
  await program(join(first, 'postroom-one'), 0o644);
  expect(await findOnPath(names, ['', first, second])).toBe(join(first, 'postroom-two'));
  await program(join(second, 'postroom-one'), 0o755);
  expect(await findOnPath(names, [first, second])).toBe(join(second, 'postroom-one'));
});
