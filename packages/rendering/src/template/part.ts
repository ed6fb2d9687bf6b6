import type { TemplateCheck, TemplateDraft } from '@postroom/core';

/** The three texts a template is made of. */
export type TemplatePart = keyof TemplateDraft;

/** What is wrong with one part; line and column count from 1. */
export type TemplateProblem = Omit<Extract<TemplateCheck, { kind: 'invalid' }>, 'kind' | 'part'>;

/** Line and column, from 1, of a character offset in a source; `\r\n`, `\r` and `\n` end lines. */
function positionAt(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split(/\r\n?|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A problem at a character offset of a source. */
export function problemAt(source: string, offset: number, reason: string): TemplateProblem {
  return { ...positionAt(source, offset), reason };
}
