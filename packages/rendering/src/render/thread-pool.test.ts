import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { ThreadPool } from './thread-pool.ts';

const REQUEST = {
  snapshot: { id: 'a', kind: 'template', subject: 's', html: null, text: null },
  context: {},
} as const;

function poolOf(code: string): ThreadPool {
  const prelude = "const { parentPort: port } = require('node:worker_threads');";
  const startThread = () => new Worker(prelude + code, { eval: true, execArgv: [] });
  return new ThreadPool({ threads: 2, timeoutMs: 5_000, startThread });
}

test('threads that cannot start reject what waits for them, instead of starting for ever', async () => {
  const pool = poolOf("throw new Error('no such file')");
  await expect(pool.run(REQUEST)).rejects.toThrow('render threads do not start');
  await pool.close();
});

test('a render that kills its thread twice fails', async () => {
  const pool = poolOf("port.on('message', () => process.exit(1)); port.postMessage({ kind: 'ready' });");
  expect(await pool.run(REQUEST)).toEqual({ kind: 'failed', reason: 'rendering ended its thread' });
  await pool.close();
});

test('a render whose thread runs out of memory fails', async () => {
  const code = `
    port.on('message', () => { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); });
    port.postMessage({ kind: 'ready' });`;
  const startThread = () =>
    new Worker(`const { parentPort: port } = require('node:worker_threads');${code}`, {
      eval: true,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
  const pool = new ThreadPool({ threads: 1, timeoutMs: 20_000, startThread });
  expect(await pool.run(REQUEST)).toEqual({ kind: 'failed', reason: 'rendering took too much memory' });
  await pool.close();
});

test('one lost thread is forgiven', async () => {
  let started = 0;
  const startThread = () => {
    started += 1;
    const reaction =
      started === 1
        ? 'process.exit(1)'
        : "port.postMessage({ kind: 'done', outcome: { kind: 'failed', reason: 'x' } })";
    const code = `const { parentPort: port } = require('node:worker_threads');
      port.on('message', () => ${reaction}); port.postMessage({ kind: 'ready' });`;
    return new Worker(code, { eval: true, execArgv: [] });
  };
  const pool = new ThreadPool({ threads: 1, timeoutMs: 5_000, startThread });
  expect(await pool.run(REQUEST)).toEqual({ kind: 'failed', reason: 'x' });
  await pool.close();
});
