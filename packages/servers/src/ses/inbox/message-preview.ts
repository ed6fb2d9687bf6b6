import type { StoredMessage } from '../ledger.ts';

/** What a message's html may do in the inbox: show itself; load images only when the reader asks for them. */
export function previewPolicy(withImages: boolean): string {
  return [
    // Links open in a new window, outside of the sandbox; there are no scripts.
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src data:${withImages ? ' http: https:' : ''}`,
    `font-src data:${withImages ? ' http: https:' : ''}`,
    "form-action 'none'",
  ].join('; ');
}

/** A message's html with its `cid:` images in place and its links made to open a new window. */
export function previewHtml(message: StoredMessage): string {
  let html = message.html ?? '';
  for (const { contentId, contentType, contentBase64 } of message.attachments) {
    if (contentId === null || !/^image\/[a-z0-9.+-]+$/i.test(contentType)) continue;
    html = html.replaceAll(`cid:${contentId}`, `data:${contentType};base64,${contentBase64}`);
  }
  const base = '<base target="_blank">';
  const head = /<head(\s[^>]*)?>/i;
  return head.test(html) ? html.replace(head, (tag) => tag + base) : base + html;
}
