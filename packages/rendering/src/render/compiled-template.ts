import type { RenderOutcome, SnapshotContent } from '@postroom/core';
import { maxHelperCharacters } from '../limits.ts';
import {
  type CompiledPart,
  HelperTooLongError,
  OutputTooLargeError,
  type TemplateCompiler,
} from '../template/compile-template.ts';
import type { TemplatePart } from '../template/part.ts';
import { cleanSubject } from './clean-subject.ts';
import { MeterSpentError } from './inline-meter.ts';
import type { RenderRequest } from './render-messages.ts';

/** A template whose parts are compiled, each on its first use. */
export type CompiledTemplate = {
  readonly subject: CompiledPart;
  readonly html: CompiledPart | null;
  readonly text: CompiledPart | null;
};

/** Prepares the parts of a snapshot that passed `inspectTemplate`. */
export function compileTemplate(snapshot: SnapshotContent, compiler: TemplateCompiler): CompiledTemplate {
  const { subject, html, text } = snapshot;
  return {
    subject: compiler.compilePart('subject', subject),
    html: html === null ? null : compiler.compilePart('html', html),
    text: text === null ? null : compiler.compilePart('text', text),
  };
}

/** Compiles the parts now, by rendering them with nothing, so that the first render takes no longer than the others. */
export function warmUp({ subject, html, text }: CompiledTemplate): void {
  for (const part of [subject, html, text]) {
    try {
      part?.({});
    } catch {
      // What cannot be compiled says so when it is rendered.
    }
  }
}

/** Renders all parts in the calling thread; throws what its meter throws. Reasons name the part and hold no data. */
export function renderCompiled(
  template: CompiledTemplate,
  { context, provided }: Pick<RenderRequest, 'context' | 'provided'>,
  maxOutputBytes: number,
): RenderOutcome {
  let part: TemplatePart = 'subject';
  try {
    const subject = cleanSubject(template.subject(context, provided));
    if (subject.kind === 'refused') return { kind: 'failed', reason: subject.reason };
    part = 'html';
    const html = template.html === null ? null : template.html(context, provided).toWellFormed();
    part = 'text';
    const text = template.text === null ? null : template.text(context, provided).toWellFormed();
    const content = { subject: subject.subject, html, text };
    const isTooLarge = utf8Length(content.subject) + utf8Length(html) + utf8Length(text) > maxOutputBytes;
    return isTooLarge ? tooLarge(maxOutputBytes) : { kind: 'rendered', content };
  } catch (error) {
    if (error instanceof MeterSpentError) throw error;
    if (error instanceof OutputTooLargeError) return tooLarge(maxOutputBytes);
    if (error instanceof HelperTooLongError) return { kind: 'failed', reason: tooLong(part, error) };
    return { kind: 'failed', reason: `${part} cannot be rendered with this data` };
  }
}

function utf8Length(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}

function tooLong(part: TemplatePart, { helper }: HelperTooLongError): string {
  return `${part}: the helper ${helper} makes more than ${maxHelperCharacters.toLocaleString('en-US')} characters`;
}

function tooLarge(maxOutputBytes: number): RenderOutcome {
  return { kind: 'failed', reason: `rendered to more than ${maxOutputBytes} bytes` };
}
