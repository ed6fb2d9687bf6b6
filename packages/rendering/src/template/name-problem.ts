import { maxNameCharacters, maxNamePartCharacters } from '../limits.ts';
import { isBlock, isCall, isPath, pathOf } from './ast.ts';
import type { NodeProblem } from './call-problem.ts';

/** What is wrong with the names that stand in one node, its children left aside: they may be too long. */
export function nameProblem(node: hbs.AST.Node): NodeProblem | null {
  const reason = isPath(node)
    ? partsProblem(node.parts)
    : isCall(node)
      ? partsProblem([...pathOf(node).parts, ...blockParamsOf(node)])
      : null;
  return reason === null ? null : { node, reason };
}

/** Why the parts of a name are too long, each or together, or null. */
export function partsProblem(parts: readonly string[]): string | null {
  let characters = 0;
  for (const part of parts) {
    if (part.length > maxNamePartCharacters) {
      return `a name has a part longer than ${maxNamePartCharacters} characters`;
    }
    // With what separates it from the next: a part may be empty, and there is no end of those.
    characters += part.length + 1;
    if (characters > maxNameCharacters) return `a name is longer than ${maxNameCharacters} characters`;
  }
  return null;
}

function blockParamsOf(node: hbs.AST.Node): readonly string[] {
  if (!isBlock(node)) return [];
  return [...(node.program?.blockParams ?? []), ...(node.inverse?.blockParams ?? [])];
}
