import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { entryOf } from '../src/stack/checkout.ts';
import { answers, startProgram } from '../src/stack/node-program.ts';
import { temporaryHome } from './cli.ts';

const { env, remove } = temporaryHome();
const other = createServer((_request, response) => response.end('{}'));

beforeAll(() => new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  other.close();
  remove();
});

test('a program whose port another one answers at is not taken for ready', async () => {
  const { port } = other.address() as AddressInfo;
  const program = {
    name: 'Local SES',
    entry: entryOf('cli'),
    args: ['local-ses', `--port=${port}`],
    env: process.env,
    logFile: join(env.POSTROOM_HOME, 'ses.log'),
    isReady: () => answers(`http://127.0.0.1:${port}/_fake/account`),
  };
  const run = { add: async () => {}, remove: () => {}, release: () => {} };
  const outcome = await startProgram(program, { run, signal: new AbortController().signal }).then(
    (running) => {
      running.kill();
      return 'taken for ready';
    },
    (error: unknown) => String(error),
  );
  expect(outcome).toMatch(/ended with code 1 before it was ready.*cannot listen on/s);
});
