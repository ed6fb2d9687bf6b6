import { afterEach, describe, expect, test } from '@jest/globals';
import type { RenderOutcome, SnapshotContent } from '@postroom/core';
import { type ClosableRenderer, createRenderer, type RendererOptions } from '../src/render/renderer.ts';

let open: ClosableRenderer[] = [];
afterEach(async () => {
  await Promise.all(open.map((renderer) => renderer.close()));
  open = [];
});

function renderer(options: RendererOptions): ClosableRenderer {
  const made = createRenderer(options);
  open.push(made);
  return made;
}

/** Nobody is turned away because the machine is busy. */
const waitMs = 240_000;
const anAsker = { workspaceId: 'w', waitMs };
const anotherAsker = { workspaceId: 'other', waitMs };

function template(id: string, html: string): SnapshotContent {
  return { id, kind: 'template', subject: 'Hello', html, text: null };
}

const sixteenBillionRounds = {
  snapshot: template(
    'poison',
    '{{#each a}}{{#each @root.a}}{{#each @root.a}}{{#each @root.a}}{{/each}}{{/each}}{{/each}}{{/each}}',
  ),
  context: { a: Array.from({ length: 356 }, () => 1) },
};

const loopsTemplate = template('loops', '{{#each a}}{{#each @root.b}}{{this}}{{/each}}{{/each}}');
const loopsContext = { a: Array.from({ length: 200 }, () => 1), b: Array.from({ length: 200 }, () => 'x') };

/** Renders the poison, and notes in `settled` when it was stopped for good. */
async function renderPoison(by: ClosableRenderer, settled: string[]): Promise<RenderOutcome> {
  const { snapshot, context } = sixteenBillionRounds;
  const outcome = await by.render(snapshot, context, anAsker);
  if (outcome.kind !== 'busy') settled.push('poison');
  return outcome;
}

function renderNormal(by: ClosableRenderer, settled: string[]): Promise<RenderOutcome> {
  return by.render(loopsTemplate, loopsContext, anotherAsker).finally(() => settled.push('normal'));
}

const kindsOf = (outcomes: readonly RenderOutcome[]) => new Set(outcomes.map(({ kind }) => kind));
const rendered = new Set(['rendered']);

describe('a template that runs away', () => {
  test('is stopped, and that send alone fails', async () => {
    const by = renderer({ processes: 1, timeoutMs: 600 });
    const settled: string[] = [];
    const poison = renderPoison(by, settled);
    const normals = await Promise.all(Array.from({ length: 20 }, () => renderNormal(by, settled)));
    expect(kindsOf(normals)).toEqual(rendered);
    // On a busy machine its process may be the first to see it.
    const reason = expect.stringMatching(/^rendering took (longer than 600 ms|too long)$/);
    expect(await poison).toEqual({ kind: 'failed', reason });
    expect(settled.at(-1)).toBe('poison');
  });

  test('is over only after everyone who came behind it', async () => {
    const by = renderer({ processes: 2, timeoutMs: 600 });
    await Promise.all([renderNormal(by, []), renderNormal(by, [])]);
    const settled: string[] = [];
    const poison = renderPoison(by, settled);
    const normals = await Promise.all(Array.from({ length: 50 }, () => renderNormal(by, settled)));
    expect(kindsOf(normals)).toEqual(rendered);
    expect(settled).not.toContain('poison');
    expect(await poison).toMatchObject({ kind: 'failed' });
  });

  test('does not hold up small templates at all, even on every process', async () => {
    const by = renderer({ processes: 1, timeoutMs: 200 });
    const settled: string[] = [];
    const poison = renderPoison(by, settled);
    expect(await by.render(template('small', '{{a}}'), { a: 1 }, anAsker)).toMatchObject({
      kind: 'rendered',
    });
    expect(settled).toEqual([]);
    await poison;
  });

  test('with many sends runs behind everyone else', async () => {
    // Long enough that on a busy machine no ordinary render is taken for a runaway.
    const by = renderer({ processes: 2, timeoutMs: 600 });
    const settled: string[] = [];
    const poisons = Array.from({ length: 4 }, () => renderPoison(by, settled));
    const normals = Array.from({ length: 50 }, () => renderNormal(by, settled));
    expect(kindsOf(await Promise.all(normals))).toEqual(rendered);
    expect(settled).not.toContain('poison');
    expect(kindsOf(await Promise.all(poisons))).not.toContain('rendered');
  });

  test('leaves its renderer usable', async () => {
    const by = renderer({ processes: 1, timeoutMs: 600 });
    await renderPoison(by, []);
    expect(await renderNormal(by, [])).toMatchObject({ kind: 'rendered' });
  });
});

describe('output', () => {
  const nested = (depth: number) =>
    `${'{{#each @root.a}}'.repeat(depth)}0123456789${'{{/each}}'.repeat(depth)}`;
  const context = { a: Array.from({ length: 200 }, () => 1) };

  test('that grows past the limit fails before it fills the memory', async () => {
    const outcome = await renderer({ timeoutMs: 10_000 }).render(
      template('wide', nested(4)),
      context,
      anAsker,
    );
    expect(outcome).toEqual({ kind: 'failed', reason: 'rendered to more than 10485760 bytes' });
  });

  test('is measured over all parts, in bytes', async () => {
    const by = renderer({ maxOutputBytes: 1_000 });
    const parts = (a: number) => ({ ...template(`bytes-${a}`, 'é'.repeat(a)), text: 'x'.repeat(595) });
    expect(await by.render(parts(200), {}, anAsker)).toMatchObject({ kind: 'rendered' });
    expect(await by.render(parts(201), {}, anAsker)).toEqual({
      kind: 'failed',
      reason: 'rendered to more than 1000 bytes',
    });
  });
});

test('a closed renderer rejects what waits, what runs and what comes', async () => {
  const by = renderer({ processes: 1 });
  const pending = Promise.allSettled([renderPoison(by, []), renderNormal(by, [])]);
  await by.close();
  const late = await Promise.allSettled([renderNormal(by, [])]);
  for (const { status } of [...(await pending), ...late]) expect(status).toBe('rejected');
});

test('a context that cannot go to a process is the caller’s fault, and the process goes on', async () => {
  const by = renderer({ processes: 1 });
  const broken = by.render(loopsTemplate, { ...loopsContext, f: () => 1 }, anAsker);
  const sound = renderNormal(by, []);
  await expect(broken).rejects.toThrow('cannot be given');
  expect(await sound).toMatchObject({ kind: 'rendered' });
});
