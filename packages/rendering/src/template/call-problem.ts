import { type HelperTable, nearestName } from '../helpers/helpers.ts';
import type { HelperSpec } from '../helpers/spec.ts';
import {
  type Call,
  hasArguments,
  helperNameOf,
  isBlock,
  isCall,
  isPath,
  isString,
  pathOf,
  unsupportedName,
} from './ast.ts';
import { isObjectName, providedValues } from './provided-names.ts';

/** A node of the tree and what is wrong with it. */
export type NodeProblem = { readonly node: hbs.AST.Node; readonly reason: string };

const loopVariables = ['root', 'index', 'key', 'first', 'last'];

/** Names through which JavaScript objects lead to their prototypes. */
const prototypeNames = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);

/** What is wrong with one node, its children left aside. */
export function nodeProblem(node: hbs.AST.Node, helpers: HelperTable): NodeProblem | null {
  const unsupported = unsupportedName(node);
  if (unsupported !== null) return { node, reason: unsupported };
  if (isPath(node)) return pathProblem(node);
  if (isCall(node)) return callProblem(node, helpers);
  return null;
}

function pathProblem(path: hbs.AST.PathExpression): NodeProblem | null {
  const refused = path.parts.find((part) => prototypeNames.has(part));
  if (refused !== undefined) return { node: path, reason: `\`${refused}\` is not allowed in a path` };
  const [variable = '', field] = path.parts;
  if (!path.data || loopVariables.includes(variable)) return null;
  const fields = providedValues.get(variable);
  if (fields === undefined) return { node: path, reason: `unknown variable \`@${shorten(variable)}\`` };
  if (field === undefined || fields === 'any' || fields?.includes(field)) return null;
  return { node: path, reason: `\`@${variable}\` has no \`${shorten(field)}\`` };
}

/** What is provided as an object would print as `[object Object]`. */
function printProblem(call: Call): NodeProblem | null {
  const { data, parts } = pathOf(call);
  const [variable = ''] = parts;
  if (call.type !== 'MustacheStatement' || !data || parts.length > 1 || !isObjectName(variable)) return null;
  return { node: call.path, reason: `\`@${variable}\` is no text: write \`@${variable}.email\`` };
}

function callProblem(call: Call, helpers: HelperTable): NodeProblem | null {
  const name = helperNameOf(call);
  const spec = name === null ? undefined : helpers.get(name);
  if (name === null || spec === undefined) return valueProblem(call, helpers);
  return (
    kindProblem(call, name, spec) ??
    arityProblem(call, name, spec) ??
    optionProblem(call, name, spec) ??
    blockParamProblem(call, helpers, spec.blockParams) ??
    lookupProblem(call, name)
  );
}

function valueProblem(call: Call, helpers: HelperTable): NodeProblem | null {
  if (!hasArguments(call)) return printProblem(call) ?? blockParamProblem(call, helpers, 0);
  const name = shorten(pathOf(call).original);
  const nearest = nearestName(name, helpers.keys());
  const hint = nearest === null ? '' : `; did you mean \`${nearest}\`?`;
  return { node: call.path, reason: `unknown helper \`${name}\`${hint}` };
}

function kindProblem(call: Call, name: string, spec: HelperSpec): NodeProblem | null {
  if (spec.kind === 'block' && !isBlock(call)) {
    const hint = hasArguments(call) ? '' : `; a variable of this name is written \`this.${name}\``;
    return { node: call.path, reason: `\`${name}\` is a block helper, as in \`{{#${name}}}\`${hint}` };
  }
  if (spec.kind === 'block' || !isBlock(call)) return null;
  return { node: call.path, reason: `\`${name}\` is not a block helper` };
}

function arityProblem(call: Call, name: string, spec: HelperSpec): NodeProblem | null {
  const { minArguments: min, maxArguments: max } = spec;
  const count = call.params.length;
  if (count >= min && count <= max) return null;
  const due = min === max ? `${min}` : `${min} to ${max}`;
  const hint = hasArguments(call) ? '' : `; a variable of this name is written \`this.${name}\``;
  const reason = `helper \`${name}\` takes ${due} ${max === 1 ? 'argument' : 'arguments'}, not ${count}${hint}`;
  return { node: call.path, reason };
}

function optionProblem(call: Call, name: string, spec: HelperSpec): NodeProblem | null {
  const pair = call.hash?.pairs.find(({ key }) => !spec.options.includes(key));
  if (pair === undefined) return null;
  return { node: pair, reason: `helper \`${name}\` has no option \`${shorten(pair.key)}\`` };
}

/** A name that nothing fills makes Handlebars throw; one of a helper would be taken for the helper. */
function blockParamProblem(call: Call, helpers: HelperTable, max: number): NodeProblem | null {
  if (!isBlock(call)) return null;
  const names = call.program?.blockParams ?? [];
  const inverted = call.inverse?.blockParams ?? [];
  const refused = names.find((name) => helpers.has(name) || prototypeNames.has(name));
  if (refused !== undefined) return { node: call.path, reason: `\`${refused}\` cannot be a block parameter` };
  if (names.length <= max && inverted.length === 0) return null;
  const due =
    inverted.length > 0
      ? 'an inverted block gives no'
      : `this block gives ${max === 0 ? 'no' : `at most ${max}`}`;
  return { node: call.path, reason: `${due} block parameters` };
}

function lookupProblem(call: Call, name: string): NodeProblem | null {
  const key = call.params[1];
  if (name !== 'lookup' || key === undefined || !isString(key) || !prototypeNames.has(key.value)) return null;
  return { node: key, reason: `\`${key.value}\` is not allowed in a path` };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
