import { isShowable, type SnapshotContent } from '@postroom/core';

type ShownContent = Pick<SnapshotContent, 'html' | 'text'>;

const nothing: ShownContent = { html: null, text: null };

/** What other products' clients are shown of an email's content: what is final, not yet to be rendered, and no larger than is shown. */
export function shownContent({ kind, html, text }: SnapshotContent): ShownContent {
  if (kind !== 'literal') return nothing;
  return isShowable({ html, text }) ? { html, text } : nothing;
}
