import { createTemplateCompiler } from './compile-template.ts';
import { type InvalidTemplate, inspectTemplate } from './inspect-template.ts';
import { collectVariables, type TemplateVariables } from './variables.ts';

/** A template as its author writes it. */
export type TemplateDraft = { readonly subject: string; readonly html: string; readonly text: string | null };

/** Whether a template can be saved: the variables it reads, or the first thing that is wrong with it. */
export type TemplateCheck = { readonly kind: 'ok'; readonly variables: TemplateVariables } | InvalidTemplate;

const compiler = createTemplateCompiler({ maxOutputBytes: 0 });

/** Checks that a template will compile and only uses what there is; takes up to about 250 ms. */
export function checkTemplate(template: TemplateDraft): TemplateCheck {
  const inspection = inspectTemplate(template, compiler.helpers);
  if (inspection.kind === 'invalid') return inspection;
  for (const part of ['subject', 'html', 'text'] as const) {
    const source = template[part];
    if (source === null) continue;
    try {
      compiler.precompilePart(part, source);
    } catch {
      return { kind: 'invalid', part, line: 1, column: 1, reason: 'cannot be compiled' };
    }
  }
  return { kind: 'ok', variables: collectVariables(inspection.programs, compiler.helpers) };
}
