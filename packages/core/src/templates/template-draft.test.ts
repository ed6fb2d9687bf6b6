import { expect, test } from '@jest/globals';
import type { MjmlOutcome } from './template.ts';
import { checkedContent } from './template-draft.ts';

const variables = { required: [], optional: [] };
const content = (outcome: MjmlOutcome) =>
  checkedContent(
    { checkTemplate: () => ({ kind: 'ok', variables }), compileMjml: async () => outcome },
    'w1',
    { subject: 's', text: null, html: null, source: '<mjml>' },
  );

test('compiled html is the content, beside its source', async () => {
  expect(await content({ kind: 'ok', html: '<p>' })).toMatchObject({ html: '<p>', source: '<mjml>' });
});

test.each<[MjmlOutcome, string, RegExp]>([
  [{ kind: 'not_installed' }, 'template_invalid', /not installed.*mjml-core/],
  [{ kind: 'overdue' }, 'template_invalid', /too long/],
  [{ kind: 'busy', refusal: 'own_line_full' }, 'rate_limited', /this workspace/],
  [{ kind: 'busy', refusal: 'all_lines_full' }, 'unavailable', /try again/],
  [{ kind: 'invalid', line: 3, column: 1, reason: 'no' }, 'template_invalid', /source.*line 3/],
])('%j is refused as %s', async (outcome, code, message) => {
  await expect(content(outcome)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('what MJML made of it that cannot be sent is told as the source', async () => {
  const checks = [
    { kind: 'ok', variables },
    { kind: 'invalid', part: 'html', line: 9, column: 2, reason: 'longer than 500000 bytes' },
  ] as const;
  let check = 0;
  const result = checkedContent(
    {
      checkTemplate: () => checks[check++] ?? checks[0],
      compileMjml: async () => ({ kind: 'ok', html: 'x' }),
    },
    'w1',
    { subject: 's', text: null, html: null, source: '<mjml>' },
  );
  await expect(result).rejects.toMatchObject({ code: 'template_invalid', details: { part: 'source' } });
});
