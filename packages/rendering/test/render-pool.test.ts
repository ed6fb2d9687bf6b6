import { afterEach, describe, expect, test } from '@jest/globals';
import type { RenderOutcome } from '@postroom/core';
import { createDraw } from '@postroom/testkit';
import { RenderPool, type RenderPoolOptions } from '../src/render/render-pool.ts';
import type { RenderProcess } from '../src/render/start-process.ts';
import { spawnRenderProcess } from '../src/render/start-process.ts';

const failedOutcome = { kind: 'failed', reason: 'x' } as const;
const sayDone = `process.send(${JSON.stringify({ kind: 'done', outcome: failedOutcome })})`;
const sayReady = "process.send({ kind: 'ready' });";

let open: RenderPool[] = [];
let started: RenderProcess[] = [];
afterEach(async () => {
  await Promise.all(open.map((pool) => pool.close()));
  open = [];
  started = [];
});

/** A pool of processes that run a script each; `scripts` are those of the first, the second, and so on. */
function poolOf(scripts: readonly string[], options: Partial<RenderPoolOptions> & { flags?: string[] } = {}) {
  const { flags = [], ...rest } = options;
  const pool = new RenderPool({
    processes: 2,
    timeoutMs: 20_000,
    waitingPerWorkspace: 20,
    startProcess: (listener) => {
      const script = scripts[Math.min(started.length, scripts.length - 1)] ?? '';
      const one = spawnRenderProcess([...flags, '-e', script], listener);
      started.push(one);
      return one;
    },
    ...rest,
  });
  open.push(pool);
  return pool;
}

const request = (id = 'a') =>
  ({ snapshot: { id, kind: 'template', subject: 's', html: null, text: null }, context: {} }) as const;

const of = (workspaceId: string, waitMs = 60_000) => ({ workspaceId, waitMs });

test('processes that cannot start reject what waits for them, instead of starting for ever', async () => {
  const pool = poolOf(["throw new Error('no such file')"]);
  const refused = pool.run(request(), of('w'));
  await expect(refused).rejects.toThrow('render processes do not start');
  await expect(refused).rejects.toMatchObject({
    cause: { message: expect.stringContaining('no such file') },
  });
  expect(started.length).toBe(3);
});

test('a render that ends its process twice fails', async () => {
  const pool = poolOf([`process.on('message', () => process.exit(1)); ${sayReady}`]);
  expect(await pool.run(request(), of('w'))).toEqual({
    kind: 'failed',
    reason: 'rendering ended its process',
  });
});

const heaps: readonly (readonly [string, string])[] = [
  ['arrays of numbers', 'const all = []; for (;;) all.push(new Array(1000).fill(1.5));'],
  ['strings', "const all = []; for (let at = 0; ; at += 1) all.push('x'.repeat(1000) + at);"],
  ['objects', 'const all = []; for (;;) all.push({ a: { b: { c: [all.length] } } });'],
  ['one string that grows by pieces', "let all = ''; for (;;) all += String.fromCharCode(all.length % 900);"],
];

// Half of them, where they are drawn.
test.each(createDraw()(heaps, 2))(
  'a render that fills its heap with %s fails, and this process goes on',
  async (_, code) => {
    const script = `process.on('message', () => { ${code} }); ${sayReady}`;
    const pool = poolOf([script], { flags: ['--max-old-space-size=24'] });
    expect(await pool.run(request(), of('w'))).toEqual({
      kind: 'failed',
      reason: 'rendering took too much memory',
    });
  },
);

test('one lost process is forgiven', async () => {
  const script = (reaction: string) => `process.on('message', () => ${reaction}); ${sayReady}`;
  const pool = poolOf([script('process.exit(1)'), script(sayDone)]);
  expect(await pool.run(request(), of('w'))).toEqual(failedOutcome);
});

