import { describe, expect, test } from '@jest/globals';
import {
  batchItemSchema,
  itemsBatchRequestSchema,
  itemsBatchResponseSchema,
} from '../packages/contracts/src/index.ts';
import { textOf } from './pages.ts';

const readme = textOf('README.md');

test('it is the first screen and no more', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(160);
});

describe('the first request', () => {
  const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
  const answer = itemsBatchResponseSchema.parse(JSON.parse(shown));

  test('is a valid batch whose items are accepted and rejected as shown', () => {
    const [, body = ''] = /emails\/batch \\\n[\s\S]*?--data '([\s\S]*?)'\n```/.exec(readme) ?? [];
    const request = itemsBatchRequestSchema.parse(JSON.parse(body));
    const verdicts = request.items.map((item) => {
      const merged = { ...request.defaults, ...Object(item) };
      return batchItemSchema.safeParse(merged).success ? 'accepted' : 'rejected';
    });
    expect(verdicts).toEqual(answer.items.map(({ status }) => status));
  });

  test('has an answer of the documented form, and nothing in it that is not', () => {
    expect(answer).toEqual(JSON.parse(shown));
  });
});

test('the commands that it names are scripts of package.json', () => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    textOf('package.json'),
  );
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});
