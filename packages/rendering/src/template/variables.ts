import type { HelperTable } from '../helpers/helpers.ts';
import { maxNamesCharacters } from '../limits.ts';
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
import type { NodeProblem } from './call-problem.ts';
import type { ParsedPart } from './inspect-template.ts';
import { partsProblem } from './name-problem.ts';
import type { TemplatePart } from './part.ts';
import { isBareName, isObjectName } from './provided-names.ts';
import { formatPath } from './variable-path.ts';

/** The data that a template reads: always, or only on some condition. Sorted, each path once. */
type TemplateVariables = { readonly required: string[]; readonly optional: string[] };

/** The variables, or the first name with which they grew too long. */
export type CollectedVariables =
  | { readonly kind: 'collected'; readonly variables: TemplateVariables }
  | { readonly kind: 'refused'; readonly part: TemplatePart; readonly problem: NodeProblem };

/** Where a path starts: a place in the data, or null for one that is known only when rendering. */
type Place = readonly string[] | null;

type NamedPath = Pick<Path, 'parts' | 'depth' | 'data' | 'original'>;

type Scope = {
  readonly place: Place;
  readonly parent: Scope | null;
  readonly names: ReadonlyMap<string, Place>;
};

type Reading = { readonly scope: Scope; readonly isCertain: boolean };

/**
 * Collects the variables of a template's parts, which must have passed `nodeProblem`.
 * What stands in a block that may not render, what a block or a condition tests, and what a helper
 * can do without is optional. Names are bounded as they are collected: a name inside a block begins with the block's, so that
 * they grow with the product of the two.
 */
export function collectVariables(parts: readonly ParsedPart[], helpers: HelperTable): CollectedVariables {
  const collector = new VariableCollector(helpers);
  for (const { part, program } of parts) {
    collector.readProgram(program, {
      scope: { place: [], parent: null, names: new Map() },
      isCertain: true,
    });
    if (collector.problem !== null) return { kind: 'refused', part, problem: collector.problem };
  }
  return { kind: 'collected', variables: collector.result() };
}

class VariableCollector {
  readonly #helpers: HelperTable;
  readonly #required = new Set<string>();
  readonly #optional = new Set<string>();
  #characters = 0;
  /** The first name that is too much; nothing is read after it. */
  problem: NodeProblem | null = null;

  constructor(helpers: HelperTable) {
    this.#helpers = helpers;
  }

  result(): TemplateVariables {
    const optional = [...this.#optional].filter((path) => !this.#required.has(path));
    return { required: [...this.#required].sort(), optional: optional.sort() };
  }

  readProgram(program: Program, reading: Reading): void {
    for (const statement of program.body) {
      if (this.problem !== null) return;
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
    if (helper === null) this.#addPath(block, pathOf(block), conditional);
    this.#readArguments(block, conditional);
    if (this.problem !== null) return;
    const isSameContext = helper === 'if' || helper === 'unless';
    const scope = isSameContext ? reading.scope : innerScope(block, helper, reading.scope);
    if (block.program) this.readProgram(block.program, { scope, isCertain: false });
    if (block.inverse) this.readProgram(block.inverse, conditional);
  }

  #readValue(node: hbs.AST.Node, reading: Reading): void {
    if (isPath(node)) this.#addPath(node, node, reading);
    if (!isCall(node)) return;
    const name = helperNameOf(node);
    const spec = name === null ? undefined : this.#helpers.get(name);
    if (spec === undefined && !hasArguments(node)) {
      this.#addPath(node, pathOf(node), reading);
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
    this.#addPath(key, { ...object, parts: [...object.parts, key.value] }, reading);
    return true;
  }

  #addPath(node: hbs.AST.Node, path: NamedPath, reading: Reading): void {
    const place = placeOf(path, reading.scope);
    const [first] = place ?? [];
    if (place === null || first === undefined || this.problem !== null) return;
    const tooLong = partsProblem(place);
    if (tooLong !== null) this.problem = { node, reason: tooLong };
    if (tooLong !== null || isProvided(place, node)) return;
    const name = formatPath(place);
    if (!this.#required.has(name) && !this.#optional.has(name)) this.#characters += name.length;
    if (this.#characters > maxNamesCharacters) {
      const reason = `the names of all variables are together longer than ${maxNamesCharacters} characters`;
      this.problem = { node, reason };
      return;
    }
    (reading.isCertain ? this.#required : this.#optional).add(name);
  }
}

/** `{{sender}}` alone prints a value, and what the pipeline has under this name is none: the data must have it. */
function isProvided([first = '', ...rest]: readonly string[], node: hbs.AST.Node): boolean {
  const isPrinted = node.type === 'MustacheStatement' && rest.length === 0;
  return isBareName(first) && !(isPrinted && isObjectName(first));
}

/** The context in the body of `#with`, `#each` or a section like `{{#items}}`. */
function innerScope(block: Block, helper: string | null, scope: Scope): Scope {
  const [argument] = block.params;
  const place =
    helper === 'with' && argument !== undefined && isPath(argument) ? placeOf(argument, scope) : null;
  const names = new Map(block.program?.blockParams?.map((name, index) => [name, index === 0 ? place : null]));
  // Handlebars makes no new level for `../` when the context stays the same object.
  const isSame = isSamePlace(place, scope.place);
  return isSame ? { ...scope, names: new Map([...scope.names, ...names]) } : { place, parent: scope, names };
}

function isSamePlace(a: Place, b: Place): boolean {
  if (a === null || b === null || a.length !== b.length) return false;
  return a.every((part, index) => part === b[index]);
}

function placeOf(path: NamedPath, scope: Scope): Place {
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
