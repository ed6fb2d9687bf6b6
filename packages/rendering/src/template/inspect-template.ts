import type { HelperTable } from '../helpers/helpers.ts';
import { MAX_NODES, MAX_PART_BYTES, MAX_TOKENS } from '../limits.ts';
import { nodesOf, type Program } from './ast.ts';
import { nodeProblem } from './call-problem.ts';
import { parseTemplate } from './parse-template.ts';
import { problemAt, type TemplatePart, type TemplateProblem } from './part.ts';
import { scanTags, type TagScan } from './scan-tags.ts';
import { costOf, mayLoop, type TemplateCost } from './template-cost.ts';

/** The parts of a template; an absent html or text is null. */
export type TemplateSource = {
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
};

/** A refused template: the first thing that is wrong, and in which part. */
export type InvalidTemplate = { readonly kind: 'invalid'; readonly part: TemplatePart } & TemplateProblem;

/** A template that may be compiled, or why not. */
export type Inspection =
  | { readonly kind: 'sound'; readonly programs: readonly Program[]; readonly cost: TemplateCost }
  | InvalidTemplate;

type ScannedPart = { readonly part: TemplatePart; readonly source: string; readonly scan: TagScan };

/**
 * Reads a template and refuses what cannot work or would take too long to compile.
 * Every step is bounded by the one before: bytes, then tokens, then nodes.
 */
export function inspectTemplate(template: TemplateSource, helpers: HelperTable): Inspection {
  const parts: ScannedPart[] = [];
  let tokens = 0;
  for (const part of ['subject', 'html', 'text'] as const) {
    const source: unknown = template[part];
    if (source === null && part !== 'subject') continue;
    // Handlebars also compiles syntax trees, which an attacker could send in place of a string.
    if (typeof source !== 'string') return invalid(part, { line: 1, column: 1, reason: 'must be a string' });
    const tooLong = sizeProblem(source, MAX_PART_BYTES[part]);
    if (tooLong !== null) return invalid(part, tooLong);
    const scan = scanTags(source);
    for (const tag of scan.tags) {
      tokens += tag.tokens;
      if (tokens > MAX_TOKENS) return invalid(part, problemAt(source, tag.offset, TOO_MANY));
    }
    parts.push({ part, source, scan });
  }
  return inspectParts(parts, helpers);
}

const TOO_MANY = 'too many expressions in one template';

function inspectParts(parts: readonly ScannedPart[], helpers: HelperTable): Inspection {
  const programs: Program[] = [];
  for (const { part, source, scan } of parts) {
    const parsed = parseTemplate(source, scan);
    if (parsed.kind === 'invalid') return invalid(part, parsed.problem);
    const problem = firstProblem(parsed.program, helpers);
    if (problem !== null) return invalid(part, problem);
    programs.push(parsed.program);
    if (costOf(programs, helpers).nodes > MAX_NODES) {
      return invalid(part, { line: 1, column: 1, reason: TOO_MANY });
    }
  }
  return { kind: 'sound', programs, cost: costOf(programs, helpers) };
}

function firstProblem(program: Program, helpers: HelperTable): TemplateProblem | null {
  for (const { node } of nodesOf(program, mayLoop)) {
    const problem = nodeProblem(node, helpers);
    if (problem === null) continue;
    const { line, column } = problem.node.loc.start;
    return { line, column: column + 1, reason: problem.reason };
  }
  return null;
}

function sizeProblem(source: string, maxBytes: number): TemplateProblem | null {
  if (Buffer.byteLength(source) <= maxBytes) return null;
  return { line: 1, column: 1, reason: `longer than ${maxBytes} bytes` };
}

function invalid(part: TemplatePart, problem: TemplateProblem): InvalidTemplate {
  return { kind: 'invalid', part, ...problem };
}
