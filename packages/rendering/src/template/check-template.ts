import type { TemplateCheck, TemplateDraft } from '@postroom/core';
import type { HelperTable } from '../helpers/helpers.ts';
import { nodesOf } from './ast.ts';
import { createTemplateCompiler } from './compile-template.ts';
import {
  type InvalidTemplate,
  inspectionOf,
  invalid,
  type ParsedPart,
  problemOf,
} from './inspect-template.ts';
import { literalProblem } from './literal-problem.ts';
import { nameProblem } from './name-problem.ts';
import { inOneGo, inTurns, type Steps } from './steps.ts';
import { mayLoop } from './template-cost.ts';
import { collectVariables } from './variables.ts';

const compiler = createTemplateCompiler({ maxOutputBytes: 0 });

/**
 * Checks that a template will compile and only uses what there is; takes up to about 150 ms. It is stricter than
 * `inspectTemplate`, which also judges what was saved under older rules and must still be sent.
 */
export const checkTemplate = (template: TemplateDraft): TemplateCheck => inOneGo(checkOf(template));

/** The same in turns of the loop, none of which takes as much as 100 ms. */
export const checkTemplateInTurns = (template: TemplateDraft): Promise<TemplateCheck> =>
  inTurns(checkOf(template));

/** The steps of the check, between which others may have the loop. */
export function* checkOf(template: TemplateDraft): Steps<TemplateCheck> {
  const inspection = yield* inspectionOf(template, compiler.helpers);
  if (inspection.kind === 'invalid') return inspection;
  for (const parsed of inspection.parts) {
    const problem = strictProblem(parsed, compiler.helpers);
    if (problem !== null) return problem;
    yield;
  }
  const variables = collectVariables(inspection.parts, compiler.helpers);
  if (variables.kind === 'refused') return invalid(variables.part, problemOf(variables.problem));
  for (const { part, program } of inspection.parts) {
    yield;
    try {
      compiler.precompilePart(part, program);
    } catch {
      return invalid(part, { line: 1, column: 1, reason: 'cannot be compiled' });
    }
  }
  return { kind: 'ok', variables: variables.variables };
}

function strictProblem({ part, program }: ParsedPart, helpers: HelperTable): InvalidTemplate | null {
  for (const { node } of nodesOf(program, mayLoop)) {
    const problem = nameProblem(node) ?? literalProblem(node, helpers);
    if (problem !== null) return invalid(part, problemOf(problem));
  }
  return null;
}
