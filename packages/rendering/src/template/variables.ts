import type { HelperTable } from '../helpers/helpers.ts';
import {
  type Block,
  type Call,
  hasArguments,
  helperNameOf,
  isBlock,
  isCall,
  isPath,
  isString,
  type Path,
  type Program,
  pathOf,
} from './ast.ts';
import { BARE_NAMES, isObjectName } from './provided-names.ts';
import { formatPath } from './variable-path.ts';

/** The data that a template reads: always, or only on some condition. Sorted, each path once. */
export type TemplateVariables = { readonly required: string[]; readonly optional: string[] };

/** Where a path starts: a place in the data, or null for one that is known only when rendering. */
type Place = readonly string[] | null;

type Scope = {
  readonly place: Place;
  readonly parent: Scope | null;
  readonly names: ReadonlyMap<string, Place>;
};

type Reading = { readonly scope: Scope; readonly isCertain: boolean };

/**
 * Collects the variables of a template's parts, which must have passed `nodeProblem`.
 * What stands in a block that may not render, what a block or a condition tests, and what a helper
 * can do without is optional.
 */
export function collectVariables(parts: readonly Program[], helpers: HelperTable): TemplateVariables {
  const collector = new VariableCollector(helpers);
  for (const part of parts) {
    collector.readProgram(part, { scope: { place: [], parent: null, names: new Map() }, isCertain: true });
  }
  return collector.result();
}

class VariableCollector {
  readonly #helpers: HelperTable;
  readonly #required = new Set<string>();
  readonly #optional = new Set<string>();

  constructor(helpers: HelperTable) {
    this.#helpers = helpers;
  }

  result(): TemplateVariables {
    const optional = [...this.#optional].filter((path) => !this.#required.has(path));
    return { required: [...this.#required].sort(), optional: optional.sort() };
  }

  readProgram(program: Program, reading: Reading): void {
    for (const statement of program.body) {
      if (isBlock(statement)) this.#readBlock(statement, reading);
      else this.#readValue(statement, reading);
    }
  }

  #readBlock(block: Block, reading: Reading): void {
    const name = helperNameOf(block);
    const helper = name !== null && this.#helpers.has(name) ? name : null;
    if (helper === 'raw') {
      if (block.program) this.readProgram(block.program, reading);
      return;
    }
    const conditional = { ...reading, isCertain: false };
    if (helper === null) this.#addPath(pathOf(block), conditional);
    this.#readArguments(block, conditional);
    const isSameContext = helper === 'if' || helper === 'unless';
    const scope = isSameContext ? reading.scope : innerScope(block, helper, reading.scope);
    if (block.program) this.readProgram(block.program, { scope, isCertain: false });
    if (block.inverse) this.readProgram(block.inverse, conditional);
  }

  #readValue(node: hbs.AST.Node, reading: Reading): void {
    if (isPath(node)) this.#addPath(node, reading);
    if (!isCall(node)) return;
    const name = helperNameOf(node);
    const spec = name === null ? undefined : this.#helpers.get(name);
    if (spec === undefined && !hasArguments(node)) {
      this.#addPath(pathOf(node), reading, node.type === 'MustacheStatement');
      return;
    }
    if (name === 'lookup' && this.#readLookup(node, reading)) return;
    this.#readArguments(node, spec?.acceptsMissing ? { ...reading, isCertain: false } : reading);
  }

  #readArguments(call: Call, reading: Reading): void {
    for (const param of call.params) this.#readValue(param, reading);
    for (const pair of call.hash?.pairs ?? []) this.#readValue(pair.value, { ...reading, isCertain: false });
  }

  /** `lookup user "name"` reads just what `user.name` does. */
  #readLookup(call: Call, reading: Reading): boolean {
    const [object, key] = call.params;
    if (object === undefined || key === undefined || !isPath(object) || !isString(key)) return false;
    this.#addPath({ ...object, parts: [...object.parts, key.value] }, reading);
    return true;
  }

  #addPath(
    path: Pick<Path, 'parts' | 'depth' | 'data' | 'original'>,
    reading: Reading,
    isPrinted = false,
  ): void {
    const place = placeOf(path, reading.scope);
    const [first] = place ?? [];
    if (place === null || first === undefined) return;
    // `{{sender}}` alone prints a value, and what the pipeline has under this name is none.
    const isProvided =
      BARE_NAMES.includes(first) && !(isPrinted && place.length === 1 && isObjectName(first));
    if (isProvided) return;
    (reading.isCertain ? this.#required : this.#optional).add(formatPath(place));
  }
}

/** The context in the body of `#with`, `#each` or a section like `{{#items}}`. */
function innerScope(block: Block, helper: string | null, scope: Scope): Scope {
  const [argument] = block.params;
  const place =
    helper === 'with' && argument !== undefined && isPath(argument) ? placeOf(argument, scope) : null;
  const names = new Map(block.program?.blockParams?.map((name, index) => [name, index === 0 ? place : null]));
  // Handlebars makes no new level for `../` when the context stays the same object.
  const isSame = place !== null && scope.place !== null && formatPath(place) === formatPath(scope.place);
  return isSame ? { ...scope, names: new Map([...scope.names, ...names]) } : { place, parent: scope, names };
}

function placeOf(path: Pick<Path, 'parts' | 'depth' | 'data' | 'original'>, scope: Scope): Place {
  const [first = '', ...rest] = path.parts;
  if (path.data) return first === 'root' && path.depth === 0 ? rest : null;
  if (path.depth === 0 && !/^\.|this\b/.test(path.original)) {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const named = at.names.get(first);
      if (named !== undefined) return named === null ? null : [...named, ...rest];
    }
  }
  let at: Scope | null = scope;
  for (let level = 0; level < path.depth && at !== null; level += 1) at = at.parent;
  return at === null || at.place === null ? null : [...at.place, ...path.parts];
}
