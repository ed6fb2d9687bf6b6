import type { HelperTable } from '../helpers/helpers.ts';
import type { LiteralCheck } from '../helpers/spec.ts';
import { helperNameOf, isCall } from './ast.ts';
import type { NodeProblem } from './call-problem.ts';

/** What is wrong with a literal that one call gives to its helper: a time zone, say, that does not exist. */
export function literalProblem(node: hbs.AST.Node, helpers: HelperTable): NodeProblem | null {
  if (!isCall(node)) return null;
  const name = helperNameOf(node);
  const literals = name === null ? undefined : helpers.get(name)?.literals;
  if (literals === undefined) return null;
  const checks: (readonly [hbs.AST.Node, LiteralCheck | null | undefined])[] = [
    ...node.params.map((param, at) => [param, literals.arguments?.[at]] as const),
    ...(node.hash?.pairs ?? []).map(({ key, value }) => [value, literals.options?.[key]] as const),
  ];
  for (const [literal, check] of checks) {
    const value = check ? literalValue(literal) : null;
    const reason = value === null ? null : check?.(value);
    if (reason) return { node: literal, reason };
  }
  return null;
}

/** The value of a literal; null for `null`, `undefined`, and whatever is known only when rendering. */
function literalValue(node: hbs.AST.Node): string | number | boolean | null {
  if (!/^(?:String|Number|Boolean)Literal$/.test(node.type) || !('value' in node)) return null;
  const { value } = node;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
