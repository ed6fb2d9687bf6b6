import type { TemplateSource } from '../template/inspect-template.ts';
import { countTokens } from '../template/scan-tags.ts';
import type { TemplateCost } from '../template/template-cost.ts';
import { type DataSize, measureData } from './measure-data.ts';

/** Compiling takes 20 to 35 us for each node, so at most about 10 ms of the calling thread, once. */
const maxInlineNodes = 300;

/** The source is scanned and parsed inline only up to this size. */
const maxInlineSourceCharacters = 65_536;

/** Parsing takes about 4 us for each. */
const maxInlineTokens = 2_000;

/** Data beyond this is not even measured to its end: that too takes time. */
const maxInlineDataCharacters = 32_768;

/** Lookups and helper calls, each well below 1 us. */
const maxInlineWeight = 20_000;

/** Characters written before escaping; what is escaped is counted while it is rendered. */
const maxInlineOutputCharacters = 1024 * 1024;

/** What `canRenderInline` must know of a template. */
export type InlineCost = Pick<TemplateCost, 'nodes' | 'weight' | 'outputs' | 'loopDepth'> & {
  readonly sourceCharacters: number;
};

/** Characters of all parts of a template. */
export function sourceCharacters({ subject, html, text }: TemplateSource): number {
  return subject.length + (html?.length ?? 0) + (text?.length ?? 0);
}

/** Whether a source is small enough to be read by the calling thread, to see what it costs. */
export function canInspectInline(template: TemplateSource): boolean {
  if (sourceCharacters(template) > maxInlineSourceCharacters) return false;
  const sources = [template.subject, template.html ?? '', template.text ?? ''];
  return sources.reduce((sum, source) => sum + countTokens(source), 0) <= maxInlineTokens;
}

/** Whether a template is small enough to be compiled by the calling thread. */
export function canCompileInline(cost: Pick<InlineCost, 'nodes'>): boolean {
  return cost.nodes <= maxInlineNodes;
}

/** The size of a context if it is small enough to render inline, else null. */
export function measureInlineData(context: unknown): DataSize | null {
  return measureData(context, maxInlineDataCharacters);
}

/**
 * Whether a render is likely to end within milliseconds, so that the calling thread may begin it and save the way to
 * another process and back; `InlineMeter` ends what takes longer after all.
 *
 * Templates have no recursion, and a loop runs once for each entry of some list or object of the
 * data. So with loops nested d deep, over data whose largest list has n entries, everything
 * happens at most n^d times, and each time every output writes at most all of the data. Both
 * bounds are crude, and both hold whatever the template says; what passes them cannot run away.
 */
export function canRenderInline(cost: InlineCost, data: DataSize | null): boolean {
  if (data === null || !canCompileInline(cost)) return false;
  const rounds = Math.max(1, data.widest) ** cost.loopDepth;
  const written = cost.sourceCharacters + cost.outputs * data.characters;
  return cost.weight * rounds <= maxInlineWeight && written * rounds <= maxInlineOutputCharacters;
}
