import { maxLongComments, maxNesting } from '../limits.ts';
import { problemAt, type TemplateProblem } from './part.ts';
import type { Tag, TagScan } from './scan-tags.ts';

/** The first reason why a source must not even be parsed, as its tags alone show it. */
export function tagProblem(source: string, scan: TagScan): TemplateProblem | null {
  const nul = source.indexOf('\0');
  if (nul !== -1) return problemAt(source, nul, 'the character U+0000 is not allowed');
  if (scan.brokenAt !== null) return problemAt(source, scan.brokenAt, 'this tag is never closed');
  const comment = scan.tags.filter((tag) => tag.kind === 'long-comment').at(maxLongComments);
  if (comment !== undefined) {
    return problemAt(source, comment.offset, `more than ${maxLongComments} {{!-- --}} comments`);
  }
  const tooDeep = firstTooDeep(scan.tags);
  if (tooDeep === null) return null;
  return problemAt(source, tooDeep.offset, `nested more than ${maxNesting} levels deep`);
}

/** The innermost block that is opened and never closed. */
export function findUnclosedBlock(tags: readonly Tag[]): Tag | null {
  const open: Tag[] = [];
  for (const tag of tags) {
    if (tag.kind === 'open') open.push(tag);
    if (tag.kind === 'close') open.pop();
  }
  return open.at(-1) ?? null;
}

/** Every `{{else if}}` nests one level deeper in the syntax tree than the branch before it. */
function firstTooDeep(tags: readonly Tag[]): Tag | null {
  const levels: number[] = [];
  let depth = 0;
  for (const tag of tags) {
    if (tag.kind === 'open') {
      levels.push(1);
      depth += 1;
    }
    if (tag.kind === 'chain') {
      levels.push((levels.pop() ?? 0) + 1);
      depth += 1;
    }
    if (tag.kind === 'close') depth -= levels.pop() ?? 0;
    if (depth + tag.nesting > maxNesting) return tag;
  }
  return null;
}
