import Handlebars from 'handlebars';
import type { Program } from './ast.ts';
import { whereLexerStopped } from './lexer-position.ts';
import { problemAt, type TemplateProblem } from './part.ts';
import { scanTags, type TagScan } from './scan-tags.ts';
import { findUnclosedBlock, tagProblem } from './tag-problems.ts';

/** The syntax tree of one part, or the first reason why there is none. */
export type ParseResult =
  | { readonly kind: 'parsed'; readonly program: Program }
  | { readonly kind: 'invalid'; readonly problem: TemplateProblem };

/** Parses a source whose tags were found by `scanTags`. */
export function parseTemplate(source: string, scan: TagScan = scanTags(source)): ParseResult {
  const refused = tagProblem(source, scan);
  if (refused !== null) return { kind: 'invalid', problem: refused };
  try {
    return { kind: 'parsed', program: Handlebars.parse(source) };
  } catch (error) {
    return { kind: 'invalid', problem: syntaxProblem(source, scan, error) };
  }
}

function syntaxProblem(source: string, scan: TagScan, error: unknown): TemplateProblem {
  if (error instanceof Handlebars.Exception && typeof error.lineNumber === 'number') {
    return { line: error.lineNumber, column: Number(error.column) + 1, reason: treeReason(error.message) };
  }
  if (!(error instanceof Error) || error instanceof RangeError) {
    return { line: 1, column: 1, reason: 'cannot be parsed' };
  }
  const { match, yylloc } = whereLexerStopped();
  if (error.message.startsWith('Lexical error')) {
    return { line: yylloc.last_line, column: yylloc.last_column + 1, reason: 'unexpected text' };
  }
  if (!error.message.endsWith("got 'EOF'")) {
    const hint = /^\d+$/.test(match) ? `; as part of a path it is written \`[${shorten(match)}]\`` : '';
    const reason = `unexpected \`${shorten(match)}\`${hint}`;
    return { line: yylloc.first_line, column: yylloc.first_column + 1, reason };
  }
  const block = findUnclosedBlock(scan.tags);
  if (block === null) return problemAt(source, source.length, 'unexpected end');
  return problemAt(source, block.offset, `the block \`${shorten(block.name)}\` is never closed`);
}

/** Handlebars writes `if doesn't match each - 3:5` when a block is closed by another's name. */
function treeReason(message: string): string {
  const text = message.replace(/ - \d+:\d+$/, '');
  const mismatch = /^(.*) doesn't match (.*)$/s.exec(text);
  if (mismatch === null)
    return text.replace(/^Invalid path: (.*)$/s, (_, path) => `invalid path \`${shorten(path)}\``);
  return `the block \`${shorten(mismatch[1] ?? '')}\` is closed as \`${shorten(mismatch[2] ?? '')}\``;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
