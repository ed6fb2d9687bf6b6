import compilerOwner from 'handlebars';
import type { Program } from './ast.ts';

declare global {
  namespace Handlebars {
    /** Makes the list of operations that Handlebars then makes code of; its types leave it out. */
    class Compiler {
      compile(program: hbs.AST.Node, options: CompileOptions): unknown;
    }
  }
}

/** Goes through a syntax tree as the compiler does, which throws for what it does not know, and makes no code. */
export function readAsCompiler(program: Program, options: CompileOptions): void {
  new compilerOwner.Compiler().compile(program, options);
}
