import type { SnapshotContent, TemplateCheck } from '@postroom/core';
import type { HelperTable } from '../helpers/helpers.ts';
import { maxNodes, maxPartBytes, maxTokens } from '../limits.ts';
import { nodesOf, type Program } from './ast.ts';
import { type NodeProblem, nodeProblem } from './call-problem.ts';
import { parseTemplate } from './parse-template.ts';
import { problemAt, type TemplatePart, type TemplateProblem } from './part.ts';
import { scanTags, type TagScan } from './scan-tags.ts';
import { inOneGo, type Steps } from './steps.ts';
import { addCosts, costOf, mayLoop, noCost, type TemplateCost } from './template-cost.ts';

/** The parts of a template; an absent html or text is null. */
export type TemplateSource = Pick<SnapshotContent, 'subject' | 'html' | 'text'>;

/** A refused template: the first thing that is wrong, and in which part. */
export type InvalidTemplate = Extract<TemplateCheck, { kind: 'invalid' }>;

/** One part and its syntax tree. */
export type ParsedPart = { readonly part: TemplatePart; readonly program: Program };

/** A template that may be compiled, or why not. */
export type Inspection =
  | { readonly kind: 'sound'; readonly parts: readonly ParsedPart[]; readonly cost: TemplateCost }
  | InvalidTemplate;

type ScannedPart = { readonly part: TemplatePart; readonly source: string; readonly scan: TagScan };

/**
 * Reads a template and refuses what cannot work or would take too long to compile.
 * Every step is bounded by the one before: bytes, then tokens, then nodes.
 */
export function inspectTemplate(template: TemplateSource, helpers: HelperTable): Inspection {
  return inOneGo(inspectionOf(template, helpers));
}

/** The same, put down after each step that may take tens of milliseconds. */
export function* inspectionOf(template: TemplateSource, helpers: HelperTable): Steps<Inspection> {
  const parts: ScannedPart[] = [];
  let tokens = 0;
  for (const part of ['subject', 'html', 'text'] as const) {
    const source: unknown = template[part];
    if (source === null && part !== 'subject') continue;
    // Handlebars also compiles syntax trees, which an attacker could send in place of a string.
    if (typeof source !== 'string') return invalid(part, { line: 1, column: 1, reason: 'must be a string' });
    const tooLong = sizeProblem(source, maxPartBytes[part]);
    if (tooLong !== null) return invalid(part, tooLong);
    const scan = scanTags(source, maxTokens - tokens);
    if (scan.fullAt !== null) return invalid(part, problemAt(source, scan.fullAt, tooMany));
    tokens += scan.tokens;
    parts.push({ part, source, scan });
    yield;
  }
  return yield* inspectParts(parts, helpers);
}

const tooMany = 'too many expressions in one template';

function* inspectParts(parts: readonly ScannedPart[], helpers: HelperTable): Steps<Inspection> {
  const sound: ParsedPart[] = [];
  let cost = noCost;
  for (const { part, source, scan } of parts) {
    const parsed = parseTemplate(source, scan);
    if (parsed.kind === 'invalid') return invalid(part, parsed.problem);
    yield;
    const problem = firstProblem(parsed.program, helpers);
    if (problem !== null) return invalid(part, problem);
    sound.push({ part, program: parsed.program });
    cost = addCosts(cost, costOf(parsed.program, helpers));
    if (cost.nodes > maxNodes) {
      return invalid(part, { line: 1, column: 1, reason: tooMany });
    }
    yield;
  }
  return { kind: 'sound', parts: sound, cost };
}

function firstProblem(program: Program, helpers: HelperTable): TemplateProblem | null {
  for (const { node } of nodesOf(program, mayLoop)) {
    const problem = nodeProblem(node, helpers);
    if (problem !== null) return problemOf(problem);
  }
  return null;
}

/** The problem of a node, told by where the node starts. */
export function problemOf({ node, reason }: NodeProblem): TemplateProblem {
  const { line, column } = node.loc.start;
  return { line, column: column + 1, reason };
}

function sizeProblem(source: string, maxBytes: number): TemplateProblem | null {
  if (Buffer.byteLength(source) <= maxBytes) return null;
  return { line: 1, column: 1, reason: `longer than ${maxBytes} bytes` };
}

/** Refuses a template for a problem of one part. */
export function invalid(part: TemplatePart, problem: TemplateProblem): InvalidTemplate {
  return { kind: 'invalid', part, ...problem };
}
