import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { textOf } from './pages.ts';

test('what the page of templates does to the html of React puts the quotes of expressions back, and no others', () => {
  const [, put = ''] =
    /\(await render\(<Welcome \/>\)\)(\.replace\([\s\S]*?\n\));/.exec(textOf('docs/templates.md')) ?? [];
  const rendered =
    '<p title="&quot;">{{default name &quot;friend&quot;}} {{#if (eq a &#x27;b&#x27;)}}&#x27;{{/if}}</p>';
  expect(runInNewContext(`rendered${put}`, { rendered })).toBe(
    `<p title="&quot;">{{default name "friend"}} {{#if (eq a 'b')}}&#x27;{{/if}}</p>`,
  );
});
