import { expect, test } from '@jest/globals';
import { templateLiteral } from '@postroom/contracts';
import fc from 'fast-check';
import { compileTemplate, renderCompiled } from '../render/compiled-template.ts';
import { checkTemplate } from './check-template.ts';
import { createTemplateCompiler } from './compile-template.ts';

const maxOutputBytes = 1024 * 1024;
const compiler = createTemplateCompiler({ maxOutputBytes });

test('a text that is written as a literal is printed as it is, and ends no tag', () => {
  const unit = fc.constantFrom('a', '{', '}', '"', "'", '\\', '|', '\n', ' ', '~', '!', '-');
  const texts = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(texts, (text) => {
      const literal = templateLiteral(text);
      fc.pre(literal !== null);
      const parts = { subject: 'S', html: '', text: `<{{{default NAME ${literal}}}} "'> {{other}}` };
      expect(checkTemplate(parts)).toMatchObject({ kind: 'ok' });
      const compiled = compileTemplate({ id: 's', kind: 'template', ...parts }, compiler);
      expect(renderCompiled(compiled, { context: { other: 'x' } }, maxOutputBytes)).toMatchObject({
        content: { text: `<${text} "'> x` },
      });
    }),
    { numRuns: 1_000 },
  );
});
