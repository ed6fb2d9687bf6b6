import parserOwner from 'handlebars';

/** The token that the lexer of Handlebars read last; lines count from 1, columns from 0. */
export type LexerPosition = {
  readonly match: string;
  readonly yylloc: {
    readonly first_line: number;
    readonly first_column: number;
    readonly last_line: number;
    readonly last_column: number;
  };
};

declare global {
  namespace Handlebars {
    const Parser: { readonly lexer: LexerPosition };
  }
}

/** Where the last parse ended: after a failed one, at the error, which its message only hints at. */
export function whereLexerStopped(): LexerPosition {
  return parserOwner.Parser.lexer;
}