describe('among workspaces', () => {
  /** Runs away for what is called `runaway`, and answers everything else. */
  const script = `
    process.on('message', ({ snapshot }) => { if (snapshot.id.startsWith('runaway')) for (;;); ${sayDone}; }); ${sayReady}`;

  test('one with many different runaways keeps no other waiting, and its own line is short', async () => {
    const pool = poolOf([script], { timeoutMs: 600 });
    const ended: RenderOutcome['kind'][] = [];
    const runaways = Array.from({ length: 18 }, async (_, at) => {
      const outcome = await pool.run(request(`runaway-${at}`), of('bad'));
      ended.push(outcome.kind);
    });
    for (const at of [1, 2, 3]) {
      expect(await pool.run(request(`good-${at}`), of('good'))).toEqual(failedOutcome);
    }
    // None had to be stopped first, of which a new process in its place would tell.
    expect(started.length).toBeLessThanOrEqual(2);
    expect(ended.filter((kind) => kind !== 'busy')).toEqual([]);
    await Promise.all(runaways);
    expect(ended.filter((kind) => kind === 'busy').length).toBeGreaterThanOrEqual(13);
  });

  test('two of them leave a place to others as soon as they are known', async () => {
    const pool = poolOf([script], { timeoutMs: 300 });
    const bad = ['bad', 'worse'];
    await Promise.all(bad.map((id) => pool.run(request(`runaway-${id}`), of(id))));
    const ended: string[] = [];
    const runaways = bad.flatMap((id) =>
      ['3', '4'].map((at) => pool.run(request(`runaway-${at}`), of(id)).then(() => ended.push(id))),
    );
    expect(await pool.run(request(), of('good'))).toEqual(failedOutcome);
    expect(ended).toEqual([]);
    await Promise.all(runaways);
  });

  test('workspaces take turns, whoever has more in line', async () => {
    const pool = poolOf([script], { processes: 1 });
    const order: string[] = [];
    const ask = (id: string) => pool.run(request(), of(id)).then(() => order.push(id));
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(ask));
    expect(order.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(order.slice(3, 5).toSorted()).toEqual(['a', 'b']);
  });

  test('what there is no place for in a line is told so at once, by whose line it is', async () => {
    const pool = poolOf([script], { waitingPerWorkspace: 2 });
    const waiting = ['1', '2'].map((id) => pool.run(request(`runaway-${id}`), of('w')));
    expect(await pool.run(request(), of('w'))).toEqual({ kind: 'busy', refusal: 'own_line_full' });
    for (const at of Array.from({ length: 18 }).keys()) {
      waiting.push(pool.run(request('runaway'), of(`other-${at}`)));
    }
    expect(await pool.run(request(), of('one more'))).toEqual({ kind: 'busy', refusal: 'all_lines_full' });
    await Promise.all([pool.close(), Promise.allSettled(waiting)]);
  });

  test('what has waited for as long as it may goes back, and the others go on', async () => {
    const pool = poolOf([script], { timeoutMs: 60_000 });
    await pool.run(request(), of('w'));
    const running = pool.run(request('runaway'), of('w'));
    expect(await pool.run(request(), of('w', 50))).toEqual({ kind: 'busy', refusal: 'own_line_full' });
    expect(await pool.run(request(), of('other'))).toEqual(failedOutcome);
    await Promise.all([pool.close(), Promise.allSettled([running])]);
  });

  test('who missed more turns goes first within its workspace, and stays in a line that is full', async () => {
    const pool = poolOf([script], { processes: 1, timeoutMs: 400, waitingPerWorkspace: 3 });
    const order: string[] = [];
    const ask = async (id: string, turnsMissed: number) => {
      const { kind } = await pool.run(request(id), { ...of('w'), turnsMissed });
      order.push(`${id} ${kind}`);
    };
    const running = ask('first', 0);
    await running;
    const asked = [ask('runaway-0', 0), ask('none', 0), ask('one', 1), ask('four', 4)];
    const late = [ask('two', 2), ask('three', 3), ask('zero', 0)];
    await Promise.all([...asked, ...late]);
    expect(order.filter((what) => what.endsWith('busy'))).toEqual([
      'none busy',
      'one busy',
      'zero busy',
      // A suspect's line is shorter.
      'two busy',
    ]);
    expect(order.filter((what) => !what.endsWith('busy'))).toEqual([
      'first failed',
      'runaway-0 failed',
      'four failed',
      'three failed',
    ]);
  });

  test('once a template has run away, its other renders are stopped once and not twice', async () => {
    const pool = poolOf([script], { timeoutMs: 300, processes: 1 });
    const lost: RenderOutcome[] = [];
    for (const id of ['runaway', 'runaway', 'runaway', 'runaway-2'])
      lost.push(await pool.run(request(id), of('w')));
    expect(lost).toEqual(lost.map(() => ({ kind: 'failed', reason: 'rendering took longer than 300 ms' })));
    expect(await pool.run(request(), of('w'))).toEqual(failedOutcome);
    // Two for the first of each template, one for each other, and the one that answers.
    expect(started.length).toBe(2 + 1 + 1 + 2 + 1);
  });

  test('what was stopped once and has no time left to be tried again says so', async () => {
    const pool = poolOf([script], { timeoutMs: 300, processes: 1 });
    const first = pool.run(request('runaway-1'), of('w', 0));
    expect(await first).toEqual({ kind: 'busy', refusal: 'all_lines_full' });
    await pool.run(request(), of('w'));
    expect(await pool.run(request('runaway-1'), of('w', 10))).toEqual({
      kind: 'stopped',
      reason: 'rendering took longer than 300 ms',
    });
  });
});
