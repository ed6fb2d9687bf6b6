import type { TemplateValues } from '@postroom/core';
import Handlebars from 'handlebars';
import { createHelperTable, type HelperTable } from '../helpers/helpers.ts';
import type { HelperOptions } from '../helpers/spec.ts';
import { maxHelperCharacters } from '../limits.ts';
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

/** Thrown by a helper that would return more than one may. */
export class HelperTooLongError extends Error {
  readonly helper: string;

  constructor(helper: string) {
    super();
    this.helper = helper;
  }
}

/** Counts what one part holds of texts of its own, in characters: what helpers made for it to write, and what was escaped. */
class OutputCount {
  readonly #most: number;
  #lines: readonly string[] = [];
  #made = 0;
  #escaped = 0;

  constructor(most: number) {
    this.#most = most;
  }

  begin(lines: readonly string[]): void {
    this.#lines = lines;
    this.#made = 0;
    this.#escaped = 0;
  }

  /** Hears of what a call made. What it made for another helper, in parentheses, is not written. */
  made(characters: number, call: unknown): void {
    if (this.#isArgument(call)) return;
    this.#made += characters;
    if (this.#made > this.#most) throw new OutputTooLargeError();
  }

  escaped(characters: number): void {
    this.#escaped += characters;
    if (this.#escaped > this.#most) throw new OutputTooLargeError();
  }

  #isArgument(call: unknown): boolean {
    if (!isLocated(call)) return false;
    const { line, column } = call.loc.start;
    return this.#lines[line - 1]?.[column] === '(';
  }
}

/** What Handlebars tells a helper of its call: lines count from 1, columns from 0. */
type Located = { readonly loc: { readonly start: { readonly line: number; readonly column: number } } };

function isLocated(call: unknown): call is Located {
  return typeof call === 'object' && call !== null && 'loc' in call && typeof call.loc === 'object';
}

const noPrototypes = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

/** Hears of the steps of a rendering, and throws to end it. */
type RenderMeter = {
  readonly step: () => void;
  readonly made: (characters: number) => void;
  readonly escape: (value: unknown, plain: (value: unknown) => string) => string;
};

export type TemplateCompilerOptions = {
  readonly maxOutputBytes: number;
  /** What is rendered is not measured unless told. */
  readonly meter?: RenderMeter;
};

/** Makes a compiler of its own, so that nobody else's helpers or partials reach the templates. */
export function createTemplateCompiler({ maxOutputBytes, meter }: TemplateCompilerOptions): TemplateCompiler {
  const helpers = createHelperTable();
  const output = new OutputCount(maxOutputBytes);
  const environment = Handlebars.create();
  environment.unregisterHelper('log');
  registerLimitedEach(environment, maxOutputBytes, meter);
  environment.registerHelper('raw', renderBody);
  for (const [name, { run }] of helpers) {
    if (run !== null) environment.registerHelper(name, adapt({ name, run }, meter, output));
  }
  meterEscaping(environment, meter, output);
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
      const lines = source.split(/\r\n?|\n/);
      return (context, provided = {}) => {
        output.begin(lines);
        const text = render(context, { ...noPrototypes, data: { ...provided } });
        // A long text of many pieces takes its memory when it is read.
        if (text.length > maxOutputBytes) throw new OutputTooLargeError();
        return text;
      };
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

type NamedHelper = {
  readonly name: string;
  readonly run: (values: readonly unknown[], options: HelperOptions) => unknown;
};

function adapt(
  { name, run }: NamedHelper,
  meter: RenderMeter | undefined,
  output: OutputCount,
): Handlebars.HelperDelegate {
  return (...received: unknown[]) => {
    meter?.step();
    const call = received.pop();
    const hash = typeof call === 'object' && call !== null && 'hash' in call ? call.hash : null;
    const made = run(received, typeof hash === 'object' && hash !== null ? { ...hash } : {});
    if (typeof made === 'string') {
      meter?.made(made.length);
      if (made.length > maxHelperCharacters) throw new HelperTooLongError(name);
      output.made(made.length, call);
    }
    return made;
  };
}

function renderBody(this: unknown, options: Handlebars.HelperOptions): string {
  return options.fn(this);
}

/** What one loop writes is part of the output, so that a loop that writes too much can stop at once. */
function registerLimitedEach(
  environment: typeof Handlebars,
  maxCharacters: number,
  meter: RenderMeter | undefined,
): void {
  const each = environment.helpers.each;
  if (each === undefined) throw new Error('Handlebars has no each helper');
  environment.registerHelper(
    'each',
    function (this: unknown, context: unknown, options: Handlebars.HelperOptions) {
      let written = 0;
      const fn = (value: unknown, runtime?: Handlebars.RuntimeOptions): string => {
        meter?.step();
        const piece = options.fn(value, runtime);
        written += piece.length;
        if (written > maxCharacters) throw new OutputTooLargeError();
        return piece;
      };
      return each.call(this, context, { ...options, fn });
    },
  );
}

/** What Handlebars makes a part into, as far as it is changed here. */
type Precompiled = { main: (container: { escapeExpression: unknown }, ...rest: unknown[]) => unknown };

function isPrecompiled(spec: unknown): spec is Precompiled {
  return typeof spec === 'object' && spec !== null && 'main' in spec && typeof spec.main === 'function';
}

/** Handlebars has one function that escapes for all; what a part escapes with is given to it when it runs. */
function meterEscaping(
  environment: typeof Handlebars,
  meter: RenderMeter | undefined,
  output: OutputCount,
): void {
  const { template } = environment;
  // It takes any value, whatever its type says.
  const plain = (value: unknown): string => Reflect.apply(Handlebars.Utils.escapeExpression, null, [value]);
  const escapeExpression = (value: unknown): string => {
    const escaped = meter === undefined ? plain(value) : meter.escape(value, plain);
    output.escaped(escaped.length);
    return escaped;
  };
  environment.template = (spec) => {
    if (!isPrecompiled(spec)) throw new TypeError('a compiled template has a main part');
    const { main } = spec;
    spec.main = (container, ...rest) => {
      container.escapeExpression = escapeExpression;
      return main(container, ...rest);
    };
    return template(spec);
  };
}
