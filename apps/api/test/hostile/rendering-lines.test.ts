import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemsDryRunResponseSchema } from '@postroom/contracts';
import { eventually } from '@postroom/testkit';
import { anItem } from '../contract/batch-items.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let hostile: TestWorkspace;
let other: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  hostile = await api.makeWorkspace();
  other = await api.makeWorkspace();
});
afterAll(() => api.close());

const numbers = (length: number) => Array.from({ length }, (_, at) => ({ at }));
const each = (...lists: readonly string[]) =>
  lists.reduceRight((body, list) => `{{#each @root.${list}}}${body}{{/each}}`, '.');
const runaway = {
  html: each('a', 'b', 'c', 'd'),
  data: { a: numbers(90), b: numbers(91), c: numbers(92), d: numbers(93) },
};

type Answer = { readonly status: number; readonly body: unknown };

describe('many previews that run away', () => {
  test('are told to wait beyond a few, and another workspace’s is answered', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 30; at += 1) ids.push(await hostile.aTemplate({ html: `${at}${runaway.html}` }));
    const small = await other.aTemplate({ html: '{{name}}' });
    const large = await other.aTemplate({ html: '{{a}}'.repeat(2_000) });
    const order: string[] = [];
    const answers: Answer[] = [];
    const previews = ids.map(async (id) => {
      const answer = await hostile.post(`/templates/${id}/preview`, { data: runaway.data });
      order.push(String(answer.status));
      answers.push(answer);
    });
    expect(await other.post(`/templates/${small}/preview`, { data: { name: 'N' } })).toMatchObject({
      status: 200,
    });
    // None of the others had to be stopped first.
    expect(order).not.toContain('422');
    // From source a process may take longer to start on a busy machine than a preview waits.
    await eventually(
      async () => (await other.post(`/templates/${large}/preview`, { data: { a: 'x' } })).status === 200,
      { timeoutMs: 60_000, intervalMs: 200, what: 'A preview of another workspace that needs a process' },
    );
    await Promise.all(previews);
    // On a busy machine it may take longer than they wait until there is a process at all.
    const turnedAway = answers.filter(({ status }) => status === 429 || status === 503);
    expect(turnedAway.length).toBeGreaterThanOrEqual(20);
    for (const { body } of turnedAway) expect(body).toMatchObject({ details: { retryAfterSeconds: 2 } });
    expect(turnedAway.map(({ status }) => status)).toContain(429);
    expect(answers.filter(({ status }) => ![422, 429, 503].includes(status))).toEqual([]);
  }, 120_000);
});

describe('a dry run whose renderings are large', () => {
  /** Bytes that its renderings may be together, and those of everything around them. */
  const budget = 12 * 1024 * 1024 + 64 * 1024;

  const dryRun = async (html: string, items: readonly Readonly<Record<string, unknown>>[]) => {
    const senderProfileId = await other.aSender();
    const templateId = await other.aTemplate({ senderProfileId, subject: 'S', html });
    const { status, body } = await other.post('/emails/batch?dryRun=true', {
      items: items.map((data) => anItem({ templateId, data })),
    });
    expect(status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(budget);
    return itemsDryRunResponseSchema.parse(body);
  };

  const list = (length: number) => Array.from({ length }, (_, at) => at);
  const times = (length: number, of: Readonly<Record<string, unknown>>) => Array.from({ length }, () => of);

  test.each([
    [
      'by a loop over a text',
      '{{#each list}}{{../big}}{{/each}}',
      times(20, { list: list(900), big: 'x'.repeat(10_000) }),
    ],
    ['by an output many times', '{{{a}}}'.repeat(120), times(20, { a: 'é'.repeat(30_000) })],
    ['by marks that JSON escapes', '{{{a}}}'.repeat(100), times(20, { a: '"'.repeat(60_000) })],
    ['by marks that html escapes', '{{a}}'.repeat(120), times(20, { a: '&'.repeat(12_000) })],
    [
      'by controls that JSON writes with six characters',
      '{{{a}}}'.repeat(60),
      times(20, { a: '\u0001'.repeat(40_000) }),
    ],
  ])('answers what fits, and says of the rest why it does not: %s', async (_, html, items) => {
    const answer = await dryRun(html, items);
    const reasons = answer.items.flatMap((item) => (item.status === 'rejected' ? [item] : []));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) {
      expect(reason.error).toBe('rendering_failed');
      expect(reason.message).toMatch(/try fewer items|rendered to more than/);
    }
  });

  test('goes on behind an item that alone is too large', async () => {
    const answer = await dryRun('{{#each list}}{{../big}}{{/each}}', [
      { list: list(2_000), big: 'x'.repeat(10_000) },
      { list: list(2), big: 'small' },
    ]);
    expect(answer.items).toMatchObject([{ status: 'rejected' }, { status: 'accepted' }]);
  });
});
