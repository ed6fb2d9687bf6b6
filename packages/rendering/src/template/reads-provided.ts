import { isPath, nodesOf } from './ast.ts';
import { parseTemplate } from './parse-template.ts';

/** Whether a source reads what the pipeline provides under a name, as `{{@name}}`, anywhere. */
function readsProvided(source: string, name: string): boolean {
  const parsed = parseTemplate(source);
  if (parsed.kind === 'invalid') return false;
  for (const { node } of nodesOf(parsed.program, () => false)) {
    if (isPath(node) && node.data && node.depth === 0 && node.parts[0] === name) return true;
  }
  return false;
}

type Content = { readonly currentSnapshotId: string; readonly html: string; readonly text: string | null };

/** So many answers are kept: a snapshot never changes, and is asked about for each subscriber. */
const maxKept = 1_000;

/** Tells whether html, and text where there is one, read what is provided under a name. */
export function createProvidedCheck(name: string): (template: Content) => boolean {
  const kept = new Map<string, boolean>();
  return ({ currentSnapshotId, html, text }) => {
    const known = kept.get(currentSnapshotId);
    if (known !== undefined) return known;
    const reads = readsProvided(html, name) && (text === null || readsProvided(text, name));
    if (kept.size >= maxKept) kept.clear();
    kept.set(currentSnapshotId, reads);
    return reads;
  };
}
