import 'handlebars';

type Node = hbs.AST.Node;

/** A list of statements: a whole part, or the body of a block. */
export type Program = Node & {
  readonly body: readonly Node[];
  readonly blockParams?: readonly string[] | undefined;
};

/** A path like `user.name`, `../x`, `this` or `@root.x`. */
export type Path = hbs.AST.PathExpression;

/** What mustaches, blocks and subexpressions have in common: they may call a helper. */
export type Call = Node & {
  readonly type: 'MustacheStatement' | 'SubExpression' | 'BlockStatement';
  readonly path: Node;
  readonly params: readonly Node[];
  readonly hash?: { readonly pairs: readonly hbs.AST.HashPair[] } | undefined;
};

/** A block; an inverted one has no `program`. */
export type Block = Call & {
  readonly type: 'BlockStatement';
  readonly program?: Program | null | undefined;
  readonly inverse?: Program | null | undefined;
};

/** Whether a node may call a helper. */
export function isCall(node: Node): node is Call {
  return node.type === 'MustacheStatement' || node.type === 'SubExpression' || isBlock(node);
}

/** Whether a node is a block. */
export function isBlock(node: Node): node is Block {
  return node.type === 'BlockStatement';
}

/** Whether a node is a path; a literal where a path is due is not one, see `pathOf`. */
export function isPath(node: Node): node is Path {
  return node.type === 'PathExpression';
}

/** Whether a node is a literal in quotes. */
export function isString(node: Node): node is hbs.AST.StringLiteral {
  return node.type === 'StringLiteral';
}

/** Whether a node is a partial or a decorator, with the name it goes by. */
export function unsupportedName(node: Node): string | null {
  switch (node.type) {
    case 'PartialStatement':
    case 'PartialBlockStatement':
      return 'partials are not supported';
    case 'Decorator':
    case 'DecoratorBlock':
      return 'decorators are not supported';
    default:
      return null;
  }
}

/** The path of a call; Handlebars reads `{{"first name"}}` and `{{12}}` as paths of one part. */
export function pathOf(call: Call): Pick<Path, 'parts' | 'depth' | 'data' | 'original'> {
  if (isPath(call.path)) return call.path;
  const original = String('original' in call.path ? call.path.original : '');
  return { parts: [original], depth: 0, data: false, original };
}

/** The one-part name by which a call could mean a helper; null for `this.x`, `../x`, `@x`, `a.b`. */
export function helperNameOf(call: Call): string | null {
  const path = pathOf(call);
  const isSimple = path.parts.length === 1 && path.depth === 0 && !path.data;
  // The same test as in Handlebars, which takes any name that ends in `this` for a scoped one.
  return isSimple && !/^\.|this\b/.test(path.original) ? (path.parts[0] ?? null) : null;
}

/** Whether a call can only be a helper's: it has arguments or is a subexpression. */
export function hasArguments(call: Call): boolean {
  return call.type === 'SubExpression' || call.params.length > 0 || call.hash !== undefined;
}

type Visited = { readonly node: Node; readonly loopDepth: number };

/** Every node of a part in document order, with the number of its blocks that may loop around it. */
export function* nodesOf(root: Program, loops: (block: Block) => boolean): Generator<Visited> {
  const pending: Visited[] = [{ node: root, loopDepth: 0 }];
  // The last one in is the first one out, so that children go in from the last to the first.
  const push = (nodes: readonly Node[], loopDepth: number) => {
    for (const node of nodes.toReversed()) pending.push({ node, loopDepth });
  };
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    yield item;
    const { node, loopDepth } = item;
    push(bodiesOf(node), loopDepth + (isBlock(node) && loops(node) ? 1 : 0));
    push(argumentsOf(node), loopDepth);
  }
}

const noNodes: readonly Node[] = [];

function argumentsOf(node: Node): readonly Node[] {
  if (!isCall(node)) return noNodes;
  return [node.path, ...node.params, ...(node.hash?.pairs ?? []).map((pair) => pair.value)];
}

function bodiesOf(node: Node): readonly Node[] {
  if (isBlock(node))
    return [node.program, node.inverse].filter((body) => body !== null && body !== undefined);
  return isProgram(node) ? node.body : noNodes;
}

function isProgram(node: Node): node is Program {
  return node.type === 'Program' && 'body' in node;
}
