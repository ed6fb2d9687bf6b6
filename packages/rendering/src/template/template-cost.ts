import type { HelperTable } from '../helpers/helpers.ts';
import { type Block, helperNameOf, isBlock, isCall, isPath, nodesOf, type Program } from './ast.ts';

/** What compiling and rendering a template can cost, as its syntax tree shows it. */
export type TemplateCost = {
  /** Nodes to compile; a path counts each of its parts. */
  readonly nodes: number;
  /** Lookups and helper calls to render once, in units of about one plain lookup. */
  readonly weight: number;
  /** Places that write a value. */
  readonly outputs: number;
  /** How deep the blocks nest that may render their body more than once. */
  readonly loopDepth: number;
};

const notLoops = new Set(['if', 'unless', 'with', 'raw']);

/** Whether a block may render its body more than once: `#each`, and sections like `{{#items}}`. */
export function mayLoop(block: Block): boolean {
  const name = helperNameOf(block);
  return name === null || !notLoops.has(name);
}

/** What a template without parts costs. */
export const noCost: TemplateCost = { nodes: 0, weight: 0, outputs: 0, loopDepth: 0 };

/** The cost of two parts together. */
export function addCosts(a: TemplateCost, b: TemplateCost): TemplateCost {
  return {
    nodes: a.nodes + b.nodes,
    weight: a.weight + b.weight,
    outputs: a.outputs + b.outputs,
    loopDepth: Math.max(a.loopDepth, b.loopDepth),
  };
}

/** The cost of one part. */
export function costOf(part: Program, helpers: HelperTable): TemplateCost {
  const cost = { ...noCost };
  for (const { node, loopDepth } of nodesOf(part, mayLoop)) {
    const name = isCall(node) ? helperNameOf(node) : null;
    const size = isPath(node) ? Math.max(1, node.parts.length) : 1;
    cost.nodes += size;
    cost.weight += name === null ? size : (helpers.get(name)?.weight ?? size);
    cost.outputs += node.type === 'MustacheStatement' ? 1 : 0;
    cost.loopDepth = Math.max(cost.loopDepth, isBlock(node) && mayLoop(node) ? loopDepth + 1 : loopDepth);
  }
  return cost;
}
