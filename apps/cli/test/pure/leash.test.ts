import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from '@jest/globals';

const leash = new URL('../../src/stack/leash.ts', import.meta.url).href;

/** Says when its thread has read its own input to the end, and, of each SIGTERM, whether the process's has ended. */
const program = `
  const { Worker } = require('node:worker_threads');
  process.on('SIGTERM', () => {
    console.log('told to end, input ended: ' + process.stdin.readableEnded);
    process.exit();
  });
  const thread = "const { parentPort } = require('node:worker_threads');" +
    "process.stdin.once('end', () => parentPort.postMessage('')).resume(); setInterval(() => {}, 1000);";
  new Worker(thread, { eval: true }).on('message', () => console.log('the thread runs'));
`;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test('a process ends in its orderly way when its supervisor is gone, and not because of its threads', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', leash, '-e', program], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  ends.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'the thread runs') child.stdin.end();
  }
  expect(lines).toEqual(['the thread runs', 'told to end, input ended: true']);
});
