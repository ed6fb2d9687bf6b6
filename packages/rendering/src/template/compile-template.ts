import type { TemplateValues } from '@postroom/core';
import Handlebars from 'handlebars';
import { createHelperTable, type HelperTable } from '../helpers/helpers.ts';
import type { HelperOptions } from '../helpers/spec.ts';
import type { Program } from './ast.ts';
import type { TemplatePart } from './part.ts';
import { readAsCompiler } from './read-as-compiler.ts';

/** Renders one part with a context, and what it reads as `@name`; throws for data that it cannot take. */
export type CompiledPart = (context: unknown, provided?: TemplateValues) => string;

/** The helpers, and the compiler that knows them and nothing else. */
export type TemplateCompiler = {
  readonly helpers: HelperTable;
  /** Compiles one part that passed `inspectTemplate`; html escapes values, the others do not. */
  compilePart(part: TemplatePart, source: string): CompiledPart;
  /**
   * Reads a syntax tree of our own making, or a source, as far as the compiler finds fault with it; throws as `compilePart`
   * would on its first use. The code itself, which takes ten times as long to make, is left out.
   */
  precompilePart(part: TemplatePart, source: string | Program): void;
};

/** Thrown out of a template whose output has grown past the limit, before it takes all memory. */
export class OutputTooLargeError extends Error {}

const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

/** Makes a compiler of its own, so that nobody else's helpers or partials reach the templates. */
export function createTemplateCompiler(options: { readonly maxOutputBytes: number }): TemplateCompiler {
  const helpers = createHelperTable();
  const environment = Handlebars.create();
  environment.unregisterHelper('log');
  registerLimitedEach(environment, options.maxOutputBytes);
  environment.registerHelper('raw', renderBody);
  for (const [name, { run }] of helpers) {
    if (run !== null) environment.registerHelper(name, adapt(run));
  }
  const knownHelpers: Record<string, boolean> = {
    log: false,
    helperMissing: false,
    blockHelperMissing: false,
  };
  for (const name of helpers.keys()) knownHelpers[name] = true;
  const settings = (part: TemplatePart) => ({
    knownHelpers,
    knownHelpersOnly: true,
    noEscape: part !== 'html',
  });
  return {
    helpers,
    compilePart(part, source) {
      const render = environment.compile(requireString(source), settings(part));
      return (context, provided = {}) => render(context, { ...NO_PROTOTYPES, data: { ...provided } });
    },
    precompilePart(part, source) {
      const program = typeof source === 'string' ? Handlebars.parse(source) : source;
      readAsCompiler(program, settings(part));
    },
  };
}

/** A syntax tree in place of a source would be compiled to whatever code it holds. */
function requireString(source: unknown): string {
  if (typeof source !== 'string') throw new TypeError('a template must be a string');
  return source;
}

function adapt(
  run: (values: readonly unknown[], options: HelperOptions) => unknown,
): Handlebars.HelperDelegate {
  return (...received: unknown[]) => {
    const call = received.pop();
    const hash = typeof call === 'object' && call !== null && 'hash' in call ? call.hash : null;
    return run(received, typeof hash === 'object' && hash !== null ? { ...hash } : {});
  };
}

function renderBody(this: unknown, options: Handlebars.HelperOptions): string {
  return options.fn(this);
}

/** What one loop writes is part of the output, so that a loop that writes too much can stop at once. */
function registerLimitedEach(environment: typeof Handlebars, maxCharacters: number): void {
  const each = environment.helpers.each;
  if (each === undefined) throw new Error('Handlebars has no each helper');
  environment.registerHelper(
    'each',
    function (this: unknown, context: unknown, options: Handlebars.HelperOptions) {
      let written = 0;
      const fn = (value: unknown, runtime?: Handlebars.RuntimeOptions): string => {
        const piece = options.fn(value, runtime);
        written += piece.length;
        if (written > maxCharacters) throw new OutputTooLargeError();
        return piece;
      };
      return each.call(this, context, { ...options, fn });
    },
  );
}
